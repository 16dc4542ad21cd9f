// Ends of messages that nothing else is committed with: one commit at a time in each partition, and whatever ends
// meanwhile shares the next. The busier it is, the more share one.
import { CommitConflict, type Partition } from "./store.ts";

interface Settle {
  readonly operation: { readonly kind: "settle-message"; readonly queue: string; readonly sequence: number };
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class JointSettles {
  readonly #waiting = new Map<Partition, Settle[]>();

  /** As a commit of its own: rejects with a CommitConflict when this message is not there. */
  settle(partition: Partition, queue: string, sequence: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle: Settle = { operation: { kind: "settle-message", queue, sequence }, resolve, reject };
    const waiting = this.#waiting.get(partition);
    if (waiting !== undefined) waiting.push(settle);
    else {
      this.#waiting.set(partition, []);
      void this.#commit(partition, [settle]);
    }
    return promise;
  }

  async #commit(partition: Partition, first: readonly Settle[]): Promise<void> {
    for (let settles = first; settles.length > 0; settles = this.#waiting.get(partition) ?? []) {
      this.#waiting.set(partition, []);
      await this.#commitAll(partition, settles);
    }
    this.#waiting.delete(partition);
  }

  async #commitAll(partition: Partition, settles: readonly Settle[]): Promise<void> {
    try {
      await partition.commit(settles.map(({ operation }) => operation));
      for (const { resolve } of settles) resolve();
    } catch (error) {
      // One of them is not there: which, each finds out by itself.
      if (error instanceof CommitConflict && settles.length > 1) await Promise.all(settles.map((settle) => this.#commitAll(partition, [settle])));
      else for (const { reject } of settles) reject(error);
    }
  }
}
