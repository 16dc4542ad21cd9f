// What hostile functions do that no scripting language can: one command an attempt, `hostile COMMAND ARGUMENTS…`.
// Prints what it found or did, one line each; `refused ERRNO` when the kernel said no. Commands that are to be seen
// from outside stay where they are (`pause`) until their environment ends.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void refused(const char *what) {
  printf("refused %s %s\n", strerrorname_np(errno), what);
  exit(0);
}

static long must(long result, const char *what) {
  if (result < 0) refused(what);
  return result;
}

/** Says that it is done, and stays to be looked at. */
static void stay(const char *did) {
  printf("did %s\n", did);
  fflush(stdout);
  for (;;) pause();
}

static long number(char **args, int index) { return strtol(args[index], NULL, 0); }

// Memory of others

static void print_secret(const char *buffer, size_t size, const char *needle) {
  const char *at = memmem(buffer, size, needle, strlen(needle));
  while (at != NULL) {
    size_t left = size - (size_t)(at - buffer);
    printf("found %.*s\n", (int)(left < 64 ? left : 64), at);
    at = memmem(at + 1, left - 1, needle, strlen(needle));
  }
}

/** Goes through the writable memory of `pid`, by `read`. */
static void search(long pid, const char *needle, ssize_t (*read_at)(long pid, char *into, size_t size, unsigned long from)) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%ld/maps", pid);
  FILE *maps = fopen(path, "r");
  if (maps == NULL) refused("maps");
  const size_t step = 1 << 20;
  char *buffer = malloc(step);
  size_t left = 400 * step, seen = 0;
  int failure = 0;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long from, to;
    char rights[8];
    if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 || rights[0] != 'r' || rights[1] != 'w') continue;
    for (; from < to && left >= step; from += step, left -= step) {
      ssize_t got = read_at(pid, buffer, to - from < step ? to - from : step, from);
      if (got > 0) print_secret(buffer, (size_t)got, needle), seen += (size_t)got;
      else failure = errno;
    }
  }
  errno = failure;
  if (seen == 0) refused("memory");
  printf("did read %zu bytes\n", seen);
}

static ssize_t read_mem(long pid, char *into, size_t size, unsigned long from) {
  static int fd = -1;
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/mem", pid);
  if (fd < 0) fd = (int)must(open(path, O_RDONLY), path);
  return pread(fd, into, size, (off_t)from);
}

static ssize_t read_vm(long pid, char *into, size_t size, unsigned long from) {
  struct iovec local = {into, size}, remote = {(void *)from, size};
  return process_vm_readv((pid_t)pid, &local, 1, &remote, 1, 0);
}

static void search_mem(char **args) { search(number(args, 0), args[1], read_mem); }
static void search_vm(char **args) { search(number(args, 0), args[1], read_vm); }

static void trace(char **args) {
  must(ptrace(PTRACE_SEIZE, (pid_t)number(args, 0), 0, 0), "ptrace");
  stay("trace");
}

static void steal_descriptor(char **args) {
  int pidfd = (int)must(syscall(SYS_pidfd_open, number(args, 0), 0), "pidfd_open");
  must(syscall(SYS_pidfd_getfd, pidfd, number(args, 1), 0), "pidfd_getfd");
  stay("steal");
}

static void send_signal(char **args) {
  must(kill((pid_t)number(args, 0), (int)number(args, 1)), "kill");
  printf("did kill\n");
}

static void raise_limits_of(char **args) {
  struct rlimit limit = {7, 7};
  must(prlimit((pid_t)number(args, 0), RLIMIT_CORE, &limit, NULL), "prlimit");
  printf("did prlimit\n");
}

// What processes share

static void read_sysv(char **args) {
  int id = (int)must(shmget((key_t)number(args, 0), 0, 0), "shmget");
  char *memory = shmat(id, NULL, SHM_RDONLY);
  if (memory == (void *)-1) refused("shmat");
  printf("found %.64s\n", memory);
}

static void read_queue(char **args) {
  struct mq_attr attributes;
  mqd_t queue = (mqd_t)must(mq_open(args[0], O_RDWR | O_NONBLOCK), "mq_open");
  must(mq_getattr(queue, &attributes), "mq_getattr");
  char *text = calloc(1, (size_t)attributes.mq_msgsize + 1);
  must(mq_receive(queue, text, (size_t)attributes.mq_msgsize, NULL), "mq_receive");
  printf("found %s\n", text);
}

