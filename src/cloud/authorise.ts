// Who may do what. Policies of identities will decide here; until they do, whoever proved to be of an account may use all
// that is its own, unless the policy of a resource denies it, and of another account's what that policy allows. A
// function's role has no part in Lambent's own administration.
import type { Clock } from "../core/clock.ts";
import type { CallContext } from "../core/context.ts";
import type { AuthoriseUse, FindPolicedResource, PolicedResource } from "../core/policed-resource.ts";
import type { Policy } from "../core/policy/document.ts";
import { evaluate, explain } from "../core/policy/evaluate.ts";
import { contextValues, type ContextValues, type RequestPrincipal } from "../core/policy/request.ts";
import { callerName, callerNames } from "../core/principal-names.ts";
import { accessDenied, deniedByPolicy } from "./faults.ts";

interface Action {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly findResource: FindPolicedResource | undefined;
}

/**
 * The context to run in: that of the caller or, for another account's resource, the same in its owner's account.
 * Throws, or rejects with, the fault that refuses the action. A promise only when a policy has to be read first.
 */
export type Authorise = (action: Action, context: CallContext) => CallContext | Promise<CallContext>;

export interface AuthorisePolicy {
  /** Off: nobody is refused what is his own, and no service anything (docs/settings.md, `--auth`). */
  readonly isEnforced: boolean;
  readonly clock: Pick<Clock, "now">;
}

export function authoriser(policy: AuthorisePolicy): Authorise {
  const authoriseUse = useAuthoriser(policy);
  return ({ service, operation, input, findResource }, context) => {
    const { principal } = context;
    if (principal.kind === "role" && service === "admin") throw accessDenied(context, service, operation);
    // Nobody proved anything: authentication is off.
    if (principal.kind === "anonymous") return context;
    const resource = findResource?.(operation, input, context);
    return resource === undefined ? context : authoriseUse(resource, context);
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html */
export const useAuthoriser =
  (policy: AuthorisePolicy): AuthoriseUse =>
  (resource, context) => {
    const { kind } = context.principal;
    const isOfAccount = kind === "root" || kind === "role";
    const isOwn = isOfAccount && resource.account === context.account;
    if (!policy.isEnforced && (isOwn || !isOfAccount)) return inAccountOf(resource, context);

    const decide = (found: Policy | undefined): CallContext => {
      if (!isOwn || canDeny(found)) requireAllowed(found, { resource, isOwn, context, nowMs: policy.clock.now() });
      return inAccountOf(resource, context);
    };
    const found = resource.policy();
    return found instanceof Promise ? found.then(decide) : decide(found);
  };

const inAccountOf = ({ account }: PolicedResource, context: CallContext): CallContext =>
  account === context.account ? context : { ...context, account };

/** Most policies only allow: warm invokes of an own function need not look at them. */
const canDeny = (policy: Policy | undefined): boolean => policy?.statements.some(({ effect }) => effect === "Deny") === true;

interface Case {
  readonly resource: PolicedResource;
  /** The caller is of the resource's account: no policy has to allow what none denies. */
  readonly isOwn: boolean;
  readonly context: CallContext;
  readonly nowMs: number;
}

function requireAllowed(policy: Policy | undefined, { resource, isOwn, context, nowMs }: Case): void {
  const decision = evaluate({
    policies: policy === undefined ? [] : [{ name: `the policy of ${resource.arn}`, policy }],
    request: {
      principal: requestPrincipal(context),
      action: resource.action,
      resource: resource.arn,
      context: requestKeys(context, resource, nowMs),
    },
  });
  const { outcome } = decision;
  if (outcome === "allow" || (outcome === "implicit-deny" && isOwn)) return;
  throw deniedByPolicy(context, resource, { outcome, explanation: explain(decision) });
}

function requestPrincipal(context: CallContext): RequestPrincipal {
  const names = callerNames(context);
  switch (context.principal.kind) {
    case "anonymous":
      return { kind: "anonymous" };
    case "service":
      return { kind: "service", names };
    case "root":
    case "role":
      return { kind: "aws", account: context.account, names };
    default:
      return context.principal satisfies never;
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; there are no organizations here. */
function requestKeys(context: CallContext, resource: PolicedResource, nowMs: number): ContextValues {
  const { region, sourceAddress, userAgent } = context;
  return contextValues({
    ...principalKeys(context),
    ...resource.keys,
    "aws:PrincipalIsAWSService": (context.principal.kind === "service").toString(),
    "aws:SourceArn": context.sourceArn,
    "aws:SourceAccount": context.sourceAccount,
    "aws:SourceIp": sourceAddress === "internal" ? undefined : sourceAddress,
    "aws:UserAgent": userAgent,
    "aws:RequestedRegion": region,
    "aws:ResourceAccount": resource.account,
    "aws:SecureTransport": "false",
    "aws:ViaAWSService": "false",
    "aws:CurrentTime": new Date(nowMs).toISOString(),
    "aws:EpochTime": Math.floor(nowMs / 1000).toString(),
  });
}

function principalKeys(context: CallContext): Readonly<Record<string, string | readonly string[] | undefined>> {
  const { principal, account } = context;
  switch (principal.kind) {
    case "anonymous":
      return { "aws:PrincipalType": "Anonymous" };
    case "service":
      return { "aws:PrincipalServiceName": principal.service, "aws:PrincipalServiceNamesList": callerNames(context) };
    case "root":
      return { "aws:PrincipalAccount": account, "aws:PrincipalArn": callerName(context), "aws:PrincipalType": "Account" };
    case "role":
      return {
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": principal.roleArn,
        "aws:PrincipalType": "AssumedRole",
        // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
        "lambda:SourceFunctionArn": principal.functionArn,
      };
    default:
      return principal satisfies never;
  }
}
