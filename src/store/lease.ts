// Leases: who owns a poller, a shard, a schedule. The token fences: a commit that checks it fails once another owner
// has taken over, however late that commit comes.
import type { DocumentOperation } from "./operation.ts";

export interface Leases {
  /** The lease, or undefined while another owner's has not expired. The owner itself gets a new token. */
  acquire(name: string, owner: string, durationMs: number): Promise<Lease | undefined>;
  /** False: lost, stop working. */
  renew(lease: Lease, durationMs: number): Promise<boolean>;
  /** Lets others have it at once; nothing happens when it is lost already. */
  release(lease: Lease): Promise<void>;
}

export interface Lease {
  readonly name: string;
  readonly owner: string;
  /** Grows with each acquisition. */
  readonly token: number;
  /** Put this into every commit made under the lease: it fails with CommitConflict when another has acquired it. */
  readonly fence: DocumentOperation & { readonly kind: "check-document" };
}