static const long user_keyring = -4, read_key = 11, set_timeout = 15, search_key = 10;

static void read_keyring(char **args) {
  char text[128] = "";
  long key = must(syscall(SYS_keyctl, search_key, user_keyring, "user", args[0], 0), "search");
  must(syscall(SYS_keyctl, read_key, key, text, sizeof text - 1), "read");
  printf("found %s\n", text);
}

static int abstract_socket(const char *name, struct sockaddr_un *address, socklen_t *length) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strncpy(address->sun_path + 1, name, sizeof address->sun_path - 2);
  *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
  return (int)must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
}

static void read_abstract(char **args) {
  struct sockaddr_un address;
  socklen_t length;
  char text[128] = "";
  int fd = abstract_socket(args[0], &address, &length);
  must(connect(fd, (struct sockaddr *)&address, length), "connect");
  must(read(fd, text, sizeof text - 1), "read");
  printf("found %s\n", text);
}

/** What a careless function shares with the world: `victim NAME SYSV-KEY SECRET`. */
static void victim(char **args) {
  const char *secret = args[2];
  char name[128];
  snprintf(name, sizeof name, "/%s", args[0]);
  int id = shmget((key_t)number(args, 1), 4096, IPC_CREAT | 0666);
  char *shared = id < 0 ? NULL : shmat(id, NULL, 0);
  if (shared != NULL && shared != (void *)-1) strcpy(shared, secret);
  int posix = shm_open(name, O_CREAT | O_RDWR, 0666);
  if (posix >= 0 && write(posix, secret, strlen(secret)) < 0) perror("shm");
  struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 256};
  mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0666, &attributes);
  for (int count = 0; queue >= 0 && count < 4; count++) mq_send(queue, secret, strlen(secret), 0);
  long key = syscall(SYS_add_key, "user", args[0], secret, strlen(secret), user_keyring);
  if (key >= 0) syscall(SYS_keyctl, set_timeout, key, 300);
  struct sockaddr_un address;
  socklen_t length;
  int fd = abstract_socket(args[0], &address, &length);
  must(bind(fd, (struct sockaddr *)&address, length), "bind");
  must(listen(fd, 16), "listen");
  prctl(PR_SET_NAME, "careless");
  for (;;) {
    int peer = accept(fd, NULL, NULL);
    if (peer >= 0 && write(peer, secret, strlen(secret)) < 0) perror("socket");
    if (peer >= 0) close(peer);
  }
}

/** Takes away what a victim of a host's own namespaces leaves there: `forget NAME SYSV-KEY`. */
static void forget(char **args) {
  char name[128];
  snprintf(name, sizeof name, "/%s", args[0]);
  int id = shmget((key_t)number(args, 1), 0, 0);
  if (id >= 0) shmctl(id, IPC_RMID, NULL);
  shm_unlink(name);
  mq_unlink(name);
}

// Files and mounts

static void print_file(const char *path) {
  char text[256] = "";
  int fd = (int)must(open(path, O_RDONLY), path);
  must(read(fd, text, sizeof text - 1), path);
  printf("found %s\n", text);
}

/** The classic: a root below the working directory is no bound for what is above it. `chroot FOLDER FILE` */
static void leave_chroot(char **args) {
  char file[4096];
  must(mkdir(args[0], 0700), "mkdir");
  must(chroot(args[0]), "chroot");
  for (int depth = 0; depth < 64; depth++) must(chdir(".."), "chdir");
  must(chroot("."), "chroot");
  snprintf(file, sizeof file, "%s", args[1]);
  print_file(file);
}

struct handle {
  struct file_handle head;
  unsigned char bytes[128];
};

/** How the host would name a file: `handle FILE`. */
static void print_handle(char **args) {
  struct handle handle = {.head = {.handle_bytes = 128}};
  int mount;
  must(name_to_handle_at(AT_FDCWD, args[0], (struct file_handle *)&handle, &mount, 0), "name_to_handle_at");
  printf("%d:", handle.head.handle_type);
  for (unsigned index = 0; index < handle.head.handle_bytes; index++) printf("%02x", handle.bytes[index]);
  printf("\n");
}

