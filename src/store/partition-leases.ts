// Leases as two documents: who holds it (its revision is the token), and until when (what a renewal rewrites).
import type { Clock } from "../core/clock.ts";
import type { LedgerOperation } from "./ledger/job.ts";
import type { Lease, Leases } from "./lease.ts";
import type { OperationResult } from "./operation.ts";
import { CommitConflict, type Partition } from "./store.ts";

const holders = "$lease-holders";
const terms = "$lease-terms";

/** Clocks only say when a lease may be taken; what keeps two owners apart is the token. */
export class PartitionLeases implements Leases {
  readonly #partition: Pick<Partition, "get">;
  readonly #commit: (operations: readonly LedgerOperation[]) => Promise<readonly OperationResult[]>;
  readonly #clock: Clock;

  constructor(
    partition: Pick<Partition, "get">,
    commit: (operations: readonly LedgerOperation[]) => Promise<readonly OperationResult[]>,
    clock: Clock,
  ) {
    this.#partition = partition;
    this.#commit = commit;
    this.#clock = clock;
  }

  async acquire(name: string, owner: string, durationMs: number): Promise<Lease | undefined> {
    const holder = await this.#partition.get(holders, name);
    const term = await this.#partition.get(terms, name);
    // The owner itself may take it again, after a restart say: the new token fences off what it left under way.
    const isFree = holder === undefined || term === undefined || Number(term.value) <= this.#clock.now() || holder.value === owner;
    if (!isFree) return undefined;
    // Of two that found it free the second fails: the holder is not the one that it read.
    const written = await this.#commitUnlessLost([
      { kind: "put-document", collection: holders, key: name, value: JSON.stringify(owner), expect: holder?.revision ?? "absent" },
      { kind: "put-document", collection: terms, key: name, value: this.#termFrom(durationMs) },
    ]);
    const taken = written?.[0];
    if (taken === undefined || taken === null || !("revision" in taken)) return undefined;
    const token = taken.revision;
    return { name, owner, token, fence: { kind: "check-document", collection: holders, key: name, expect: token } };
  }

  /** Only the term is rewritten, so the token stays. */
  async renew(lease: Lease, durationMs: number): Promise<boolean> {
    const term: LedgerOperation = { kind: "put-document", collection: terms, key: lease.name, value: this.#termFrom(durationMs) };
    return (await this.#commitUnlessLost([lease.fence, term])) !== undefined;
  }

  async release(lease: Lease): Promise<void> {
    await this.#commitUnlessLost([
      // Expects the token: what another has acquired meanwhile stays.
      { kind: "delete-document", collection: holders, key: lease.name, expect: lease.token },
      { kind: "delete-document", collection: terms, key: lease.name },
    ]);
  }

  #termFrom(durationMs: number): string {
    return JSON.stringify(this.#clock.now() + durationMs);
  }

  /** Undefined: another has acquired the lease. */
  async #commitUnlessLost(operations: readonly LedgerOperation[]): Promise<readonly OperationResult[] | undefined> {
    try {
      return await this.#commit(operations);
    } catch (error) {
      if (error instanceof CommitConflict) return undefined;
      throw error;
    }
  }
}
