// What the main thread and the network thread tell each other. Descriptors are the process's: the thread opens them, the
// main thread uses and closes them.

import type { PlainFault } from "../kernel-message.ts";

export type NetworkOrder =
  /** The router and the way out, once and first. `allowed` as in routerRules. */
  | { readonly kind: "route"; readonly allowed: readonly string[] }
  /** A namespace; with a router, a way to it. `of`: the one that a process has, in place of a new one. */
  | { readonly kind: "make"; readonly place: number; readonly listenAt: readonly number[]; readonly of?: number }
  /** A TCP socket in a namespace, bound to a port of its loopback interface or to none. */
  | { readonly kind: "socket"; readonly namespace: number; readonly port: number | undefined }
  | { readonly kind: "close" };

export interface Routed {
  /** Sockets at the gateway's port 53. */
  readonly names: { readonly tcp: number; readonly udp: number };
  /** As droppingTables has them. */
  readonly hindrances: readonly string[];
}

export interface Made {
  readonly namespace: number;
  /** Sockets bound to the ports of `listenAt`, in their order. */
  readonly sockets: readonly number[];
}

export type AnswerOf<Order extends NetworkOrder> = Order extends { readonly kind: "route" }
  ? Routed
  : Order extends { readonly kind: "make" }
    ? Made
    : Order extends { readonly kind: "socket" }
      ? number
      : void;

export interface ToNetwork {
  readonly id: number;
  readonly order: NetworkOrder;
}

export type FromNetwork =
  | { readonly id: number; readonly answer: AnswerOf<NetworkOrder> }
  | { readonly id: number; readonly fault: PlainFault };
