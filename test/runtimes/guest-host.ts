// Plays the host for a bootstrap of guest/: starts it through the process driver and speaks the framed channel with it,
// as guest/PROTOCOL.md says and with no code of the engine.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemIds } from "../../src/core/ids.ts";
import type { LanguageHost } from "../../src/engine/runtimes/language.ts";
import type { Runtime } from "../../src/engine/runtimes/runtime.ts";
import { createRuntimes } from "../../src/engine/runtimes/runtimes.ts";
import { createProcessDriver } from "../../src/sandbox/process/driver.ts";
import type { GuestPaths, Sandbox, SandboxDriver, SandboxExit, SandboxProcess } from "../../src/sandbox/sandbox.ts";
import { MachineRuntimes } from "../harness/installed-runtimes.ts";

/** Kept between runs: what was fetched once (boto3) is not fetched for every test. */
export const languageHost: LanguageHost = {
  directory: join(tmpdir(), "lambent-test-runtimes"),
  searchPath: (process.env["PATH"] ?? "").split(":"),
  homeDirectory: homedir(),
  log: { warn: () => undefined },
};

export const runtimes = createRuntimes(languageHost);

const machine = new MachineRuntimes(() => runtimes);

/** Those of `ids` that this machine has. */
export async function installed(...ids: readonly string[]): Promise<readonly string[]> {
  const statuses = await machine.ready();
  return ids.filter((id) => statuses.some((status) => status.id === id));
}

export interface Reply {
  readonly kind: "response" | "error" | "init-error";
  readonly meta: { readonly requestId?: string; readonly errorType?: string; readonly contentType?: string; readonly xrayCause?: string };
  readonly body: Buffer;
  /** Of a response that was streamed; with kind `error`, what came before that. */
  readonly chunks?: readonly string[];
  /** The body as JSON. */
  readonly payload: unknown;
}

export interface Guest {
  readonly sandbox: Sandbox;
  readonly process: SandboxProcess;
  /** NEXT, or what came in its place: an init error, or the end. */
  readonly ready: () => Promise<Reply | SandboxExit | undefined>;
  /** One event to its end; the exit when the process ended without an answer. */
  invoke(event: unknown, meta?: Readonly<Record<string, unknown>>): Promise<Reply | SandboxExit>;
  invokeRaw(body: string, meta?: Readonly<Record<string, unknown>>): Promise<Reply | SandboxExit>;
  /** Called with the bytes of each chunk as it comes; returns how to stop that. */
  onChunk(listener: (bytes: Buffer) => void): () => void;
  /** Everything printed so far. */
  output(): string;
  /** Everything written to the log descriptor so far, which a plan's environment has to name. */
  logged(): readonly LogFrame[];
}

export interface LogFrame {
  /** Eight hexadecimal digits. */
  readonly type: string;
  readonly text: string;
  readonly timeMs: number;
}

export interface GuestPlan {
  readonly runtime: Runtime;
  readonly files: Readonly<Record<string, string>>;
  readonly layer?: Readonly<Record<string, string>>;
  /** Given the paths where it names a file by them. */
  readonly handler: string | ((paths: GuestPaths) => string);
  readonly environment?: Readonly<Record<string, string>>;
  readonly memoryMiB?: number;
  /** Names of the variables with which a fork server is booted, from which the guest may be forked then. */
  readonly bootVariables?: readonly string[];
  readonly modulesAhead?: string;
}

export class GuestHost {
  readonly #folder: string;
  readonly #driver: SandboxDriver;
  #count = 0;

  constructor(folder: string, driver: SandboxDriver) {
    this.#folder = folder;
    this.#driver = driver;
  }

  static async open(): Promise<GuestHost> {
    const folder = await mkdtemp(join(tmpdir(), "lambent-guests-"));
    // Ends the search for a package.json above the code, as the engine's folder for code does.
    await writeFile(join(folder, "package.json"), "{}");
    // A name of its own: a driver that stops ends whatever bears its name, also that of another test file.
    const driver = createProcessDriver({ directory: join(folder, "sandboxes"), instanceId: systemIds.hex(4) });
    return new GuestHost(folder, driver);
  }

