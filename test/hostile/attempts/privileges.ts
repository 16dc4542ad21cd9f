// Rights: users, capabilities, namespaces, control groups, and the interfaces of the kernel that are attacked first.
import { containedInOci, refusedInOci, type Family } from "../attempt.ts";
import { anyOf, holds, isAllowed, isInNamespaceOfHost, isInNewNamespace, isMountedOnHost } from "../harms.ts";
import { unmountAll } from "../outside.ts";

export const privileges: Family = {
  name: "Privileges and the kernel",
  attempts: [
    {
      name: "the server's user",
      tries: "runs, and is looked at: whose user, with which capabilities, whether setuid programs and unlisted system calls work",
      attack: () => "",
      harm: (seen) => {
        const [found] = seen.processes();
        if (found === undefined) return "is not there";
        const shown = ["Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp"].map((field) => `${field} ${found.status(field).split(/\s/)[0]}`);
        const [uid = "", effective = "", bounding = "", noNewPrivileges = "", seccomp = ""] = shown;
        const isHarmless = !uid.endsWith(" 0") && / 0+$/.test(effective) && / 0+$/.test(bounding) && noNewPrivileges.endsWith(" 1") && seccomp.endsWith(" 2");
        return isHarmless ? undefined : shown.join(", ");
      },
      expected: containedInOci,
    },
    {
      name: "setuid to root",
      tries: "becomes root by setresuid, and by the setuid programs of the system",
      attack: async (_facts, { program }) => program("be-root"),
      harm: (seen) => (seen.processes().some((found) => found.status("Uid").startsWith("0")) ? "is root" : undefined),
      expected: refusedInOci,
    },
    {
      name: "a new user namespace",
      tries: "unshare(CLONE_NEWUSER), which gives all capabilities inside",
      attack: (_facts, { program }) => program("unshare", 0x10000000),
      harm: isInNewNamespace("user"),
      expected: refusedInOci,
    },
    {
      name: "a new user namespace by clone3",
      tries: "clone3(CLONE_NEWUSER | CLONE_NEWNS), whose flags a filter of system calls cannot read",
      attack: (_facts, { program }) => program("clone3"),
      harm: isInNewNamespace("user"),
      expected: refusedInOci,
    },
    {
      name: "system calls in 32 bits",
      tries: "makes a user namespace by int 0x80, and by the numbers of x32",
      attack: async (_facts, { program }) => [await program("other-calls", "32"), await program("other-calls", "x32")],
      harm: isInNewNamespace("user"),
      variesByMachine: true,
      expected: containedInOci,
    },
    {
      name: "a new mount namespace",
      tries: "unshare(CLONE_NEWNS)",
      attack: (_facts, { program }) => program("unshare", 0x20000),
      harm: isInNewNamespace("mnt"),
      expected: refusedInOci,
    },
    {
      name: "a new network namespace",
      tries: "unshare(CLONE_NEWUSER | CLONE_NEWNET)",
      attack: (_facts, { program }) => program("unshare", 0x10000000 + 0x40000000),
      harm: isInNewNamespace("net"),
      expected: refusedInOci,
    },
    {
      name: "namespaces of the host",
      tries: "setns into the namespaces of process 1",
      attack: (_facts, { program }) => program("setns", "/proc/1/ns/mnt"),
      harm: isInNamespaceOfHost("mnt", "net", "pid", "user", "ipc", "uts", "cgroup"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "namespaces of another",
      tries: "setns by the pidfd of another environment's process",
      attack: ({ victim }, { program }) => program("setns-process", victim.pid),
      harm: (seen) => {
        const victim = seen.scene.victim.process;
        return seen.processes().some((found) => found.link("ns/mnt") === victim.link("ns/mnt") || found.link("ns/net") === victim.link("ns/net")) ? "is where the victim is" : undefined;
      },
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "release_agent",
      tries: "opens a control group's release_agent for writing: a program that the kernel runs as root of the host",
      attack: (_facts, { fs, program }) => {
        const roots = ["/sys/fs/cgroup", "/proc/1/root/sys/fs/cgroup"].filter((folder) => fs.existsSync(folder));
        const agents = roots.flatMap((root) => [root, ...fs.readdirSync(root).map((name) => `${root}/${name}`)]).map((folder) => `${folder}/release_agent`);
        return program("open-to-write", agents.find((file) => fs.existsSync(file)) ?? "/sys/fs/cgroup/release_agent");
      },
      harm: holds(/release_agent$/),
      expected: refusedInOci,
    },
    {
      name: "its own control group",
      tries: "opens files of control groups for writing: its limits, and where processes change groups",
      attack: (_facts, { fs, program }) => {
        const found = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"].map((folder) => `${folder}/cgroup.procs`).find((file) => fs.existsSync(file));
        return program("open-to-write", found ?? "/sys/fs/cgroup/cgroup.procs");
      },
      harm: holds(/cgroup\.procs$/),
      expected: refusedInOci,
    },
    {
      name: "a mount of control groups",
      tries: "mounts the file system of control groups to write to it",
      attack: ({ mark }, { program, tmp }) => program("mount-cgroup", `${tmp}/${mark}`),
      harm: isMountedOnHost,
      clean: unmountAll,
      expected: refusedInOci,
    },
    {
      name: "sysrq",
      tries: "opens /proc/sysrq-trigger for writing",
      attack: (_facts, { program }) => program("open-to-write", "/proc/sysrq-trigger"),
      harm: holds(/sysrq-trigger$/),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "settings of the kernel",
      tries: "opens /proc/sys/kernel/core_pattern for writing, by which the host runs a program for who crashes",
      attack: (_facts, { program }) => program("open-to-write", "/proc/sys/kernel/core_pattern"),
      harm: holds(/core_pattern$/),
      expected: refusedInOci,
    },
    {
      name: "settings of devices",
      tries: "opens /sys/kernel/uevent_helper or a file of /sys/kernel/debug for writing",
      attack: (_facts, { fs, program }) => program("open-to-write", fs.existsSync("/sys/kernel/uevent_helper") ? "/sys/kernel/uevent_helper" : "/sys/kernel/rcu_normal"),
      harm: holds(/^\/sys\//),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "bpf",
      tries: "makes a map with bpf(2)",
      attack: (_facts, { program }) => program("bpf"),
      harm: holds(/bpf/),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "perf",
      tries: "opens a counter of all processes of a processor with perf_event_open",
      attack: (_facts, { program }) => program("perf"),
      harm: holds(/perf_event/),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "io_uring",
      tries: "makes a ring with io_uring_setup, whose calls no filter of system calls sees",
      attack: (_facts, { program }) => program("io-uring"),
      harm: holds(/io_uring/),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "userfaultfd",
      tries: "holds up the kernel in the middle of a copy, with userfaultfd",
      attack: (_facts, { program }) => program("userfaultfd"),
      harm: holds(/userfaultfd/),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "fanotify",
      tries: "listens to what others do with files, with fanotify_init",
      attack: (_facts, { program }) => program("fanotify"),
      harm: holds(/fanotify/),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "kexec",
      tries: "kexec_load: another kernel in place of this one",
      attack: (_facts, { program }) => program("kexec"),
      harm: isAllowed("kexec_load"),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "modules",
      tries: "init_module: code in the kernel",
      attack: (_facts, { program }) => program("module"),
      harm: isAllowed("init_module"),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "the clock of the host",
      tries: "adjtimex: sets how fast the host's clock runs",
      attack: (_facts, { program }) => program("clock"),
      harm: isAllowed("adjtimex"),
      expected: refusedInOci,
    },
    {
      name: "the kernel's log",
      tries: "syslog(2): what the kernel tells of the host and of other environments",
      attack: (_facts, { program }) => program("kernel-log"),
      harm: isAllowed("syslog"),
      expected: refusedInOci,
    },
    {
      name: "raw sockets",
      tries: "makes sockets that see or forge others' packets: AF_PACKET and SOCK_RAW",
      attack: async (_facts, { program }) => [await program("packet"), await program("raw")],
      harm: anyOf((seen) => (seen.processes().some((found) => found.file("cmdline").includes("packet")) ? "has a packet socket" : undefined)),
      expected: refusedInOci,
    },
    {
      name: "first in line",
      tries: "asks for real-time scheduling and the highest priority",
      attack: async (_facts, { program }) => [await program("real-time"), await program("nice")],
      harm: (seen) => {
        // proc_pid_stat(5): nice is the 19th, policy the 41st.
        const first = seen.processes().find((found) => {
          const fields = found.file("stat").replace(/^.*\) /s, "").split(" ");
          return Number(fields[16]) < 0 || Number(fields[38]) !== 0;
        });
        return first && "is scheduled before others";
      },
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "never killed",
      tries: "exempts itself from the kernel's choice of whom to kill when memory is short",
      attack: (_facts, { program }) => program("oom-score"),
      harm: (seen) => (seen.processes().some((found) => Number(found.file("oom_score_adj")) < 0) ? "is exempt" : undefined),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "locked memory",
      tries: "locks 64 MiB of memory, which the host then cannot reclaim",
      attack: (_facts, { program }) => program("mlock", 64),
      harm: (seen) => (seen.processes().some((found) => Number.parseInt(found.status("VmLck"), 10) > 32 * 1024) ? "locks the host's memory" : undefined),
      expected: refusedInOci,
    },
  ],
};
