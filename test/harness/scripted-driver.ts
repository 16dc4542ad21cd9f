// A sandbox driver without processes: a test plays the runtime, over the framed channel of guest/PROTOCOL.md.
import { connectToLoopback, listenOnLoopback } from "../../src/sandbox/host-loopback.ts";
import type { Launch, PreparedSandbox, RunOptions, Sandbox, SandboxCode, SandboxDriver, SandboxGrade, SandboxExit, SandboxProcess, SandboxSpec } from "../../src/sandbox/sandbox.ts";

export interface SentInvoke {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export class ScriptedDriver implements SandboxDriver {
  readonly name = "scripted";
  readonly warning = undefined;
  readonly limitsStorage = true;
  readonly ownLoopback = false;
  /** Runtimes: one for each run, those after a reset included. */
  readonly guests: ScriptedGuest[] = [];
  /** Ids of those that have not been closed. */
  readonly sandboxes = new Set<string>();
  /** What each guest does once it was started; by default nothing. */
  onStart: (guest: ScriptedGuest) => void = () => {};
  /** When set, starts are refused with it. */
  refusal: Error | undefined;
  /** When set, sandboxes are closed no sooner than it resolves. */
  closing: Promise<void> | undefined;
  /** The same of their processes' end. */
  killing: Promise<void> | undefined;

  async open(spec: SandboxSpec): Promise<Sandbox> {
    return this.openSandbox(spec);
  }

  protected openSandbox(spec: SandboxSpec): Sandbox {
    const files = new Set<string>();
    const paths = { taskRoot: spec.taskRoot, optRoot: "/opt", runtimeDir: "/var/runtime", languageDir: "/var/lang", tmp: "/tmp" };
    const own: ScriptedGuest[] = [];
    this.sandboxes.add(spec.id);
    const kill = async (): Promise<void> => {
      if (this.killing !== undefined) await this.killing;
      for (const guest of own) guest.kill();
    };
    return {
      id: spec.id,
      paths,
      logDescriptor: 62,
      run: async (launch, options) => {
        const guest = this.#run(spec, { launch, options, files });
        own.push(guest);
        return guest;
      },
      peakMemoryBytes: () => own.at(-1)?.memoryBytes ?? 0,
      listen: listenOnLoopback,
      connect: connectToLoopback,
      limitCpu: () => {},
      freeze: () => {},
      thaw: () => {},
      kill,
      close: async () => {
        if (this.closing !== undefined) await this.closing;
        this.sandboxes.delete(spec.id);
        await kill();
        files.clear();
      },
    };
  }

  #run(spec: SandboxSpec, run: Pick<ScriptedGuestParts, "launch" | "options" | "files">): ScriptedGuest {
    if (this.refusal !== undefined) throw this.refusal;
    const guest = new ScriptedGuest({ ...run, spec });
    this.guests.push(guest);
    setImmediate(() => this.onStart(guest));
    return guest;
  }

  async stop(): Promise<void> {
    for (const guest of this.guests) guest.kill();
  }

  get running(): readonly ScriptedGuest[] {
    return this.guests.filter((sandbox) => !sandbox.ended);
  }

  /** The one that was started last. */
  get last(): ScriptedGuest {
    const last = this.guests.at(-1);
    if (last === undefined) throw new Error("no guest was started");
    return last;
  }
}

/** One that shows code to sandboxes that are there already. Whoever was started ahead waits for its environment at once. */
export class PreparingDriver extends ScriptedDriver {
  /** Of each sandbox that was made ahead: what it was made for, and then the code that it was shown. */
  readonly prepared: { readonly grade: SandboxGrade; code: SandboxCode | undefined }[] = [];
  /** When set, code cannot be shown. */
  loadRefusal: Error | undefined;

  override onStart = (guest: ScriptedGuest): void => guest.standBy();

  readonly prepare = async (grade: SandboxGrade): Promise<PreparedSandbox> => {
    if (this.refusal !== undefined) throw this.refusal;
    const prepared: (typeof this.prepared)[number] = { grade, code: undefined };
    this.prepared.push(prepared);
    const load = async (code: SandboxCode): Promise<void> => {
      if (this.loadRefusal !== undefined) throw this.loadRefusal;
      prepared.code = code;
    };
    return { ...this.openSandbox({ ...grade, taskRoot: "/var/task", optRoot: undefined }), load };
  };
}

interface ScriptedGuestParts {
  readonly spec: SandboxSpec;
  readonly launch: Launch;
  readonly options: RunOptions;
  readonly files: Set<string>;
}

export class ScriptedGuest implements SandboxProcess {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly launch: Launch;
  readonly exited: Promise<SandboxExit>;
  readonly invokes: SentInvoke[] = [];
  /** Names in its /tmp; empty once it was stopped. */
  readonly files: Set<string>;
  onInvoke: (invoke: SentInvoke) => void = () => {};
  memoryBytes = 40 * 1024 * 1024;
  /** Whether the host has ended its processes. */
  ended = false;
  /** Whether the host reads nothing of the channel now. */
  isPaused = false;
  #resolveExit: (exit: SandboxExit) => void = () => {};
  #channelListener: (bytes: Buffer) => void = () => {};
  #outputListener: (bytes: Buffer) => void = () => {};
  #pipe: Buffer[] = [];
  #logListener: (bytes: Buffer) => void = () => {};
  #logPipe: Buffer[] = [];
  #answered = 0;
  #polls = 0;

