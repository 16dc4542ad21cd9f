// Entry of the thread that makes network namespaces: making one takes most of a millisecond, in which the main thread has
// better to do. Between orders it is in the host's namespace. Nothing that it makes outlives the process, however that
// ends, but for the host's rules and its forwarding, which the next server tidies up.
/* oxlint-disable unicorn/require-post-message-target-origin -- a thread of ours has no origin */
import { closeSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { KernelError } from "../kernel-error.ts";
import { toPlainFault, type FromThread, type ThreadStart, type ToThread } from "../order-thread.ts";
import { isHostRoot } from "../user-namespace.ts";
import { gateway, mostServers, sandboxAddress, uplinkAddresses, uplinkPrefix } from "./addresses.ts";
import { applyRules, attachedNetworks, defaultDevice, deviceIndex, droppingTables, forward, forwardForUs, serverName, setSysctl, tidyHost } from "./host-side.ts";
import { loadNetworkCalls, type NetlinkMessage, type NetworkCalls } from "./network-calls.ts";
import type { AnswerOf, Made, NetworkHandover, NetworkOrder, Routed, Router } from "./network-message.ts";
import { hostRules, routerRules, uplinkName } from "./packet-rules.ts";
import { deleteLink, loopbackIndex, newAddress, newDefaultRoute, newNeighbourRoute, newPair, setUp } from "./route-messages.ts";

const loopback = "127.0.0.1";
/** Of a sandbox's own device: `lo` is the first. */
const sandboxDevice = { name: "eth0", index: 2 };
const uplinkIndex = 2;
/** Of the router's ends: the first after its own. */
const firstIndex = 10;
const namePort = 53;
/** Of what all servers of a machine share. */
const lockFolder = "/run/lambent";

type FromNetwork = FromThread<AnswerOf<NetworkOrder>, NetworkHandover>;

class NetworkLoop {
  readonly #calls: NetworkCalls = loadNetworkCalls();
  readonly #isRoot = isHostRoot();
  #handover: NetworkHandover;

  constructor(handover: NetworkHandover | undefined) {
    // Who is no root of the host cannot return to its namespace.
    this.#handover = handover ?? { home: this.#isRoot ? this.#calls.current() : this.#calls.enterNew(), router: undefined };
    this.#calls.enter(this.#home);
  }

  /** What a successor begins with. */
  get handover(): NetworkHandover {
    return this.#handover;
  }

  /** After each order. False: there is no way back. */
  goHome(): boolean {
    try {
      this.#calls.enter(this.#home);
      return true;
    } catch {
      // Its successor tells why, if there is none for that one either.
      return false;
    }
  }

  /** When nothing is left to do. */
  close(): void {
    closeSync(this.#home);
  }

  get #home(): number {
    return this.#handover.home;
  }

  get #router(): Router | undefined {
    return this.#handover.router;
  }

  set #router(router: Router | undefined) {
    this.#handover = { home: this.#home, router };
  }

  carryOut(order: NetworkOrder): AnswerOf<NetworkOrder> {
    switch (order.kind) {
      case "route":
        return this.#alone(() => this.#route(order.allowed));
      case "make":
        return this.#make(order);
      case "socket":
        this.#calls.enter(order.namespace);
        return this.#calls.socket("tcp", order.port === undefined ? undefined : { host: loopback, port: order.port });
      case "close":
        return this.#router === undefined ? undefined : this.#alone(() => this.#close());
      default:
        return order satisfies never;
    }
  }

  /** Servers that start or stop at one time would take each other's tables for what a killed one has left. */
  #alone<Result>(work: () => Result): Result {
    mkdirSync(lockFolder, { recursive: true, mode: 0o711 });
    const lock = this.#calls.lock(join(lockFolder, "network.lock"));
    try {
      return work();
    } finally {
      closeSync(lock);
    }
  }

  /** The sandboxes' devices are in a namespace of their own, not among the host's, and so are their rules. */
  #route(allowed: readonly string[]): Routed {
    if (!this.#isRoot) throw new KernelError("", "EPERM", "only the machine's root can make a way out");
    const device = defaultDevice();
    if (device === undefined) throw new KernelError("", "ENETUNREACH", "this machine has no default route itself");
    tidyHost();
    const opened: number[] = [];
    try {
      const namespace = this.#calls.enterNew();
      opened.push(namespace);
      const netlink = this.#calls.openNetlink();
      opened.push(netlink);
      this.#setUpRouter(netlink, allowed);
      const [tcp, udp] = (["tcp", "udp"] as const).map((kind) => this.#calls.socket(kind, { host: gateway, port: namePort }));
      if (tcp === undefined || udp === undefined) throw new TypeError("two sockets were made");
      opened.push(tcp, udp);
      this.#calls.enter(this.#home);
      const place = this.#openUplink(namespace, device.mtu);
      const { host, router } = uplinkAddresses(place);
      this.#calls.exchange(netlink, [newAddress(uplinkIndex, router, uplinkPrefix), setUp(uplinkIndex), newDefaultRoute(uplinkIndex, host)]);
      const hostName = serverName(place);
      applyRules(hostRules({ name: hostName, router, attached: attachedNetworks(), allowed }));
      forward(hostName);
      forwardForUs();
      this.#router = { namespace, netlink, hostName, mtu: device.mtu };
      return { names: { tcp, udp }, hindrances: droppingTables() };
    } catch (error) {
      // The way out goes with the router's namespace.
      for (const fd of opened) closeSync(fd);
      throw error;
    }
  }

  /** The thread is in its namespace. */
  #setUpRouter(netlink: number, allowed: readonly string[]): void {
    for (const which of ["all", "default"]) setSysctl(`ipv6/conf/${which}/disable_ipv6`, "1");
    setSysctl("ipv4/ip_forward", "1");
    // Whoever sends from an address that is not its own is not heard.
    for (const which of ["all", "default"]) setSysctl(`ipv4/conf/${which}/rp_filter`, "1");
    this.#calls.exchange(netlink, [setUp(loopbackIndex), newAddress(loopbackIndex, gateway)]);
    applyRules(routerRules(allowed));
  }

  /** Returns the place of this server among those of the machine: the first whose name nobody has. */
  #openUplink(router: number, mtu: number): number {
    const peer = { name: uplinkName, index: uplinkIndex, namespace: router };
    for (let place = 0; ; place += 1) {
      const name = serverName(place);
      try {
        this.#onHost([newPair({ name, index: 0, mtu, peer })]);
      } catch (error) {
        if (error instanceof KernelError && error.code === "EEXIST" && place + 1 < mostServers) continue;
        throw error;
      }
      this.#onHost([newAddress(deviceIndex(name), uplinkAddresses(place).host, uplinkPrefix)]);
      return place;
    }
  }

  #onHost(messages: readonly NetlinkMessage[]): void {
    const netlink = this.#calls.openNetlink();
    try {
      this.#calls.exchange(netlink, messages);
    } finally {
      closeSync(netlink);
    }
  }

  #make({ place, listenAt, of }: Extract<NetworkOrder, { readonly kind: "make" }>): Made {
    const namespace = of === undefined ? this.#calls.enterNew() : this.#calls.enterOf(of);
    const sockets: number[] = [];
    try {
      setSysctl("ipv6/conf/default/disable_ipv6", "1");
      const netlink = this.#calls.openNetlink();
      try {
        this.#connect(netlink, place);
      } finally {
        closeSync(netlink);
      }
      for (const port of listenAt) sockets.push(this.#calls.socket("tcp", { host: loopback, port }));
      return { namespace, sockets };
    } catch (error) {
      for (const fd of [namespace, ...sockets]) closeSync(fd);
      throw error;
    }
  }

  #connect(netlink: number, place: number): void {
    const router = this.#router;
    if (router === undefined) {
      this.#calls.exchange(netlink, [setUp(loopbackIndex)]);
      return;
    }
    const { name, index } = sandboxDevice;
    const peer = { name: `sandbox${place}`, index: firstIndex + place, namespace: router.namespace };
    const address = sandboxAddress(place);
    this.#calls.exchange(netlink, [
      setUp(loopbackIndex),
      newPair({ name, index, mtu: router.mtu, peer }),
      newAddress(index, address),
      newNeighbourRoute(index, gateway),
      newDefaultRoute(index, gateway),
    ]);
    this.#calls.exchange(router.netlink, [setUp(peer.index), newNeighbourRoute(peer.index, address)]);
  }

  /** A sandbox's namespace goes with its last descriptor and process; what the router has of it goes now. */
  #close(): void {
    if (this.#router === undefined) return;
    const { namespace, netlink, hostName } = this.#router;
    this.#router = undefined;
    try {
      this.#onHost([deleteLink(hostName)]);
    } finally {
      // The way out goes with the router's namespace, if not before.
      for (const fd of [netlink, namespace]) closeSync(fd);
    }
    tidyHost();
  }
}

