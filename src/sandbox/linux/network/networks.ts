// Networks of sandboxes: a namespace for each, where its own loopback interface takes connections to its Runtime API and
// to the functions' listener of this server, and from where it reaches the world by way of a router, or nothing.
// docs/decisions/0015-networks-of-sandboxes.md says why so.
import { closeSync } from "node:fs";
import { createServer, Socket, type Server } from "node:net";
import type { Clock } from "../../../core/clock.ts";
import { closeAll } from "../../../core/close-all.ts";
import { sandboxStartFailed } from "../../faults.ts";
import { runtimeApiPort, type Sandbox } from "../../sandbox.ts";
import { gateway, mostSandboxes } from "./addresses.ts";
import { openNameForwarder, type NameForwarder } from "./name-forwarder.ts";
import { NetworkThread } from "./network-client.ts";
import type { Made } from "./network-message.ts";

/** `none`: what listens inside; `nat`: the public Internet, too; `host`: what the host reaches, itself included. */
export type Egress = "none" | "nat" | "host";

export interface NetworksOptions {
  readonly egress: Exclude<Egress, "host">;
  /** IPv4 addresses and networks that `nat` reaches although they are private. */
  readonly allowed: readonly string[];
  /** The functions' listener; asked for when the first network is made. */
  readonly functions: () => FunctionsDoor | undefined;
  readonly clock: Clock;
}

/** The server's listener for functions, as it takes connections that were made to its port inside. */
export interface FunctionsDoor {
  readonly port: number;
  take(socket: Socket): void;
}

export interface Networks {
  readonly egress: Egress;
  /** Why it is `none` though nobody asked for that, or what may keep `nat` from working. */
  readonly warning: string | undefined;
  /** Contents of /etc/resolv.conf inside. */
  readonly resolvConf: string;
  /** Rejects with SandboxStartFailed. */
  take(sandboxId: string): Promise<SandboxNetwork>;
  /**
   * The same with the namespace that a container's first process has already: runc cannot bring further processes into one
   * that is not of the container's user namespace. Takes longer, and must be asked again for the next container.
   */
  adopt(sandboxId: string, pid: number): Promise<SandboxNetwork>;
  /** Removes what is on the host. Networks that are in use have no way out any more. */
  stop(): Promise<void>;
}

/** Of one sandbox, also of its later containers. */
export interface SandboxNetwork extends Pick<Sandbox, "listen" | "connect"> {
  /** Path of the namespace, for whoever starts processes in it; good while this process lives. Undefined: the host's. */
  readonly namespace: string | undefined;
  /** Nothing of ours is in it any more: it goes with its last process. May be called again. */
  close(): void;
}

const loopback = "127.0.0.1";
/** Networks that are ready before anybody asks: making one takes longer than the rest of a small sandbox may. */
const mostReady = 8;

interface Ready extends Made {
  readonly door: FunctionsDoor | undefined;
}

/** Rejects with a KernelError when this machine refuses, with nothing left over. */
export async function openNetworks({ egress, ...options }: NetworksOptions, thread = new NetworkThread()): Promise<Networks> {
  try {
    return await (egress === "none" ? withoutWayOut(options, thread) : withWayOut(options, thread));
  } catch (error) {
    // Told is what failed first.
    await thread.close().catch(() => undefined);
    throw error;
  }
}

/** With a way out where this machine lets us, else without. Rejects where there can be no networks at all: `prove` of the thread tells before. */
export async function openBestNetworks(options: Omit<NetworksOptions, "egress">, thread = new NetworkThread()): Promise<Networks> {
  try {
    return await withWayOut(options, thread);
  } catch (error) {
    const networks = await openNetworks({ ...options, egress: "none" }, thread);
    const reason = error instanceof Error ? error.message : String(error);
    return Object.assign(networks, { warning: `Functions reach nothing but this server: on this machine there can be no way out for them: ${reason}` });
  }
}

async function withoutWayOut({ functions }: Omit<NetworksOptions, "egress">, thread: NetworkThread): Promise<Networks> {
  await thread.prove();
  return new Pool({ thread, functions, names: undefined, hindrances: [] });
}

async function withWayOut({ allowed, functions, clock }: Omit<NetworksOptions, "egress">, thread: NetworkThread): Promise<Networks> {
  const { names, hindrances } = await thread.order({ kind: "route", allowed });
  return new Pool({ thread, functions, names: openNameForwarder(names, clock), hindrances });
}

