// The system calls that a function may make: what ordinary programs and language runtimes need. A call that is not listed
// answers as on a kernel that does not have it, so that programs take another way; what only attacks want is refused.

/** A part of an OCI configuration's `linux.seccomp`. https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp */
interface SystemCallRule {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO";
  readonly errnoRet?: number;
  readonly args?: readonly { readonly index: number; readonly value: number; readonly valueTwo?: number; readonly op: "SCMP_CMP_EQ" | "SCMP_CMP_NE" | "SCMP_CMP_MASKED_EQ" }[];
}

export interface SeccompProfile {
  readonly defaultAction: "SCMP_ACT_ERRNO";
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly SystemCallRule[];
}

const [EPERM, ENOSYS] = [1, 38];

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** By subject, one line or two each. */
const allowed = words(`
  read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek sendfile sendfile64 copy_file_range splice tee vmsplice readahead
  open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 flock pipe pipe2 memfd_create name_to_handle_at
  stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 statmount listmount access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir
  link linkat symlink symlinkat unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir mknod mknodat truncate truncate64 ftruncate ftruncate64 fallocate cachestat
  chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 lchown lchown32 fchownat umask utime utimes utimensat utimensat_time64 futimesat
  setxattr lsetxattr fsetxattr setxattrat getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat
  fsync fdatasync sync syncfs sync_file_range fadvise64 fadvise64_64 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
  mmap mmap2 munmap mremap mprotect madvise process_madvise mincore msync mseal brk mlock mlock2 munlock mlockall munlockall pkey_alloc pkey_free pkey_mprotect remap_file_pages membarrier map_shadow_stack
  select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4
  timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64 timer_create timer_settime timer_settime64 timer_gettime timer_gettime64 timer_getoverrun timer_delete
  nanosleep clock_nanosleep clock_nanosleep_time64 clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time times alarm getitimer setitimer
  io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64
  socketpair bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 shutdown
  fork vfork execve execveat exit exit_group wait4 waitid waitpid kill tkill tgkill pidfd_open pidfd_send_signal rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn sigaltstack sigreturn pause restart_syscall
  futex futex_time64 futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_robust_list rseq set_tid_address set_thread_area get_thread_area arch_prctl prctl uretprobe
  sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler sched_setscheduler sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64 getpriority setpriority ioprio_get ioprio_set getcpu
  getpid getppid gettid getpgrp getpgid setpgid getsid setsid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 capget capset
  setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32
  getrlimit ugetrlimit setrlimit prlimit64 getrusage sysinfo uname getrandom seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
  semget semop semctl semtimedop semtimedop_time64 shmget shmat shmdt shmctl msgget msgsnd msgrcv msgctl mq_open mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr
`);

/** Beyond a sandbox's reach, with a "no" that a program can tell from a missing call. */
const refused = words(`
  ptrace process_vm_readv process_vm_writev process_mrelease kcmp pidfd_getfd
  unshare setns chroot pivot_root mount umount umount2 mount_setattr open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick
  bpf perf_event_open userfaultfd keyctl add_key request_key fanotify_init fanotify_mark open_by_handle_at lookup_dcookie
  init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct quotactl quotactl_fd syslog vhangup
  settimeofday clock_settime clock_settime64 clock_adjtime adjtimex stime sethostname setdomainname iopl ioperm modify_ldt
  io_uring_setup io_uring_enter io_uring_register
`);

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of clone(2). */
const newNamespaces = 0x7e02_0000;
/** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK, by which interfaces are listed. */
const socketFamilies = [1, 2, 10, 16];
/** What personality(2) may be set to: Linux, in 32 bits too, with a version that looks older; the last one only asks. */
const personalities = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/** Types into a terminal as if a person had. ioctl_tty(2) */
const typeIntoTerminal = 0x5412;

const architectures: Readonly<Partial<Record<NodeJS.Architecture, string>>> = { x64: "SCMP_ARCH_X86_64", arm64: "SCMP_ARCH_AARCH64" };

const allow = (name: string, argument: NonNullable<SystemCallRule["args"]>[number]): SystemCallRule => ({ names: [name], action: "SCMP_ACT_ALLOW", args: [argument] });

/** Undefined for a processor that it does not know. */
export function seccompProfile(processor: NodeJS.Architecture = process.arch): SeccompProfile | undefined {
  const architecture = architectures[processor];
  if (architecture === undefined) return undefined;
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: ENOSYS,
    architectures: [architecture],
    syscalls: [
      { names: allowed, action: "SCMP_ACT_ALLOW" },
      { names: refused, action: "SCMP_ACT_ERRNO", errnoRet: EPERM },
      allow("clone", { index: 0, value: newNamespaces, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }),
      // Its flags lie in memory, where no filter looks: C libraries take `clone` when it is not there.
      { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS },
      allow("ioctl", { index: 1, value: typeIntoTerminal, op: "SCMP_CMP_NE" }),
      ...socketFamilies.map((family) => allow("socket", { index: 0, value: family, op: "SCMP_CMP_EQ" })),
      ...personalities.map((value) => allow("personality", { index: 0, value, op: "SCMP_CMP_EQ" })),
    ],
  };
}
