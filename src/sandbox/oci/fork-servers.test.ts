import { closeSync, constants, openSync, readSync } from "node:fs";
import { expect, test } from "vitest";
import type { Launch } from "../sandbox.ts";
import { loadSyscalls } from "../syscalls.ts";
import { guestDescriptors } from "./launch-script.ts";
import { ForkServers, type ForkPlan, type ForkServerPlan, type ForkServerProcess } from "./fork-servers.ts";

/** A fork server that is played by the test. */
class PlayedServer implements ForkServerProcess {
  readonly plan: ForkServerPlan;
  readonly requests: { readonly id: number; readonly descriptors: Readonly<Record<string, number>> }[] = [];
  readonly exited: Promise<void>;
  isClosed = false;
  #onReport: (bytes: Buffer) => void = () => undefined;
  #onOutput: (bytes: Buffer) => void = () => undefined;
  #exit: () => void = () => undefined;
  #onRequest: () => void = () => undefined;

  constructor(plan: ForkServerPlan) {
    this.plan = plan;
    this.exited = new Promise((resolve) => (this.#exit = resolve));
  }

  readonly output = { onBytes: (listener: (bytes: Buffer) => void) => void (this.#onOutput = listener), drain: () => undefined };
  readonly channel = {
    onBytes: (listener: (bytes: Buffer) => void) => void (this.#onReport = listener),
    onClosed: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    write: (parts: readonly Uint8Array[]) => {
      this.requests.push(JSON.parse(Buffer.concat(parts).toString()));
      this.#onRequest();
    },
  };

  print(text: string): void {
    this.#onOutput(Buffer.from(text));
  }

  /** Cut anywhere, as pipes do. */
  report(...reports: readonly object[]): void {
    const text = Buffer.from(reports.map((report) => `${JSON.stringify(report)}\n`).join(""));
    this.#onReport(text.subarray(0, 9));
    this.#onReport(text.subarray(9));
  }

  /** What answers `close`; replaced by tests. */
  closed: Promise<void> = Promise.resolve();

  async requested(): Promise<number> {
    if (this.requests.length === 0) await new Promise<void>((resolve) => (this.#onRequest = resolve));
    return this.requests.shift()?.id ?? -1;
  }

  end(): void {
    this.#exit();
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.end();
    return this.closed;
  }
}

function play(): { servers: ForkServers; played: PlayedServer[]; warnings: object[] } {
  const played: PlayedServer[] = [];
  const warnings: object[] = [];
  const open = (plan: ForkServerPlan): Promise<ForkServerProcess> => {
    const server = new PlayedServer(plan);
    played.push(server);
    return Promise.resolve(server);
  };
  return { servers: new ForkServers({ open, syscalls: loadSyscalls(), log: { warn: (fields) => void warnings.push(fields) } }), played, warnings };
}

const isLinux = process.platform === "linux";
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const givens = { env: { setsSignals: true }, thaw: () => undefined, ranOutOfMemory: () => false };

const planOf = (launch: Partial<Launch> = {}): ForkPlan => ({
  launch: { program: "/var/lang/bin/python3", args: ["bootstrap.py"], cwd: "/var/task", environment: { SECRET: "s3cret" }, forkServer: { LANG: "C" }, ...launch },
  options: { channel: true, log: true },
  givens,
  containerPid: process.pid,
  owner,
  shown: [],
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** With a fork server that is ready. */
async function ready(): Promise<ReturnType<typeof play> & { readonly server: PlayedServer }> {
  const table = play();
  expect(await table.servers.fork(planOf())).toBe(undefined);
  await settled();
  const [server] = table.played;
  if (server === undefined) throw new Error("nothing was opened");
  server.report({ state: "ready" });
  await settled();
  return { ...table, server };
}

test.skipIf(!isLinux)("the first process is started in full, and the next is forked from a server that was booted with nothing of the function", async () => {
  const { servers, server } = await ready();
  expect(server.plan).toEqual({ shown: [], program: "/var/lang/bin/python3", args: ["bootstrap.py"], environment: { LANG: "C" } });
  const forking = servers.fork(planOf());
  const id = await server.requested();
  // The child may be faster than its parent.
  server.report({ state: "running", id }, { state: "forked", id, pid: 2 ** 22 + 1 });
  const forked = await forking;
  server.report({ state: "ended", pid: 2 ** 22 + 1, status: 3 << 8 });
  expect(await forked?.exited).toEqual({ exitCode: 3, signal: undefined, outOfMemory: false });
  await servers.stop();
  expect(server.isClosed).toBe(true);
});

test.skipIf(!isLinux)("a launch that cannot be forked asks nobody", async () => {
  const { servers, played } = play();
  const { forkServer: _none, ...launch } = planOf().launch;
  expect(await servers.fork({ ...planOf(), launch })).toBe(undefined);
  await settled();
  expect(played).toEqual([]);
});

test.skipIf(!isLinux)("one that does not start is told of once, with its words, and its processes are started in full", async () => {
  const { servers, played, warnings } = play();
  await servers.fork(planOf());
  await settled();
  played[0]?.print("ModuleNotFoundError: No module named '_ctypes'\n");
  played[0]?.end();
  await settled();
  expect(warnings).toMatchObject([{ program: "/var/lang/bin/python3", said: expect.stringContaining("_ctypes") }]);
  expect(await servers.fork(planOf())).toBe(undefined);
  await settled();
  expect([played.length, played[0]?.isClosed]).toEqual([1, true]);
});

test.skipIf(!isLinux)("when one ends its processes count as killed, and the next launch makes another", async () => {
  const { servers, server, played } = await ready();
  const [forking, waiting] = [servers.fork(planOf()), servers.fork(planOf())];
  const id = await server.requested();
  server.report({ state: "forked", id, pid: 2 ** 22 + 2 }, { state: "running", id });
  const forked = await forking;
  server.end();
  expect(await forked?.exited).toEqual({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
  expect(await waiting).toBe(undefined);
  await settled();
  await servers.fork(planOf());
  await settled();
  expect(played.length).toBe(2);
});

test.skipIf(!isLinux)("what fails, and variables that are too long to be handed on, is started in full", async () => {
  const { servers, server, warnings } = await ready();
  const failing = servers.fork(planOf());
  server.report({ state: "failed", id: await server.requested(), reason: "setns: Operation not permitted" });
  expect(await failing).toBe(undefined);
  expect(await servers.fork(planOf({ environment: { LONG: "x".repeat(70_000) } }))).toBe(undefined);
  expect(warnings).toMatchObject([{ error: expect.stringContaining("setns") }, { error: expect.stringContaining("too many") }]);
});

test.skipIf(!isLinux)("nothing is kept open of a process that has ended", async () => {
  const { servers, server } = await ready();
  const forking = servers.fork(planOf());
  while (server.requests.length === 0) await settled();
  const { id, descriptors } = server.requests.shift() ?? { id: -1, descriptors: {} };
  // As the child has it: its end of the channel tells whether ours is open.
  const theirs = openSync(`/proc/self/fd/${descriptors[guestDescriptors.fromServer]}`, constants.O_RDONLY | constants.O_NONBLOCK);
  server.report({ state: "forked", id, pid: 2 ** 22 + 3 }, { state: "running", id });
  const forked = await forking;
  expect(() => readSync(theirs, Buffer.alloc(1))).toThrow("EAGAIN");
  server.report({ state: "ended", pid: 2 ** 22 + 3, status: 9 });
  await forked?.exited;
  await settled();
  expect(readSync(theirs, Buffer.alloc(1))).toBe(0);
  closeSync(theirs);
  await servers.stop();
});

test.skipIf(!isLinux)("one that never gets ready is ended with the others", async () => {
  const { servers, played, warnings } = play();
  await servers.fork(planOf());
  await settled();
  await servers.fork(planOf({ program: "/var/lang/bin/python4" }));
  await servers.stop();
  expect(played.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  expect(warnings).toEqual([]);
});

test.skipIf(!isLinux)("one that cannot be removed after its end is told of, and nothing fails for it", async () => {
  const { servers, server, warnings } = await ready();
  server.closed = Promise.reject(new Error("crun delete: out of descriptors"));
  server.end();
  await settled();
  expect(warnings).toMatchObject([{ error: expect.stringContaining("crun delete") }]);
  await servers.stop();
});
