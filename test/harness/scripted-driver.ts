// A sandbox driver without processes: a test plays the guest, over the framed channel of guest/PROTOCOL.md.
import type { Launch, MakeLaunch, Sandbox, SandboxDriver, SandboxExit, SandboxSpec } from "../../src/sandbox/sandbox.ts";

export interface SentInvoke {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export class ScriptedDriver implements SandboxDriver {
  readonly name = "scripted";
  readonly warning = undefined;
  /** One for each run, those after a restart included. */
  readonly sandboxes: ScriptedSandbox[] = [];
  /** What each guest does once it was started; by default nothing. */
  onStart: (sandbox: ScriptedSandbox) => void = () => {};
  /** When set, starts are refused with it. */
  refusal: Error | undefined;

  async start(spec: SandboxSpec): Promise<Sandbox> {
    return this.run(spec, spec.launch, new Set());
  }

  /** `files`: what the run before has left. */
  run(spec: SandboxSpec, launch: MakeLaunch, files: Set<string>): Sandbox {
    if (this.refusal !== undefined) throw this.refusal;
    const paths = { taskRoot: spec.taskRoot, optRoot: "/opt", runtimeDir: "/var/runtime", tmp: "/tmp" };
    const sandbox = new ScriptedSandbox({ driver: this, spec, launch: launch(paths), files });
    this.sandboxes.push(sandbox);
    setImmediate(() => this.onStart(sandbox));
    return sandbox;
  }

  async stop(): Promise<void> {
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.stop()));
  }

  get running(): readonly ScriptedSandbox[] {
    return this.sandboxes.filter((sandbox) => !sandbox.ended);
  }

  /** The one sandbox that was started last. */
  get last(): ScriptedSandbox {
    const last = this.sandboxes.at(-1);
    if (last === undefined) throw new Error("no sandbox was started");
    return last;
  }
}

interface ScriptedSandboxParts {
  readonly driver: ScriptedDriver;
  readonly spec: SandboxSpec;
  readonly launch: Launch;
  readonly files: Set<string>;
}

export class ScriptedSandbox implements Sandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly launch: Launch;
  readonly exited: Promise<SandboxExit>;
  readonly invokes: SentInvoke[] = [];
  /** Names in its /tmp; empty once it was stopped. */
  readonly files: Set<string>;
  readonly #driver: ScriptedDriver;
  onInvoke: (invoke: SentInvoke) => void = () => {};
  memoryBytes = 40 * 1024 * 1024;
  /** Whether the host has ended its processes. */
  ended = false;
  #resolveExit: (exit: SandboxExit) => void = () => {};
  #channelListener: (bytes: Buffer) => void = () => {};
  #outputListener: (bytes: Buffer) => void = () => {};
  #pipe: Buffer[] = [];
  #answered = 0;
  #polls = 0;

  constructor({ driver, spec, launch, files }: ScriptedSandboxParts) {
    this.id = spec.id;
    this.spec = spec;
    this.launch = launch;
    this.files = files;
    this.#driver = driver;
    this.exited = new Promise((resolve) => (this.#resolveExit = resolve));
  }

  readonly output = {
    onBytes: (listener: (bytes: Buffer) => void): void => void (this.#outputListener = listener),
    drain: (): void => {
      for (const bytes of this.#pipe.splice(0)) this.#outputListener(bytes);
    },
  };

  readonly channel = {
    onBytes: (listener: (bytes: Buffer) => void): void => void (this.#channelListener = listener),
    onClosed: (): void => {},
    write: (pieces: readonly Uint8Array[]): void => this.#receive(Buffer.concat(pieces)),
  };

  peakMemoryBytes(): number {
    return this.memoryBytes;
  }

  freeze(): void {}
  thaw(): void {}

  async kill(): Promise<void> {
    this.ended = true;
    this.#resolveExit({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
  }

  async restart(launch: MakeLaunch): Promise<Sandbox> {
    await this.kill();
    return this.#driver.run(this.spec, launch, this.files);
  }

  async stop(): Promise<void> {
    await this.kill();
    this.files.clear();
  }

  // The guest's side.

  /** Does what a guest should do now: gets ready, or answers the event it has with its request id. */
  behave(): void {
    const invoke = this.invokes[this.#answered];
    if (invoke !== undefined) this.respond(invoke.meta["requestId"], JSON.stringify(invoke.meta["requestId"]));
    if (this.#polls === this.#answered) this.next();
  }

  /** Lies in the pipe until the host drains it. */
  print(text: string): void {
    this.#pipe.push(Buffer.from(text));
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
    this.output.drain();
    this.#resolveExit({ exitCode: undefined, signal: undefined, outOfMemory: false, ...exit });
  }

  #receive(frame: Buffer): void {
    const metaEnd = 9 + frame.readUInt32BE(1);
    const invoke = { meta: JSON.parse(frame.toString("utf8", 9, metaEnd)), body: frame.subarray(metaEnd) };
    this.invokes.push(invoke);
    setImmediate(() => this.onInvoke(invoke));
  }
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