/** A file that has no path here, by what its file system calls it: `by-handle ANY-FILE-OF-IT HANDLE`. */
static void open_by_handle(char **args) {
  struct handle handle = {0};
  const char *hex = strchr(args[1], ':') + 1;
  handle.head.handle_type = atoi(args[1]);
  handle.head.handle_bytes = (unsigned)strlen(hex) / 2;
  for (unsigned index = 0; index < handle.head.handle_bytes; index++) sscanf(hex + 2 * index, "%2hhx", &handle.bytes[index]);
  char text[256] = "";
  int mount = (int)must(open(args[0], O_RDONLY), args[0]);
  int fd = (int)must(open_by_handle_at(mount, (struct file_handle *)&handle, O_RDONLY), "open_by_handle_at");
  must(read(fd, text, sizeof text - 1), "read");
  printf("found %s\n", text);
}

static void mount_tmpfs(char **args) {
  mkdir(args[0], 0700);
  must(mount("tmpfs", args[0], "tmpfs", 0, "size=64k"), "mount");
  printf("did mount\n");
}

static void mount_cgroup(char **args) {
  mkdir(args[0], 0700);
  if (mount("cgroup2", args[0], "cgroup2", 0, NULL) < 0) must(mount("cgroup", args[0], "cgroup", 0, "pids"), "mount");
  printf("did mount\n");
}

static void bind_mount(char **args) {
  mkdir(args[1], 0700);
  must(mount(args[0], args[1], NULL, MS_BIND, NULL), "mount");
  printf("did bind\n");
}

/** Makes a read-only folder writable: `remount FOLDER`. */
static void remount(char **args) {
  must(mount(NULL, args[0], NULL, MS_REMOUNT | MS_BIND, NULL), "remount");
  printf("did remount\n");
}

static void unmount(char **args) {
  must(umount2(args[0], MNT_DETACH), "umount");
  printf("did umount\n");
}

static void move_mount_to(char **args) {
  mkdir(args[1], 0700);
  int tree = (int)must(syscall(SYS_open_tree, AT_FDCWD, args[0], 1 /* OPEN_TREE_CLONE */), "open_tree");
  must(syscall(SYS_move_mount, tree, "", AT_FDCWD, args[1], 4 /* MOVE_MOUNT_F_EMPTY_PATH */), "move_mount");
  printf("did move_mount\n");
}

/** On a copy of the mount namespace, so that only this process moves where the kernel allows it. */
static void pivot(char **args) {
  must(unshare(CLONE_NEWNS), "unshare");
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
  must(mount(args[0], args[0], NULL, MS_BIND, NULL), "mount");
  must(chdir(args[0]), "chdir");
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  stay("pivot");
}

static void make_device(char **args) {
  must(mknod(args[0], (mode_t)number(args, 1), makedev((unsigned)number(args, 2), (unsigned)number(args, 3))), "mknod");
  printf("made a node\n");
  int fd = open(args[0], O_RDONLY);
  if (fd < 0) refused("open");
  stay("open");
}

/** Opens for writing, and writes nothing. */
static void open_to_write(char **args) {
  must(open(args[0], O_WRONLY), args[0]);
  stay("open");
}

static void open_to_read(char **args) {
  must(open(args[0], O_RDONLY), args[0]);
  stay("open");
}

/** A copy of this program that belongs to root and takes on its rights: `setuid PATH`. */
static void setuid_copy(char **args) {
  char command[4200];
  snprintf(command, sizeof command, "cp /proc/%d/exe %s", (int)getpid(), args[0]);
  if (system(command) != 0) refused("cp");
  chown(args[0], 0, 0);
  must(chmod(args[0], 04755), "chmod");
  execl(args[0], "hostile", "be-root", NULL);
  refused("execl");
}

static void be_root(char **args) {
  (void)args;
  setresgid(0, 0, 0);
  must(setresuid(0, 0, 0), "setresuid");
  stay("root");
}

// Namespaces

static void new_namespaces(char **args) {
  must(unshare((int)number(args, 0)), "unshare");
  stay("unshare");
}

static void new_user_clone(char **args) {
  (void)args;
  unsigned long arguments[11] = {CLONE_NEWUSER | CLONE_NEWNS};
  arguments[4] = SIGCHLD;
  long pid = must(syscall(SYS_clone3, arguments, sizeof arguments), "clone3");
  if (pid == 0) stay("clone3");
  waitpid((pid_t)pid, NULL, 0);
}

/** By the calls of another architecture, of which a filter may have forgotten to say something. */
static void other_calls(char **args) {
  long flags = CLONE_NEWUSER, result = -1;
#ifdef __x86_64__
  if (strcmp(args[0], "x32") == 0) result = syscall(0x40000000 + SYS_unshare, flags);
  else __asm__ volatile("int $0x80" : "=a"(result) : "a"(310L), "b"(flags) : "memory", "r8", "r9", "r10", "r11");
  if (result < -1) errno = (int)-result;
#else
  errno = ENOSYS;
#endif
  must(result < 0 ? -1 : 0, "unshare");
  stay("unshare");
}