function serve(port: MessagePort, { handover }: ThreadStart<NetworkHandover>): void {
  const tell = (message: FromNetwork): void => port.postMessage(message);
  let loop: NetworkLoop;
  try {
    loop = new NetworkLoop(handover);
  } catch (error) {
    tell({ kind: "unusable", fault: toPlainFault(error) });
    return;
  }
  let told = loop.handover;
  tell({ kind: "ready", handover: told });
  const take = (message: ToThread<NetworkOrder>): void => {
    if (message === undefined) {
      loop.close();
      port.close();
      return;
    }
    const outcome = outcomeOf(loop, message);
    const isHome = loop.goHome();
    if (loop.handover !== told) tell({ kind: "ready", handover: (told = loop.handover) });
    tell(outcome);
    if (isHome) return;
    // Whatever it did next it would do in a sandbox. Orders that are there already would still come: they are the successor's.
    port.off("message", take);
    tell({ kind: "lost", handover: told, begun: [] });
    port.close();
  };
  port.on("message", take);
}

function outcomeOf(loop: NetworkLoop, { id, order }: NonNullable<ToThread<NetworkOrder>>): FromNetwork {
  try {
    return { kind: "done", id, answer: loop.carryOut(order) };
  } catch (error) {
    return { kind: "failed", id, fault: toPlainFault(error) };
  }
}

if (parentPort !== null) serve(parentPort, workerData);
