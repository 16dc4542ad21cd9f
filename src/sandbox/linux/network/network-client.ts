// The main thread's end of the network thread.
import { closeSync } from "node:fs";
import { closeAll } from "../../../core/close-all.ts";
import { OrderThread } from "../order-thread.ts";
import type { AnswerOf, NetworkHandover, NetworkOrder } from "./network-message.ts";

/** TypeScript in a checkout, JavaScript in the package. */
const entry = new URL(`./network-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

export class NetworkThread {
  readonly #thread = new OrderThread<NetworkOrder, AnswerOf<NetworkOrder>, NetworkHandover>({ name: "the network thread", entry });
  #closing: Promise<void> | undefined;

  /** The thread answers what the order asks for. */
  order<Order extends NetworkOrder>(order: Order): Promise<AnswerOf<Order>> {
    return this.#thread.order(order) as Promise<AnswerOf<Order>>;
  }

  /** Rejects where there can be no network namespaces. */
  async prove(): Promise<void> {
    const { namespace } = await this.order({ kind: "make", place: 0, listenAt: [] });
    closeSync(namespace);
  }

  /** Undoes what is on the host. Orders that are under way come first. May be called again. */
  close(): Promise<void> {
    return (this.#closing ??= closeAll([() => this.#thread.close(), () => this.order({ kind: "close" })]));
  }
}
