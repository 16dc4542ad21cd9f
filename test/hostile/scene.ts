// Where attempts happen: a server of its own process, a victim with secrets that is at work all the time, and what else a
// host has: files, services, processes. Nothing of it is told to attackers but where it is.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type ListenOptions, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DeleteFunctionCommand, InvokeCommand, LambdaClient, PublishLayerVersionCommand, type Runtime, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { vi } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { built, locate, step } from "../harness/build-cache.ts";
import { waitUntilUpdated } from "../harness/functions.ts";
import { createFunction, temporaryFolder } from "../harness/lambent.ts";
import { type DriverName, type Facts, type SetupName, setups } from "./attempt.ts";
import { type HostProcess, hostProcess, processesWith, variableOf } from "./outside.ts";

/** What each place keeps, and nobody but its owner may see. */
export const secretNames = ["environment", "event", "memory", "file", "port", "shared", "code", "host file", "host service", "host socket", "host process", "server", "metadata"] as const;
export type SecretName = (typeof secretNames)[number];

/** Longer than this nothing that is asked for beside an attempt may take. Machines of tests are busy; attacks that work take seconds. */
const usualMs = 2500;

/** `secret`: of its code. */
const victimSource = (secret: string): string => `
  // ${secret}
  import { spawn } from "node:child_process";
  import { once } from "node:events";
  import { writeFileSync } from "node:fs";
  import { createServer } from "node:net";
  export const handler = async (event) => {
    if (event.hold === undefined) return "well";
    const { TMPDIR: tmp = "/tmp", FILE, PORT, PORT_SECRET, NAME, SYSV_KEY, SHARED } = process.env;
    globalThis.kept = [event.secret, Buffer.from(event.memory)];
    writeFileSync(tmp + "/secret", FILE);
    const server = createServer((socket) => socket.on("error", () => {}).end(PORT_SECRET));
    await once(server.listen(Number(PORT), "0.0.0.0"), "listening");
    spawn("hostile", ["victim", NAME, SYSV_KEY, SHARED], { stdio: "ignore" });
    await new Promise(() => {});
  };`;

export interface Deployment {
  readonly files: Readonly<Record<string, string>>;
  readonly runtime: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly memoryMiB?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly layer?: Readonly<Record<string, string>> | undefined;
}

export interface Answered {
  readonly text: string;
  readonly log: string;
  readonly functionError: string | undefined;
  readonly durationMs: number;
}

/** A server, and what is asked of it from outside. */
export class AttackedServer {
  readonly process: ChildProcess;
  readonly endpoint: URL;
  readonly lambda: LambdaClient;
  readonly folder: string;
  #layer = "";