static void enter(char **args) {
  must(setns((int)must(open(args[0], O_RDONLY), args[0]), 0), "setns");
  stay("setns");
}

static void enter_process(char **args) {
  int pidfd = (int)must(syscall(SYS_pidfd_open, number(args, 0), 0), "pidfd_open");
  must(setns(pidfd, CLONE_NEWNS | CLONE_NEWNET), "setns");
  stay("setns");
}

// Interfaces of the kernel. Arguments are such that nothing happens also where they are allowed.

static void use_bpf(char **args) {
  (void)args;
  union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
  must(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes), "bpf");
  stay("bpf");
}

static void use_perf(char **args) {
  (void)args;
  struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_CPU_CLOCK};
  must(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0), "perf_event_open");
  stay("perf_event_open");
}

static void use_io_uring(char **args) {
  (void)args;
  struct io_uring_params parameters = {0};
  must(syscall(SYS_io_uring_setup, 4, &parameters), "io_uring_setup");
  stay("io_uring_setup");
}

static void use_userfaultfd(char **args) {
  (void)args;
  must(syscall(SYS_userfaultfd, O_CLOEXEC), "userfaultfd");
  stay("userfaultfd");
}

static void use_fanotify(char **args) {
  (void)args;
  must(syscall(SYS_fanotify_init, 0x4 /* FAN_CLASS_CONTENT */, O_RDONLY), "fanotify_init");
  stay("fanotify_init");
}

/** What the kernel says to those who have the right: the arguments are wrong. */
static void must_be_wrong(long result, int wrong, const char *what) {
  if (result < 0 && errno != wrong) refused(what);
  printf("allowed %s\n", what);
}

static void use_kexec(char **args) {
  (void)args;
  must_be_wrong(syscall(SYS_kexec_load, 0, 0, NULL, 0x00ffff00), EINVAL, "kexec_load");
}

static void load_module(char **args) {
  (void)args;
  static char no_module[64];
  must_be_wrong(syscall(SYS_init_module, no_module, sizeof no_module, ""), ENOEXEC, "init_module");
}

static void set_clock(char **args) {
  (void)args;
  struct timex same = {0};
  adjtimex(&same);
  same.modes = ADJ_TICK;
  must(adjtimex(&same), "adjtimex");
  printf("allowed adjtimex\n");
}

static void read_kernel_log(char **args) {
  (void)args;
  static char text[65536];
  long got = must(klogctl(3, text, sizeof text - 1), "syslog");
  printf("allowed syslog %ld\n", got);
}

// More than its share

static void fork_many(char **args) {
  long wanted = number(args, 0), made = 0;
  for (; made < wanted; made++) {
    pid_t pid = fork();
    if (pid == 0) for (;;) pause();
    if (pid < 0) break;
  }
  printf("made %ld\n", made);
  stay("fork");
}

static void make_zombies(char **args) {
  long made = 0;
  for (; made < number(args, 0); made++) {
    pid_t pid = fork();
    if (pid == 0) _exit(0);
    if (pid < 0) break;
  }
  printf("made %ld\n", made);
  stay("fork");
}

/** Children of children, whose parents end at once: whoever is the first of the namespace must take them. */
static void make_orphans(char **args) {
  long made = 0;
  for (; made < number(args, 0); made++) {
    pid_t pid = fork();
    if (pid == 0) {
      if (fork() == 0) usleep(20000);
      _exit(0);
    }
    if (pid < 0) break;
    waitpid(pid, NULL, 0);
  }
  printf("made %ld\n", made);
  stay("fork");
}

static void touch_all(char *memory, size_t bytes) {
  for (size_t at = 0; at < bytes; at += 4096) memory[at] = 1;
}

static void eat_memory(char **args) {
  size_t bytes = (size_t)number(args, 0) << 20;
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) refused("mmap");
  touch_all(memory, bytes);
  stay("mmap");
}

static void lock_memory(char **args) {
  size_t bytes = (size_t)number(args, 0) << 20;
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) refused("mmap");
  must(mlock(memory, bytes), "mlock");
  stay("mlock");
}