  constructor({ spec, launch, files }: ScriptedGuestParts) {
    this.id = spec.id;
    this.spec = spec;
    this.launch = launch;
    this.files = files;
    this.exited = new Promise((resolve) => (this.#resolveExit = resolve));
  }

  readonly output = {
    onBytes: (listener: (bytes: Buffer) => void): void => void (this.#outputListener = listener),
  };

  readonly log = {
    onBytes: (listener: (bytes: Buffer) => void): void => void (this.#logListener = listener),
  };

  readonly drain = (): void => {
    for (const bytes of this.#pipe.splice(0)) this.#outputListener(bytes);
    for (const bytes of this.#logPipe.splice(0)) this.#logListener(bytes);
  };

  readonly channel = {
    onBytes: (listener: (bytes: Buffer) => void): void => void (this.#channelListener = listener),
    onClosed: (): void => {},
    pause: (): void => void (this.isPaused = true),
    resume: (): void => void (this.isPaused = false),
    write: (pieces: readonly Uint8Array[]): void => this.#receive(Buffer.concat(pieces)),
  };

  terminate(): void {
    this.kill();
  }

  kill(): void {
    this.ended = true;
    this.#resolveExit({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
  }

  // The guest's side.

  /** Does what a guest should do now: gets ready, or answers the event it has with its request id. */
  behave(): void {
    const invoke = this.invokes[this.#answered];
    if (invoke !== undefined) this.respond(invoke.meta["requestId"], JSON.stringify(invoke.meta["requestId"]));
    if (this.#polls === this.#answered) this.next();
  }

  /** Waits for its environment when it was started ahead of that. */
  standBy(): void {
    if (this.launch.environment["LAMBENT_STANDBY"] !== undefined) this.send(23);
  }

  /** What its environment is after it has heard which it is; `before`: as it was started. */
  variables(before: Launch["environment"]): Record<string, string> {
    const { LAMBENT_STANDBY: _its, ...known } = before;
    const changes: Record<string, string | null> = JSON.parse(this.invokes[0]?.body.toString() ?? "{}");
    const kept = Object.entries({ ...known, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null);
    return Object.fromEntries(kept);
  }

  /** Lies in the pipe until the host drains it. */
  print(text: string): void {
    this.#pipe.push(Buffer.from(text));
  }

  /** The same with the log descriptor: a framed message, by its kind and level. */
  logFramed(type: number, message: string, timeMs: number): void {
    this.#logPipe.push(encodeLogFrame(type, message, timeMs));
  }

  next(): void {
    this.#polls += 1;
    this.send(16);
  }

  respond(requestId: unknown, body: string | Buffer): void {
    this.#answered += 1;
    this.send(17, { requestId }, body);
  }

  fail(requestId: unknown, errorType: string, body: string): void {
    this.#answered += 1;
    this.send(18, { requestId, errorType }, body);
  }

  failInit(errorType: string, body: string): void {
    this.send(19, { errorType }, body);
  }

  send(type: number, meta?: unknown, body: string | Buffer = ""): void {
    this.sendBytes(encodeFrame(type, meta === undefined ? "" : JSON.stringify(meta), body));
  }

  sendBytes(bytes: Buffer): void {
    this.#channelListener(bytes);
  }

  exit(exit: Partial<SandboxExit>): void {
    this.drain();
    this.#resolveExit({ exitCode: undefined, signal: undefined, outOfMemory: false, ...exit });
  }

  #receive(frame: Buffer): void {
    const metaEnd = 9 + frame.readUInt32BE(1);
    const invoke = { meta: JSON.parse(frame.toString("utf8", 9, metaEnd) || "{}"), body: frame.subarray(metaEnd) };
    this.invokes.push(invoke);
    setImmediate(() => this.onInvoke(invoke));
  }
}

/** A frame of the log descriptor, with its time. */
export function encodeLogFrame(type: number, message: string, timeMs: number): Buffer {
  const bytes = Buffer.from(message);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(type, 0);
  header.writeUInt32BE(bytes.length, 4);
  header.writeBigInt64BE(BigInt(timeMs) * 1000n, 8);
  return Buffer.concat([header, bytes]);
}

export function encodeFrame(type: number, meta: string, body: string | Buffer = ""): Buffer {
  const metaBytes = Buffer.from(meta);
  const bodyBytes = Buffer.from(body);
  const header = Buffer.alloc(9);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(metaBytes.length, 1);
  header.writeUInt32BE(bodyBytes.length, 5);
  return Buffer.concat([header, metaBytes, bodyBytes]);
}
