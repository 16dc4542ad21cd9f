// What the main thread and the network thread tell each other, as order-thread.ts has it. Descriptors are the process's: the
// thread opens them, the main thread uses and closes them.

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

export interface NetworkHandover {
  /** A descriptor of the namespace where the thread is between orders. */
  readonly home: number;
  /** Undefined: there is no way out. */
  readonly router: Router | undefined;
}

export interface Router {
  readonly namespace: number;
  readonly netlink: number;
  /** Of the host's end of the way out. */
  readonly hostName: string;
  /** Bytes of a packet. */
  readonly mtu: number;
}