  async start(plan: GuestPlan): Promise<Guest> {
    const id = `guest${++this.#count}`;
    const taskRoot = await this.#write(join(id, "task"), plan.files);
    const optRoot = plan.layer === undefined ? undefined : await this.#write(join(id, "opt"), plan.layer);
    const memoryMiB = plan.memoryMiB ?? 1769;
    const { runtimeDir, languageDir } = plan.runtime;
    const sandbox = await this.#driver.open({ id, taskRoot, optRoot, runtimeDir, languageDir, memoryMiB, ephemeralStorageMiB: 512 });
    const { paths } = sandbox;
    const handler = typeof plan.handler === "string" ? plan.handler : plan.handler(paths);
    const request = { paths, host: { taskRoot, optRoot }, handler, memoryMiB, initializationType: "on-demand" as const, environment: plan.environment ?? {}, modulesAhead: plan.modulesAhead };
    const { program, args, environment, forkServer } = plan.runtime.launch(request);
    const own = {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LAMBDA_TASK_ROOT: paths.taskRoot,
      LAMBDA_RUNTIME_DIR: paths.runtimeDir,
      _HANDLER: handler,
      AWS_LAMBDA_FUNCTION_NAME: "probe",
      AWS_LAMBDA_FUNCTION_VERSION: "7",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryMiB.toString(),
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/probe",
      AWS_LAMBDA_LOG_STREAM_NAME: "2026/01/31/[7]0123456789abcdef",
    };
    const whole = { ...environment, ...plan.environment, ...own };
    const atBoot = Object.entries(whole).filter(([name]) => plan.bootVariables?.includes(name));
    const forked = forkServer === undefined || plan.bootVariables === undefined ? {} : { forkServer: { ...Object.fromEntries(atBoot), ...forkServer } };
    const launch = { program, args, cwd: paths.taskRoot, environment: whole, ...forked };
    return converse(sandbox, await sandbox.run(launch, { channel: true, log: true }));
  }

  async close(): Promise<void> {
    await this.#driver.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
    const root = join(this.#folder, folder);
    await mkdir(root, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text, { mode: 0o755 });
    }
    return root;
  }
}

const kinds: Readonly<Record<number, Reply["kind"]>> = { 17: "response", 18: "error", 19: "init-error" };
const nextType = 16;
const beginType = 20;
const chunkType = 21;
const endType = 22;

