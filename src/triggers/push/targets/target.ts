// What a kind of target is: one call through Cloud, which asks for permission and validates as it does on the wire, and
// reaches services elsewhere.
import type { Arn } from "../../../core/arn.ts";
import type { Delivery } from "../../../core/delivery.ts";

export interface PushTarget {
  /** Third part of its ARNs. */
  readonly service: string;
  /** Brings one delivery. Rejects as the call does, or with a Fault of what its answer says. */
  deliver(delivery: Delivery, arn: Arn, call: TargetCall): Promise<void>;
}

/** In the region of the target, on behalf of whoever delivers. */
export type TargetCall = (service: string, operation: string, input: object) => Promise<object>;