  private constructor(child: ChildProcess, folder: string, ready: { endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } }) {
    this.process = child;
    this.folder = folder;
    this.endpoint = new URL(ready.endpoint);
    this.lambda = new LambdaClient({ endpoint: ready.endpoint, region: "us-east-1", credentials: ready.credentials, maxAttempts: 1 });
  }

  static async start(setup: SetupName, auth: "on" | "off", environment: Readonly<Record<string, string>>): Promise<AttackedServer> {
    const folder = temporaryFolder("hostile-server");
    const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));
    const { PATH = "", HOME = "" } = process.env;
    const child = spawn(process.execPath, [bin, "start", "--port", "0", "--data", folder, "--auth", auth, "--update-delay", "0", "--log-level", "warn", "--stop-grace", "0", ...setups[setup].flags], {
      env: { PATH, HOME, ...environment },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [ready] = await Promise.race([once(child, "message"), once(child, "exit").then(([code]) => Promise.reject(new Error(`the server ended with ${code}`)))]);
    const server = new AttackedServer(child, folder, ready);
    server.#layer = await server.#publish("hostile", { "bin/hostile": readFileSync(join(await hostileProgram(), "hostile")) });
    return server;
  }

  async #publish(LayerName: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const layer = new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: await zipOf(files, 0o100755) } });
    return (await this.lambda.send(layer)).LayerVersionArn ?? "";
  }

  async deploy(name: string, { files, runtime, variables = {}, memoryMiB = 1769, timeoutSeconds = 20, layer }: Deployment): Promise<void> {
    const layers = layer === undefined ? [] : [await this.#publish(name, layer)];
    await createFunction(this.lambda, name, files, {
      Runtime: runtime as Runtime,
      Layers: [this.#layer, ...layers],
      MemorySize: memoryMiB,
      Timeout: timeoutSeconds,
      Environment: { Variables: { MARK: name, ...variables } },
    });
  }

  async invoke(name: string, event: object, abortSignal?: AbortSignal): Promise<Answered> {
    const began = performance.now();
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: "Tail" });
    const { Payload, LogResult = "", FunctionError } = await this.lambda.send(command, abortSignal === undefined ? {} : { abortSignal });
    return {
      text: Payload?.transformToString() ?? "",
      log: Buffer.from(LogResult, "base64").toString(),
      functionError: FunctionError,
      durationMs: performance.now() - began,
    };
  }

  /** Its environment ends; the next invoke has another, with the same code. */
  async renew(FunctionName: string): Promise<void> {
    await this.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { MARK: FunctionName, RENEWED: "yes" } } }));
    await waitUntilUpdated(this.lambda, FunctionName);
  }

  /** Deletes the function; resolves with the processes that are still there when its environment should long have ended. */
  async end(name: string): Promise<readonly HostProcess[]> {
    await this.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    let left = processesWith(name);
    const gone = (): boolean => (left = processesWith(name)).length === 0;
    await vi.waitUntil(gone, { timeout: 10_000, interval: 50 }).catch(() => undefined);
    return left;
  }

  async stop(): Promise<void> {
    this.lambda.destroy();
    const exited = this.process.exitCode === null && this.process.signalCode === null ? once(this.process, "exit") : undefined;
    this.process.kill("SIGTERM");
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The folder of hostile.c as a program. */
export function hostileProgram(): Promise<string> {
  const compiler = locate("gcc");
  const steps = ["-O1", "-Wall", "-Wno-unused-result", "-static", "-pthread", "-o", "hostile", "hostile.c"];
  return built({ name: "hostile", sources: fileURLToPath(new URL("programs", import.meta.url)), recipe: steps, build: (draft) => step(compiler, steps, draft) });
}

export interface Scene {
  readonly setup: SetupName;
  readonly driver: DriverName;
  readonly guarded: AttackedServer;
  readonly open: AttackedServer;
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly victim: { readonly mark: string; readonly process: HostProcess; readonly careless: HostProcess };
  readonly program: string;
  /** A process of the host that an attempt may hurt; its id. */
  spawnBystander(): number;
  facts(mark: string, more: Readonly<Record<string, string>>, server: AttackedServer): Facts;
  /** What is wrong with what should go on as ever; undefined: nothing. */
  trouble(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Rejects with nothing left over. */
export async function openScene(setup: SetupName): Promise<Scene> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    return await setUp(setup, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function setUp(setup: SetupName, closers: (() => unknown)[], stop: () => Promise<void>): Promise<Scene> {
  const run = randomBytes(4).toString("hex");
  const needle = `HOSTILE-${run}-`;
  const secret = (): string => needle + randomBytes(12).toString("hex");
  const secrets = Object.fromEntries(secretNames.map((name) => [name, secret()])) as Record<SecretName, string>;
  const folder = temporaryFolder("hostile-host");
  closers.push(() => rmSync(folder, { recursive: true, force: true }));

  const program = join(await hostileProgram(), "hostile");
  const host = await openHost(run, folder, secrets, closers);
  const environment = { HOSTILE_SERVER_SECRET: secrets.server };
  const [guarded, open] = await Promise.all([AttackedServer.start(setup, "on", environment), AttackedServer.start(setup, "off", environment)]);
  closers.push(() => Promise.all([guarded.stop(), open.stop()]));

  const victim = await openVictim({ run, server: guarded, program, secrets, closers });
  const facts = {
    victim: { ...victim.facts, needle },
    host: { ...host.facts, fileHandle: execFileSync(program, ["handle", host.facts.file], { encoding: "utf8" }).trim(), serverPid: guarded.process.pid ?? 0, dataDirectory: guarded.folder },
  };
  const troubleNow = async (): Promise<string | undefined> => {
    if (guarded.process.exitCode !== null || guarded.process.signalCode !== null) return "the server has ended";
    const began = performance.now();
    const { text } = await guarded.invoke(victim.mark, {}, AbortSignal.timeout(10 * usualMs));
    const victimMs = performance.now() - began;
    const health = await fetch(new URL("/_lambent/health", guarded.endpoint), { signal: AbortSignal.timeout(10 * usualMs) });
    const serverMs = performance.now() - began - victimMs;
    if (text !== '"well"') return `the victim answers ${text}`;
    if (!health.ok) return `the server answers ${health.status}`;
    if (victimMs > usualMs) return `the victim takes ${Math.round(victimMs)} ms`;
    return serverMs > usualMs ? `the server takes ${Math.round(serverMs)} ms` : undefined;
  };
  return {
    setup,
    driver: setups[setup].driver,
    guarded,
    open,
    secrets,
    victim,
    program,
    spawnBystander: host.spawnBystander,
    facts: (mark, more, { endpoint }) => ({ ...facts, mark, more, api: { host: endpoint.hostname, port: Number(endpoint.port) } }),
    trouble: async () => {
      const first = await troubleNow();
      // A busy machine is slow once; what an attempt has done lasts.
      return first?.includes(" takes ") === true ? ((await troubleNow()) && (await troubleNow())) : first;
    },
    stop,
  };
}

interface VictimParts {
  readonly run: string;
  readonly server: AttackedServer;
  readonly program: string;
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly closers: (() => unknown)[];
}

/** One environment of it is in the middle of an invoke as long as the scene is there; others answer in between. */
async function openVictim({ run, server, program, secrets, closers }: VictimParts) {
  const mark = `victim-${run}`;
  const [port, sysvKey] = [await freePort(), Number.parseInt(run, 16) & 0x7fffffff];
  const variables = { SECRET: secrets.environment, FILE: secrets.file, PORT: `${port}`, PORT_SECRET: secrets.port, NAME: mark, SYSV_KEY: `${sysvKey}`, SHARED: secrets.shared };
  await server.deploy(mark, { runtime: "nodejs26.x", files: { "index.mjs": victimSource(secrets.code) }, variables, timeoutSeconds: 900 });
  const held = new AbortController();
  server.invoke(mark, { hold: true, secret: secrets.event, memory: secrets.memory }, held.signal).catch(() => undefined);
  closers.push(() => {
    held.abort();
    execFileSync(program, ["forget", mark, `${sysvKey}`]);
  });
  const isCareless = (found: HostProcess): boolean => found.status("Name") === "careless";
  const processes = await vi.waitUntil(() => {
    const found = processesWith(mark);
    return found.some(isCareless) ? found : undefined;
  }, { timeout: 20_000, interval: 20 });
  const careless = processes.find(isCareless);
  if (careless === undefined) throw new Error("the victim is not at work");
  const main = hostProcess(careless.parentPid);
  return {
    mark,
    process: main,
    careless,
    facts: {
      pid: main.pid,
      carelessPid: careless.pid,
      name: mark,
      sysvKey,
      runtimeApi: variableOf(careless, "AWS_LAMBDA_RUNTIME_API") ?? "",
      tmp: variableOf(careless, "TMPDIR") ?? `/proc/${main.pid}/root/tmp`,
      port,
      addresses: [...main.file("net/fib_trie").matchAll(/\|-- ([\d.]+)\n\s+\/32 host LOCAL/g)].map(([, address = ""]) => address).filter((address) => !address.startsWith("127.")),
    },
  };
}

/** What a host has beside Lambent. */
async function openHost(run: string, folder: string, secrets: Readonly<Record<SecretName, string>>, closers: (() => unknown)[]) {
  const file = join(folder, "secret");
  writeFileSync(file, secrets["host file"], { mode: 0o600 });
  mkdirSync(join(folder, "kept"));
  writeFileSync(join(folder, "kept", "file"), "kept");
  const spawnBystander = (): number => {
    const bystander = spawn("/bin/sleep", ["1000"], { env: { SECRET: secrets["host process"] }, stdio: "ignore" });
    closers.push(() => bystander.kill("SIGKILL"));
    return bystander.pid ?? 0;
  };

  // A metadata service: the address that clouds have it at, on an interface of its own.
  const [end, otherEnd] = [`hst${run}a`, `hst${run}b`];
  execFileSync("ip", ["link", "add", end, "type", "veth", "peer", "name", otherEnd]);
  closers.push(() => execFileSync("ip", ["link", "del", end]));
  execFileSync("ip", ["address", "add", "169.254.169.254/32", "dev", end]);
  for (const name of [end, otherEnd]) execFileSync("ip", ["link", "set", name, "up"]);

  const tell = async (secret: string, where: ListenOptions): Promise<number> => {
    const server = createHttpServer((_request, response) => response.end(secret));
    closers.push(() => server.close());
    return listenAt(server, where);
  };
  const socket = join(folder, "socket");
  const abstractSocket = `hostile-host-${run}`;
  await tell(secrets["host socket"], { path: socket });
  await tell(secrets["host socket"], { path: `\0${abstractSocket}` });
  const facts = {
    file,
    folder,
    bystanderPid: spawnBystander(),
    loopbackPort: await tell(secrets["host service"], { host: "127.0.0.1", port: 0 }),
    loopback6Port: await tell(secrets["host service"], { host: "::1", port: 0 }),
    openPort: await tell(secrets["host service"], { host: "0.0.0.0", port: 0 }),
    metadataPort: await tell(secrets.metadata, { host: "169.254.169.254", port: 0 }),
    addresses: Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.filter(({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254.")).map(({ address }) => address)),
    socket,
    abstractSocket,
  };
  return { facts, spawnBystander };
}

async function listenAt(server: Server, where: ListenOptions): Promise<number> {
  await once(server.listen(where), "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenAt(server, { host: "127.0.0.1", port: 0 });
  server.close();
  return port;
}