function converse(sandbox: Sandbox, process: SandboxProcess): Guest {
  const { channel } = process;
  if (channel === undefined) throw new Error("no channel");
  let printed = "";
  let received = Buffer.alloc(0);
  let answers: (Reply | "next")[] = [];
  let wake: () => void = () => undefined;
  let ended: SandboxExit | undefined;
  let onChunk: (bytes: Buffer) => void = () => undefined;
  const streamed = new StreamedReply((bytes) => onChunk(bytes));
  let logged = Buffer.alloc(0);
  process.output.onBytes((bytes) => (printed += bytes.toString()));
  process.log?.onBytes((bytes) => (logged = Buffer.concat([logged, bytes])));
  channel.onBytes((bytes) => {
    received = Buffer.concat([received, bytes]);
    for (let frame = cutFrame(received); frame !== undefined; frame = cutFrame(received)) {
      received = received.subarray(frame.length);
      const answer = streamed.take(frame);
      if (answer !== undefined) answers.push(answer);
    }
    wake();
  });
  const noteEnd = async (): Promise<void> => {
    ended = await process.exited;
    wake();
  };
  void noteEnd();
  const take = async (): Promise<Reply | "next" | SandboxExit> => {
    for (;;) {
      const answer = answers.shift();
      if (answer !== undefined) return answer;
      if (ended !== undefined) return ended;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  let isReady = false;
  const ready: Guest["ready"] = async () => {
    if (isReady) return undefined;
    const answer = await take();
    if (answer !== "next") return answer;
    isReady = true;
    return undefined;
  };
  const invokeRaw: Guest["invokeRaw"] = async (body, meta = {}) => {
    const failed = await ready();
    if (failed !== undefined) return failed;
    isReady = false;
    const head = { requestId: "request-1", deadlineMs: Date.now() + 30_000, invokedFunctionArn: "arn:probe", ...meta };
    channel.write(encodeInvoke(head, body));
    const answer = await take();
    if (answer === "next") throw new Error("NEXT without an answer");
    process.drain();
    return answer;
  };
  return {
    sandbox,
    process,
    ready,
    invokeRaw,
    onChunk: (listener) => {
      onChunk = listener;
      return () => (onChunk = () => undefined);
    },
    invoke: (event, meta) => invokeRaw(JSON.stringify(event), meta),
    output: () => printed,
    logged: () => {
      process.drain();
      return cutLogFrames(logged);
    },
  };
}

interface CutFrame {
  readonly length: number;
  readonly type: number;
  readonly meta: Reply["meta"];
  readonly body: Buffer;
}

function cutFrame(bytes: Buffer): CutFrame | undefined {
  if (bytes.length < 9) return undefined;
  const metaEnd = 9 + bytes.readUInt32BE(1);
  const length = metaEnd + bytes.readUInt32BE(5);
  if (bytes.length < length) return undefined;
  const meta: Reply["meta"] = metaEnd === 9 ? {} : JSON.parse(bytes.toString("utf8", 9, metaEnd));
  return { length, type: bytes.readUInt8(0), meta, body: Buffer.from(bytes.subarray(metaEnd, length)) };
}

/** Makes answers of frames: of a response in several, one with its chunks. */
class StreamedReply {
  #head: Reply["meta"] | undefined;
  #chunks: Buffer[] = [];
  readonly #onChunk: (bytes: Buffer) => void;

  constructor(onChunk: (bytes: Buffer) => void) {
    this.#onChunk = onChunk;
  }

  take({ type, meta, body }: CutFrame): Reply | "next" | undefined {
    const kind = kinds[type];
    if (this.#head === undefined) {
      if (type === beginType) this.#head = meta;
      else if (type === nextType) return "next";
      else if (kind === undefined) throw new Error(`frame of type ${type}`);
      else return reply(kind, meta, body);
    } else if (type === chunkType) {
      this.#chunks.push(body);
      this.#onChunk(body);
    } else if (type === endType) return this.#end(this.#head, meta, body);
    else throw new Error(`frame of type ${type} inside a response`);
    return undefined;
  }

  #end(head: Reply["meta"], meta: Reply["meta"], error: Buffer): Reply {
    const chunks = this.#chunks;
    this.#head = undefined;
    this.#chunks = [];
    const whole = meta.errorType === undefined ? reply("response", { ...head, ...meta }, Buffer.concat(chunks)) : reply("error", { ...head, ...meta }, error);
    return Object.assign(whole, { chunks: chunks.map(String) });
  }
}

const reply = (kind: Reply["kind"], meta: Reply["meta"], body: Buffer): Reply => ({
  kind,
  meta,
  body,
  get payload(): unknown {
    return JSON.parse(body.toString());
  },
});

function cutLogFrames(bytes: Buffer): readonly LogFrame[] {
  const frames: LogFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 16 + bytes.readUInt32BE(at + 4);
    const timeMs = Number(bytes.readBigInt64BE(at + 8) / 1000n);
    frames.push({ type: bytes.toString("hex", at, at + 4), text: bytes.toString("utf8", at + 16, end), timeMs });
    at = end;
  }
  return frames;
}

function encodeInvoke(meta: object, body: string): readonly Buffer[] {
  const head = Buffer.from(JSON.stringify(meta));
  const event = Buffer.from(body);
  const header = Buffer.alloc(9);
  header[0] = 1;
  header.writeUInt32BE(head.length, 1);
  header.writeUInt32BE(event.length, 5);
  return [header, head, event];
}
