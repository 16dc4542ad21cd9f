// The config.json of a container: everything that isolates it, said once.
// https://github.com/opencontainers/runtime-spec/blob/main/config.md
import { constants, statSync } from "node:fs";
import type { ShownFolder } from "./guest-path.ts";
import { seccompProfile } from "./seccomp.ts";

/** AWS's numbers inside; names in the root's /etc/passwd. */
export const guestUser = { uid: 993, gid: 990, name: "sbx_user1051" } as const;

/** What functions see of it names no machine. */
export const guestHostname = "169-254-100-1";

/** How many user and group ids a sandbox has, from `firstId` on on the host. */
export const idsPerSandbox = 65_536;

export interface ContainerPlan {
  /** Folder of the host that has the mount points, and links, of the root; read-only inside. */
  readonly root: string;
  /** Beside the root's own, read-only: a system's folders, code, layers, runtime. */
  readonly shown: readonly ShownFolder[];
  /** First user and group id of the host that is the container's. Undefined: whoever runs the server is its only user. */
  readonly firstId: number | undefined;
  readonly initArgs: readonly string[];
  /** Undefined: this server can make no control groups. */
  readonly cgroupsPath: string | undefined;
  readonly resources: object;
  /** What an earlier container's rules for system calls were compiled to, if this program takes that. */
  readonly filter: Buffer | undefined;
  /** Its network namespace, a new one if there is no path to it; undefined: the host's. */
  readonly network: { readonly path?: string } | undefined;
  /** Whether the program can show files of one user as another's. */
  readonly mapsOwners: boolean;
}

const readOnly = ["bind", "ro", "nosuid", "nodev"];
const none: readonly string[] = [];

/** Megabytes of /dev, which nobody but root inside can write. */
const deviceTmpfs = ["nosuid", "noexec", "mode=755", "size=64k"];

export function containerConfig(plan: ContainerPlan): object {
  const own = ["pid", "ipc", "uts", "mount", "user", "cgroup"].map((type) => ({ type }));
  const seccomp = seccompProfile();
  return {
    ociVersion: "1.0.2",
    process: guestProcess(plan.initArgs),
    root: { path: plan.root, readonly: true },
    hostname: guestHostname,
    mounts: [
      { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "nodev", "noexec"] },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: deviceTmpfs },
      ...plan.shown.map(({ target, source }) => ({ destination: target, type: "bind", source, options: [...readOnly, ...ownerOptions(source, plan)] })),
    ],
    // crun takes it in place of the rules, which it would compile to the same once more. Others read the rules.
    ...(plan.filter === undefined ? {} : { annotations: { "run.oci.seccomp_bpf_data": plan.filter.toString("base64") } }),
    linux: {
      namespaces: plan.network === undefined ? own : [...own, { type: "network", ...plan.network }],
      uidMappings: idMappings(plan.firstId, guestUser.uid, process.getuid?.()),
      gidMappings: idMappings(plan.firstId, guestUser.gid, process.getgid?.()),
      ...(plan.cgroupsPath === undefined ? {} : { cgroupsPath: plan.cgroupsPath, resources: { devices: [{ allow: false, access: "rwm" }], ...plan.resources } }),
      ...(seccomp === undefined ? {} : { seccomp }),
      maskedPaths,
      readonlyPaths,
    },
  };
}

/** A folder that its owner keeps from others, as a developer's may be: its files are shown as the function's own. */
function ownerOptions(source: string, { firstId, mapsOwners }: ContainerPlan): readonly string[] {
  const { mode, uid, gid } = statSync(source);
  const everybody = constants.S_IROTH | (mode & constants.S_IFDIR ? constants.S_IXOTH : 0);
  if (!mapsOwners || firstId === undefined || (mode & everybody) === everybody) return none;
  return [`idmap=uids=${uid}-${firstId + guestUser.uid}-1;gids=${gid}-${firstId + guestUser.gid}-1`];
}

/** Of a container, or of one that joins it. */
export const guestProcess = (args: readonly string[]): object => ({
  terminal: false,
  user: { uid: guestUser.uid, gid: guestUser.gid },
  args,
  env: ["PATH=/usr/bin:/bin"],
  cwd: "/",
  capabilities: { bounding: none, effective: none, inheritable: none, permitted: none, ambient: none },
  rlimits: limits.map(([type, value]) => ({ type, soft: value, hard: value })),
  noNewPrivileges: true,
});

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html has the first; the stack is Linux's usual one. */
const limits: readonly (readonly [type: string, value: number])[] = [
  ["RLIMIT_NOFILE", 1024],
  ["RLIMIT_CORE", 0],
  ["RLIMIT_STACK", 8 * 1024 * 1024],
  ["RLIMIT_MEMLOCK", 64 * 1024],
];

function idMappings(firstId: number | undefined, own: number, ours = 0): readonly object[] {
  if (firstId !== undefined) return [{ containerID: 0, hostID: firstId, size: idsPerSandbox }];
  return [{ containerID: own, hostID: ours, size: 1 }];
}

/** What /proc tells of the machine and not of the sandbox's processes, and what acts on it. */
const maskedPaths = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kallsyms",
  "/proc/kcore",
  "/proc/key-users",
  "/proc/keys",
  "/proc/kmsg",
  "/proc/latency_stats",
  "/proc/modules",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/sysrq-trigger",
  "/proc/timer_list",
  "/proc/timer_stats",
];

const readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"];
