// Who may do what. IAM policies will decide here; until they do, a function's role may use every AWS service and
// nothing of Lambent's own administration.
import type { CallContext } from "../core/context.ts";
import { accessDenied } from "./faults.ts";

interface Action {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Throws the fault that refuses the action. */
export type Authorise = (action: Action, context: CallContext) => void;

export const authoriseByPrincipal: Authorise = ({ service, operation }, { principal }) => {
  if (principal.kind === "role" && service === "admin") throw accessDenied(principal, service, operation);
};
