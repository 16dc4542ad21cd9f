// System calls for containers that their program (crun) does not make: mounts into a running container, the end of its
// init. They may block and must run in other namespaces, so a thread of this process makes them (kernel-thread.ts). It has
// a mount namespace of its own: what is mounted here, and what programs see that are started here, is in there, nothing
// of it on the host, and all of it is gone when this process is, however it ends.
// Descriptors are the process's: the thread opens them, anybody uses them.
import { KernelThread } from "./kernel-client.ts";

/** Calls reject with a KernelError: `code` is the name of the errno, `ESRCH` when the process has ended. */
export interface Kernel {
  /**
   * Runs a program in the kernel's mount namespace without holding up the server, and resolves when it has ended.
   * Standard input is empty or `input`; standard output and error that are not given are collected.
   */
  run(request: RunRequest): Promise<RunResult>;
  /**
   * Shows files and folders of the host inside the mount namespace of a process, at paths that are there, without setuid
   * programs and devices. Paths of the host are as the kernel's mount namespace has them.
   */
  show(pid: number, mounts: readonly ShownPath[]): Promise<void>;
  /** Mounts in the kernel's mount namespace: see mount(2). */
  mount(request: MountRequest): Promise<void>;
  /** Mounts there an ext4 file system that lies in a file, without setuid programs and devices; then the file may be closed. */
  mountImage(request: ImageRequest): Promise<void>;
  /** At once; processes that use it keep it. Resolves when this server has let go of it. */
  unmount(target: string): Promise<void>;
  /** Resolves when the process has ended, at once when it is no more. */
  ended(pid: number): Promise<void>;
  /** SIGKILL; resolves when the process has ended. With a container's init everything of its pid namespace ends. */
  kill(pid: number): Promise<void>;
  /** Ends the thread and with it all that is mounted and used by no process any more. Calls that are under way reject. */
  close(): Promise<void>;
}

export interface RunRequest {
  /** Absolute path. */
  readonly program: string;
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** The whole of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /**
   * It sees nothing of what is mounted here, beside what the host mounts. For a program that makes namespaces: each would
   * have a copy of all of it for a moment, which takes the longer the more there is.
   */
  readonly isBare?: boolean;
  /** Child's descriptor → ours, which stays the caller's: to be kept open until the call has resolved. The child gets no others. */
  readonly descriptors?: ReadonlyMap<number, number>;
  /** What it reads from standard input. */
  readonly input?: string;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  /** E.g. `SIGKILL`. */
  readonly signal: string | undefined;
  /** The first 64 KiB, where no descriptor was given for it. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShownPath {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface MountRequest {
  readonly source: string;
  readonly target: string;
  /** E.g. `tmpfs`; undefined for what needs none, a bind mount. */
  readonly type?: string;
  /** MS_… of kernel-calls.ts. */
  readonly flags: number;
  /** The file system's own, as in `mount -o`. */
  readonly options?: string;
}

export interface ImageRequest {
  /** The file, as a descriptor to read and write. */
  readonly image: number;
  readonly target: string;
  /** Whose the root folder becomes. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** Starts the thread. When it cannot have a mount namespace (not root), every call rejects with that (EPERM). */
export const openKernel = (): Kernel => new KernelThread();
