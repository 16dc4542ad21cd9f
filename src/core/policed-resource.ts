// A resource that says itself who may use it: what a service tells the authoriser of it.
import type { AccountId, CallContext } from "./context.ts";
import type { Policy } from "./policy/document.ts";

export interface PolicedResource {
  /** As the caller addressed it, and as statements name it. */
  readonly arn: string;
  /** Its owner: where the operation runs once it is allowed. */
  readonly account: AccountId;
  /** What the operation is called in policies: `lambda:InvokeFunction`. */
  readonly action: string;
  /** Condition keys of the service's own: `lambda:FunctionUrlAuthType`. */
  readonly keys?: Readonly<Record<string, string | undefined>>;
  /** Undefined: it has none, or is not there. A promise only until it has been read once. */
  policy(): Policy | undefined | Promise<Policy | undefined>;
}

/** Undefined: the operation is on no resource of that kind, or on one that is out of reach anyway. Input is valid. */
export type FindPolicedResource = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
  context: CallContext,
) => PolicedResource | undefined;

/**
 * Whether the caller may use a resource. Returns the context to run in, that of the resource's account; throws, or
 * rejects with, the fault that refuses him. A promise only when the policy has to be read first.
 */
export type AuthoriseUse = (resource: PolicedResource, context: CallContext) => CallContext | Promise<CallContext>;
