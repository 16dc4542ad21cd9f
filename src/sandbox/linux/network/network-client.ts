// The main thread's end of the network thread.
import { OrderThread } from "../order-thread.ts";
import type { AnswerOf, NetworkHandover, NetworkOrder } from "./network-message.ts";

/** TypeScript in a checkout, JavaScript in the package. */
const entry = new URL(`./network-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

export class NetworkThread {
  readonly #thread = new OrderThread<NetworkOrder, AnswerOf<NetworkOrder>, NetworkHandover>({ name: "the network thread", entry });

  /** The thread answers what the order asks for. */
  order<Order extends NetworkOrder>(order: Order): Promise<AnswerOf<Order>> {
    return this.#thread.order(order) as Promise<AnswerOf<Order>>;
  }

  /** Undoes what is on the host. Orders that are under way come first. */
  async close(): Promise<void> {
    try {
      await this.order({ kind: "close" });
    } finally {
      await this.#thread.close();
    }
  }
}
