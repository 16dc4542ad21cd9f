// What one attempt is: a function that does harm if it can, and how the harm is seen from outside.
import type * as childProcess from "node:child_process";
import type * as nodeFs from "node:fs";
import type * as nodeNet from "node:net";
import type * as nodePath from "node:path";
import type { Scene } from "./scene.ts";
import type { HostProcess } from "./outside.ts";

/**
 * `refused`: the kernel or Lambent said no. `contained`: it was done, and harmed nobody but who did it. `not contained`:
 * somebody else lost, leaked or paid something. `not tried`: nothing would stop it, and it would hurt the machine.
 */
export type Verdict = "refused" | "contained" | "not contained" | "not tried";

export type DriverName = "process" | "oci";

/** How a server that is attacked is started, and how much of the suite is for it: without a word by hand the rest of it is not run. */
export interface Setup {
  readonly driver: DriverName;
  readonly flags: readonly string[];
  readonly runs: "all" | "what differs" | "by hand";
}

export const setups = {
  process: { driver: "process", flags: ["--isolation", "none"], runs: "all" },
  oci: { driver: "oci", flags: ["--isolation", "required"], runs: "all" },
  "host-network": { driver: "oci", flags: ["--isolation", "required", "--egress", "host"], runs: "what differs" },
  runc: { driver: "oci", flags: ["--isolation", "required", "--oci-runtime", "runc"], runs: "by hand" },
} as const satisfies Readonly<Record<string, Setup>>;
export type SetupName = keyof typeof setups;

export const setupNames = Object.keys(setups) as readonly SetupName[];

/** What is expected there. */
export const expectedIn = (setup: SetupName, { expected, onHostNetwork }: Attempt): Verdict =>
  (setup === "host-network" ? onHostNetwork : undefined) ?? expected[setups[setup].driver];

/** What an attacker is told: all that it could find out or guess, so that nothing rests on what it does not know. */
export interface Facts {
  /** Of this attempt: in the environment of its processes, in the names of what it makes. */
  readonly mark: string;
  readonly victim: {
    /** As the host counts, as are all ids of processes here. */
    readonly pid: number;
    /** A process that shares by every means that the kernel has. */
    readonly carelessPid: number;
    /** Of its shared objects. */
    readonly name: string;
    readonly sysvKey: number;
    /** How its secrets begin, without what makes them secret. */
    readonly needle: string;
    /** Host and port of its Runtime API, as it is told. */
    readonly runtimeApi: string;
    /** On the host. */
    readonly tmp: string;
    /** It listens there, on all addresses that it has. */
    readonly port: number;
    /** Of its network, other than loopback. */
    readonly addresses: readonly string[];
  };
  readonly host: {
    readonly serverPid: number;
    /** A process of the host that has nothing to do with Lambent. */
    readonly bystanderPid: number;
    readonly file: string;
    /** What the file system calls that file. */
    readonly fileHandle: string;
    readonly folder: string;
    readonly dataDirectory: string;
    /** Something that listens on loopback only, and says its secret to whoever comes. */
    readonly loopbackPort: number;
    readonly loopback6Port: number;
    /** The same on all addresses of the host. */
    readonly openPort: number;
    readonly addresses: readonly string[];
    readonly socket: string;
    readonly abstractSocket: string;
    /** As of the metadata service: 169.254.169.254 and this port. */
    readonly metadataPort: number;
  };
  /** The server's main port, which is not the one that functions are told. */
  readonly api: { readonly host: string; readonly port: number };
  /** What `prepare` adds. */
  readonly more: Readonly<Record<string, string>>;
}

/** programs/attack.mjs. */
export interface Tools {
  readonly fs: typeof nodeFs;
  readonly net: typeof nodeNet;
  readonly path: typeof nodePath;
  readonly spawn: typeof childProcess.spawn;
  readonly program: (...args: readonly (string | number)[]) => Promise<string>;
  readonly ask: (host: string, port: number, request?: { readonly method?: string; readonly path?: string; readonly headers?: object; readonly body?: string }) => Promise<string>;
  readonly hear: (where: { readonly port: number; readonly host?: string } | { readonly path: string }, say?: string) => Promise<string>;
  /** A call of Lambda's API signed with the function's own credentials. */
  readonly call: (method: string, path: string, body?: string, where?: { readonly host: string; readonly port: number }) => Promise<string>;
  /** The host and port of that listener. */
  readonly api: { readonly host: string; readonly port: number };
  readonly each: <Item, Found>(items: readonly Item[], look: (item: Item) => Found) => readonly Found[];
  readonly tmp: string;
  /** `task`, `opt`, `runtime`, `lang`, `cache`, `tmp`. */
  readonly folders: Readonly<Record<string, string | undefined>>;
  readonly pids: () => readonly string[];
  readonly sleep: (ms: number) => Promise<void>;
  readonly runtimeApi: { readonly host: string; readonly port: number };
}

/** What is known after the invoke, while its environment is still there. */
export interface Seen {
  readonly scene: Scene;
  readonly facts: Facts;
  readonly functionName: string;
  /** The whole answer, as text, and the log of the invoke. */
  readonly answer: string;
  readonly log: string;
  readonly functionError: string | undefined;
  readonly durationMs: number;
  /** What the function says kept it. */
  readonly refused: string | undefined;
  /** Processes of the attempt as the host sees them. */
  readonly processes: () => readonly HostProcess[];
}

/** What the harm is, in words; undefined: there is none. Must not rest on what the attacker says of itself. */
export type Harm = (seen: Seen) => string | undefined | Promise<string | undefined>;

/** In Node.js: deployed as source, so it may use nothing but its arguments. Otherwise files of a function. */
export type Attack = ((facts: Facts, tools: Tools) => unknown) | { readonly runtime: string; readonly files: Readonly<Record<string, string>> };

export interface Attempt {
  readonly name: string;
  readonly tries: string;
  readonly attack: Attack;
  readonly harm: Harm;
  /** When the environment has ended. */
  readonly harmAtEnd?: Harm;
  readonly expected: Readonly<Record<DriverName, Verdict>>;
  /** In a container that has the host's network, where that makes a difference. */
  readonly onHostNetwork?: Verdict;
  /** Before the invoke; what it returns the attacker is told. */
  readonly prepare?: (scene: Scene, mark: string) => Promise<Readonly<Record<string, string>>>;
  /** Takes away what is left on the host where it was not contained. */
  readonly clean?: (scene: Scene, mark: string) => unknown;
  /** Where nothing isolates it takes what not every machine has or gives its root: there any verdict will do. */
  readonly variesByMachine?: boolean;
  readonly memoryMiB?: number;
  readonly timeoutSeconds?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Others would be measured with it: runs while nothing else does. */
  readonly alone?: boolean;
  /** A layer of its own: files. */
  readonly layer?: Readonly<Record<string, string>>;
  /** On the server that trusts whoever reaches its loopback port, as it is started by default. */
  readonly onOpenServer?: boolean;
}

export interface Family {
  readonly name: string;
  readonly attempts: readonly Attempt[];
}

/** The commonest expectations: without isolation all goes through; with it the kernel says no, or nobody else is hurt. */
export const refusedInOci = { process: "not contained", oci: "refused" } as const;
export const containedInOci = { process: "not contained", oci: "contained" } as const;
export const refusedByAll = { process: "refused", oci: "refused" } as const;
export const containedByAll = { process: "contained", oci: "contained" } as const;