/** Docker reads the chain that is meant for others' rules before its own. */
const hindered = (tables: readonly string[]): string =>
  `Functions may not reach the Internet: this machine's packet filter (${tables.map((table) => `nft list table ${table}`).join(", ")}) drops what it does not know ` +
  "when it forwards. Let it accept the devices lambent*, with Docker: iptables -I DOCKER-USER -i lambent+ -j ACCEPT; iptables -I DOCKER-USER -o lambent+ -j ACCEPT";

interface PoolParts {
  readonly thread: NetworkThread;
  readonly functions: NetworksOptions["functions"];
  /** Undefined: there is no way out. */
  readonly names: NameForwarder | undefined;
  /** Tables of the host's packet filter that may drop what functions send. */
  readonly hindrances: readonly string[];
}

class Pool implements Networks {
  readonly egress: Egress;
  readonly warning: string | undefined;
  readonly resolvConf: string;
  readonly #parts: PoolParts;
  readonly #ready: Promise<Ready>[] = [];
  #place = -1;
  #isStopped = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.egress = parts.names === undefined ? "none" : "nat";
    this.warning = parts.hindrances.length === 0 ? undefined : hindered(parts.hindrances);
    this.resolvConf = parts.names === undefined ? "" : `nameserver ${gateway}\noptions timeout:1 attempts:5\n`;
  }

  take(sandboxId: string): Promise<SandboxNetwork> {
    // One whose making has failed says nothing of the next: it may have been long ago.
    const taken = this.#ready.shift()?.catch(() => this.#make()) ?? this.#make();
    this.#refill();
    return this.#open(sandboxId, taken);
  }

  adopt(sandboxId: string, pid: number): Promise<SandboxNetwork> {
    return this.#open(sandboxId, this.#make(pid));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const made of await Promise.allSettled(this.#ready.splice(0))) if (made.status === "fulfilled") closeMade(made.value);
    await closeAll([() => this.#parts.thread.close(), () => this.#parts.names?.close()]);
  }

  async #open(sandboxId: string, made: Promise<Ready>): Promise<SandboxNetwork> {
    try {
      return openNetwork(await made, this.#parts.thread);
    } catch (error) {
      throw sandboxStartFailed(sandboxId, error);
    }
  }

  async #make(of?: number): Promise<Ready> {
    if (this.#isStopped) throw new Error("the server is stopping");
    const door = this.#parts.functions();
    // In turn, so that what one sandbox has asked for out there is not answered to the next.
    this.#place = (this.#place + 1) % mostSandboxes;
    const listenAt = [runtimeApiPort, ...(door === undefined ? [] : [door.port])];
    return { ...(await this.#parts.thread.order({ kind: "make", place: this.#place, listenAt, ...(of === undefined ? {} : { of }) })), door };
  }

  #refill(): void {
    while (this.#ready.length < mostReady && !this.#isStopped) {
      const making = this.#make();
      // Whoever takes it has another made.
      making.catch(() => undefined);
      this.#ready.push(making);
    }
  }
}

function closeMade({ namespace, sockets }: Made): void {
  for (const fd of [namespace, ...sockets]) closeSync(fd);
}

function openNetwork({ namespace, sockets: [first, functionsFd], door }: Ready, thread: NetworkThread): SandboxNetwork {
  let runtimeApi = first;
  let isClosed = false;
  const functionsServer = door === undefined || functionsFd === undefined ? undefined : listenFor(door, functionsFd);

  return {
    namespace: `/proc/${process.pid}/fd/${namespace}`,
    async listen(server) {
      const fd = runtimeApi ?? (await thread.order({ kind: "socket", namespace, port: runtimeApiPort }));
      runtimeApi = undefined;
      await listening(server, fd);
      return { host: loopback, port: runtimeApiPort };
    },
    async connect(port) {
      const fd = await thread.order({ kind: "socket", namespace, port: undefined });
      return connected(fd, port);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      closeSync(namespace);
      if (runtimeApi !== undefined) closeSync(runtimeApi);
      functionsServer?.close();
    },
  };
}

/** Of one sandbox to the functions' listener: clients of AWS open fifty, and each costs the server a descriptor. */
const mostConnections = 512;

/** As an HTTP server has its sockets. */
function listenFor(door: FunctionsDoor, fd: number): Server {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => door.take(socket));
  server.maxConnections = mostConnections;
  // An accept that fails (out of descriptors) fails that client only.
  server.on("error", () => undefined);
  server.listen({ fd });
  server.unref();
  return server;
}

function listening(server: Server, fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ fd }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function connected(fd: number, port: number): Promise<Socket> {
  // It must not read before it is connected.
  const unread = { fd, readable: true, writable: true, manualStart: true };
  const socket = new Socket(unread);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.connect({ port, host: loopback }, () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}
