// What policies say of a request, and why. A Deny that matches wins over all else, then an Allow that matches; what
// nothing matches is denied. Pure: no clock, no store; what conditions ask for comes with the request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { Listed, Policy, Statement } from "./document.ts";
import { isPrincipal } from "./principal.ts";
import type { PolicyRequest } from "./request.ts";
import { matchesTemplate } from "./template.ts";

export interface NamedPolicy {
  /** For the explanation, e.g. the ARN of what it is attached to. */
  readonly name: string;
  readonly policy: Policy;
}

export interface Decision {
  readonly outcome: "allow" | "explicit-deny" | "implicit-deny";
  /** Undefined for an implicit deny: nothing matched. */
  readonly decidedBy: Finding | undefined;
  /** One a statement, in the order of policies and statements. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly policy: string;
  readonly statement: string;
  readonly effect: Statement["effect"];
  /** The first thing that did not match; undefined: all did. */
  readonly mismatch: Mismatch | undefined;
}

export interface Mismatch {
  readonly element: "Principal" | "NotPrincipal" | "Action" | "NotAction" | "Resource" | "NotResource" | "Condition";
  /** In a sentence: what was asked for, or which condition. Never a value of the request's context. */
  readonly reason: string;
}

export function evaluate({ policies, request }: { readonly policies: readonly NamedPolicy[]; readonly request: PolicyRequest }): Decision {
  const findings = policies.flatMap(({ name, policy }) =>
    policy.statements.map((statement): Finding => ({
      policy: name,
      statement: statement.name,
      effect: statement.effect,
      mismatch: mismatchOf(statement, request),
    })),
  );
  const matched = findings.filter(({ mismatch }) => mismatch === undefined);
  const denied = matched.find(({ effect }) => effect === "Deny");
  if (denied !== undefined) return { outcome: "explicit-deny", decidedBy: denied, findings };
  const allowed = matched.find(({ effect }) => effect === "Allow");
  return allowed === undefined
    ? { outcome: "implicit-deny", decidedBy: undefined, findings }
    : { outcome: "allow", decidedBy: allowed, findings };
}

/** One line for people. */
export function explain({ outcome, decidedBy, findings }: Decision): string {
  if (decidedBy !== undefined) return `${outcome}: ${decidedBy.statement} of ${decidedBy.policy} matches`;
  if (findings.length === 0) return `${outcome}: there is no policy`;
  return `${outcome}: ${findings.map(({ statement, mismatch }) => `${statement}: ${mismatch?.element ?? ""} ${mismatch?.reason ?? ""}`).join("; ")}`;
}

/** In the order in which elements are cheap to test. */
function mismatchOf({ principals, actions, resources, conditions }: Statement, request: PolicyRequest): Mismatch | undefined {
  const { principal, action, resource, context } = request;
  if (principals !== undefined && !applies(principals, (wanted) => isPrincipal(wanted, principal)))
    return { element: principals.excludes ? "NotPrincipal" : "Principal", reason: `does not apply to a principal of kind ${principal.kind}` + namesOf(request) };
  if (!applies(actions, (wanted) => matchesTemplate(wanted, action, context)))
    return { element: actions.excludes ? "NotAction" : "Action", reason: `does not apply to ${action}` };
  if (resources !== undefined && !applies(resources, (wanted) => matchesTemplate(wanted, resource, context)))
    return { element: resources.excludes ? "NotResource" : "Resource", reason: `does not apply to ${resource}` };
  const unmet = conditions.find((condition) => !condition.isMet(context));
  return unmet === undefined
    ? undefined
    : { element: "Condition", reason: `${unmet.operator} ${unmet.key} is not met${context.has(unmet.key.toLowerCase()) ? "" : ": the request has no such key"}` };
}

const applies = <Item>({ excludes, items }: Listed<Item>, matches: (item: Item) => boolean): boolean => items.some(matches) !== excludes;

function namesOf({ principal }: PolicyRequest): string {
  const names = principal.kind === "aws" || principal.kind === "service" ? principal.names : [];
  return names.length === 0 ? "" : ` (${names.join(", ")})`;
}