static void eat_memfd(char **args) {
  size_t bytes = (size_t)number(args, 0) << 20;
  int fd = (int)must(memfd_create("hostile", 0), "memfd_create");
  must(ftruncate(fd, (off_t)bytes), "ftruncate");
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) refused("mmap");
  touch_all(memory, bytes);
  stay("memfd");
}

static void eat_sysv(char **args) {
  size_t bytes = (size_t)number(args, 0) << 20;
  int id = (int)must(shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600), "shmget");
  char *memory = shmat(id, NULL, 0);
  int failure = errno;
  // Goes with the last who has it.
  shmctl(id, IPC_RMID, NULL);
  errno = failure;
  if (memory == (void *)-1) refused("shmat");
  touch_all(memory, bytes);
  stay("shm");
}

/** Buffers of the kernel: what sockets hold is nobody's resident memory. `eat-sockets PAIRS` */
static void eat_sockets(char **args) {
  static char bytes[65536];
  long pairs = number(args, 0), held = 0;
  for (long pair = 0; pair < pairs; pair++) {
    int fds[2], size = 1 << 20;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0) break;
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    for (ssize_t got; (got = write(fds[0], bytes, sizeof bytes)) > 0;) held += got;
  }
  printf("held %ld\n", held);
  stay("sockets");
}

static void open_many(char **args) {
  rlim_t wanted = (rlim_t)number(args, 0);
  struct rlimit limit = {wanted + 64, wanted + 64};
  setrlimit(RLIMIT_NOFILE, &limit);
  long opened = 0;
  while (opened < number(args, 0) && open("/dev/null", O_RDONLY) >= 0) opened++;
  printf("opened %ld\n", opened);
  stay("open");
}

static void fill(char **args) {
  int fd = (int)must(open(args[0], O_CREAT | O_WRONLY, 0600), args[0]);
  off_t wanted = (off_t)number(args, 1) << 20, step = 1 << 22, at = 0;
  static char bytes[1 << 22];
  int reserves = args[2] == NULL;
  while (at < wanted) {
    if (reserves ? fallocate(fd, 0, at, step) < 0 : pwrite(fd, bytes, (size_t)step, at) < 0) break;
    at += step;
  }
  printf("filled %ld\n", (long)(at >> 20));
  if (at < wanted) refused("fill");
}

static void make_files(char **args) {
  char path[4096];
  long made = 0;
  mkdir(args[0], 0700);
  for (; made < number(args, 1); made++) {
    snprintf(path, sizeof path, "%s/%ld", args[0], made);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) break;
    close(fd);
  }
  printf("made %ld\n", made);
  if (made < number(args, 1)) refused("create");
}

static void *spin_until(void *deadline) {
  struct timespec now;
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while (now.tv_sec * 1000L + now.tv_nsec / 1000000L < *(long *)deadline);
  return NULL;
}

/** `spin THREADS MILLISECONDS` */
static void spin(char **args) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  static long deadline;
  deadline = now.tv_sec * 1000L + now.tv_nsec / 1000000L + number(args, 1);
  pthread_t threads[64];
  long count = number(args, 0);
  for (long index = 0; index < count; index++) pthread_create(&threads[index], NULL, spin_until, &deadline);
  for (long index = 0; index < count; index++) pthread_join(threads[index], NULL);
  stay("spin");
}

static void go_first(char **args) {
  (void)args;
  struct sched_param first = {.sched_priority = 1};
  must(sched_setscheduler(0, SCHED_RR, &first), "sched_setscheduler");
  stay("sched_setscheduler");
}

static void be_important(char **args) {
  (void)args;
  must(setpriority(PRIO_PROCESS, 0, -20), "setpriority");
  stay("setpriority");
}

static void never_killed(char **args) {
  (void)args;
  int fd = (int)must(open("/proc/self/oom_score_adj", O_WRONLY), "oom_score_adj");
  must(write(fd, "-1000", 5), "oom_score_adj");
  stay("oom_score_adj");
}

// What outlives

/** Leaves its group, its session, its parent and its environment: `daemon MARK`. */
static void daemonise(char **args) {
  char *bare[] = {"hostile", "linger", args[0], NULL}, *none[] = {NULL};
  if (fork() > 0) {
    usleep(100000);
    printf("did daemon\n");
    return;
  }
  setsid();
  if (fork() > 0) _exit(0);
  for (int fd = 0; fd < 64; fd++) close(fd);
  execve("/proc/self/exe", bare, none);
}

