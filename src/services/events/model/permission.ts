// The policy of a bus: who may put events on it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
import { parsePolicy } from "../../../core/policy/document.ts";
import { PolicySyntaxError } from "../../../core/policy/syntax-error.ts";
import { malformedPolicy, statementNotFound } from "../faults/buses.ts";
import { limits } from "../limits.ts";

export type PolicyStatement = Readonly<Record<string, unknown>>;

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

interface Permission {
  readonly sid: string;
  readonly action: string;
  /** Twelve digits, or `*`. */
  readonly principal: string;
  readonly condition: { readonly Type: string; readonly Key: string; readonly Value: string } | undefined;
}

export const permissionStatement = (arn: string, { sid, action, principal, condition }: Permission): PolicyStatement => ({
  Sid: sid,
  Effect: "Allow",
  Principal: principal === "*" ? "*" : { AWS: `arn:aws:iam::${principal}:root` },
  Action: action,
  Resource: arn,
  ...(condition === undefined ? {} : { Condition: { [condition.Type]: { [condition.Key]: condition.Value } } }),
});

/** One statement more, in place of one of the same Sid. Fault: too long, malformed. */
export const withStatement = (policy: PolicyDocument | undefined, statement: PolicyStatement): PolicyDocument =>
  checked({
    Version: "2012-10-17",
    Statement: [...(policy?.Statement ?? []).filter(({ Sid }) => Sid !== statement["Sid"]), statement],
  });

/** Undefined: none is left. Fault: there is no such statement. */
export function withoutStatement(policy: PolicyDocument | undefined, sid: string): PolicyDocument | undefined {
  const left = policy?.Statement.filter(({ Sid }) => Sid !== sid) ?? [];
  if (policy === undefined || left.length === policy.Statement.length) throw statementNotFound();
  return left.length === 0 ? undefined : { ...policy, Statement: left };
}

/** A whole policy as it was sent. Fault: malformed, too long. */
export function readPolicy(text: string): PolicyDocument {
  let document: { readonly Version?: string; readonly Statement: PolicyStatement | readonly PolicyStatement[] };
  try {
    parsePolicy(text, { kind: "resource", mostBytes: limits.policyBytes });
    // Its grammar has been checked.
    document = JSON.parse(text) as typeof document;
  } catch (error) {
    if (error instanceof PolicySyntaxError) throw malformedPolicy(error.message);
    throw error;
  }
  const { Version = "2012-10-17", Statement } = document;
  return { Version, Statement: isList(Statement) ? Statement : [Statement] };
}

const isList = (statement: PolicyStatement | readonly PolicyStatement[]): statement is readonly PolicyStatement[] => Array.isArray(statement);

const checked = (document: PolicyDocument): PolicyDocument => readPolicy(JSON.stringify(document));