/** Takes no signal but SIGKILL, and works on: `linger MARK`. */
static void linger(char **args) {
  (void)args;
  for (int signal_number = 1; signal_number < 32; signal_number++) signal(signal_number, SIG_IGN);
  for (;;) {
    spin_until(&(long){0});
    usleep(1000);
  }
}

static void be_deaf(char **args) {
  printf("did ignore\n");
  fflush(stdout);
  linger(args);
}

/** Whether a descriptor of a process that comes by can be opened that is none of this sandbox's: `watch MILLISECONDS`. */
static void watch_newcomers(char **args) {
  struct timespec now, began;
  clock_gettime(CLOCK_MONOTONIC, &began);
  char path[300], link[4096];
  long looked = 0;
  do {
    DIR *all = opendir("/proc");
    for (struct dirent *one; (one = readdir(all)) != NULL;) {
      if (one->d_name[0] < '1' || one->d_name[0] > '9' || atoi(one->d_name) == getpid()) continue;
      for (int fd = 0; fd < 32; fd++) {
        snprintf(path, sizeof path, "/proc/%s/fd/%d", one->d_name, fd);
        ssize_t length = readlink(path, link, sizeof link - 1);
        if (length < 0) continue;
        looked++;
        link[length] = 0;
        if (link[0] != '/' || strncmp(link, "/dev/null", 9) == 0 || strncmp(link, "/tmp", 4) == 0 || strncmp(link, "/var/", 5) == 0) continue;
        if (strncmp(link, "/opt", 4) == 0 || strncmp(link, "/usr", 4) == 0 || strncmp(link, "/proc", 5) == 0 || strncmp(link, "/etc", 4) == 0) continue;
        if (open(path, O_RDONLY) >= 0) printf("opened %s of %s\n", link, one->d_name);
      }
    }
    closedir(all);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < number(args, 0));
  printf("looked at %ld\n", looked);
}

// Network

static void packet_socket(char **args) {
  (void)args;
  must(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), "socket");
  stay("packet socket");
}

static void raw_socket(char **args) {
  (void)args;
  must(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), "socket");
  stay("raw socket");
}

static const struct {
  const char *name;
  void (*run)(char **args);
} commands[] = {
    {"search-mem", search_mem}, {"search-vm", search_vm}, {"trace", trace}, {"steal-descriptor", steal_descriptor},
    {"signal", send_signal}, {"prlimit", raise_limits_of}, {"sysv", read_sysv}, {"queue", read_queue},
    {"keyring", read_keyring}, {"abstract", read_abstract}, {"victim", victim}, {"forget", forget},
    {"chroot", leave_chroot}, {"handle", print_handle}, {"by-handle", open_by_handle}, {"tmpfs", mount_tmpfs},
    {"mount-cgroup", mount_cgroup}, {"bind", bind_mount}, {"remount", remount}, {"umount", unmount},
    {"move-mount", move_mount_to}, {"pivot", pivot}, {"mknod", make_device}, {"open-to-write", open_to_write},
    {"open-to-read", open_to_read}, {"setuid", setuid_copy}, {"be-root", be_root}, {"unshare", new_namespaces},
    {"clone3", new_user_clone}, {"setns", enter}, {"other-calls", other_calls}, {"watch", watch_newcomers}, {"setns-process", enter_process}, {"bpf", use_bpf},
    {"perf", use_perf}, {"io-uring", use_io_uring}, {"userfaultfd", use_userfaultfd}, {"fanotify", use_fanotify},
    {"kexec", use_kexec}, {"module", load_module}, {"clock", set_clock}, {"kernel-log", read_kernel_log},
    {"fork", fork_many}, {"zombies", make_zombies}, {"orphans", make_orphans},
    {"memory", eat_memory}, {"mlock", lock_memory}, {"memfd", eat_memfd}, {"sysv-memory", eat_sysv},
    {"sockets", eat_sockets}, {"open", open_many}, {"fill", fill}, {"files", make_files}, {"spin", spin},
    {"real-time", go_first}, {"nice", be_important}, {"oom-score", never_killed}, {"daemon", daemonise},
    {"linger", linger}, {"deaf", be_deaf}, {"packet", packet_socket}, {"raw", raw_socket},
};

int main(int count, char **args) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t index = 0; count > 1 && index < sizeof commands / sizeof *commands; index++) {
    if (strcmp(args[1], commands[index].name) != 0) continue;
    commands[index].run(args + 2);
    return 0;
  }
  fprintf(stderr, "hostile: no such command\n");
  return 2;
}
