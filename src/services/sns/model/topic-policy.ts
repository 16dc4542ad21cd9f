// The policy of a topic: who may use it. https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
import { type AccountId, isAccountId, type Region } from "../../../core/context.ts";
import { parsePolicy, type Policy } from "../../../core/policy/document.ts";
import { PolicySyntaxError } from "../../../core/policy/syntax-error.ts";
import { rootArn } from "../../../core/principal-names.ts";
import { invalidAccount, invalidPolicy, statementExists, statementNotFound, unknownAction } from "../faults/topics.ts";
import { limits } from "../limits.ts";

/** What a policy may grant. */
const actions = [
  "GetTopicAttributes",
  "SetTopicAttributes",
  "AddPermission",
  "RemovePermission",
  "DeleteTopic",
  "Subscribe",
  "ListSubscriptionsByTopic",
  "Publish",
] as const;

export const isGranted = (operation: string): boolean => actions.some((action) => action === operation);

/** Of a topic that sets none. */
export const defaultPolicy = (arn: string, account: AccountId): string =>
  JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: actions.map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": account } },
      },
    ],
  });

interface Statement {
  readonly Sid?: string;
  readonly [element: string]: unknown;
}

interface PolicyText {
  readonly Statement: readonly Statement[] | Statement;
  readonly [element: string]: unknown;
}

/** Fault: malformed, too long. */
export function readTopicPolicy(text: string): Policy {
  try {
    return parsePolicy(text, { kind: "resource", mostBytes: limits.policyBytes });
  } catch (error) {
    throw error instanceof PolicySyntaxError ? invalidPolicy(error.message) : error;
  }
}

interface GivenPermission {
  readonly Label: string;
  readonly AWSAccountId: readonly string[];
  readonly ActionName: readonly string[];
}

/** Of AddPermission. Faults: no account, an action that policies of topics do not grant. */
export function permissionStatement(arn: string, region: Region, { Label, AWSAccountId, ActionName }: GivenPermission): Statement {
  if (AWSAccountId.length === 0 || !AWSAccountId.every(isAccountId)) throw invalidAccount();
  if (ActionName.length === 0 || !ActionName.every((action) => action === "*" || isGranted(action))) throw unknownAction();
  return {
    Sid: Label,
    Effect: "Allow",
    Principal: { AWS: oneOrMany(AWSAccountId.map((account) => rootArn(account, region))) },
    Action: oneOrMany(ActionName.map((action) => `SNS:${action}`)),
    Resource: arn,
  };
}

const oneOrMany = (values: readonly string[]): string | readonly string[] => (values.length === 1 ? (values[0] ?? "") : values);

/** Fault: its label is taken. */
export function withStatement(policy: string, statement: Statement): string {
  const { document, statements } = statementsIn(policy);
  if (statements.some(({ Sid }) => Sid === statement.Sid)) throw statementExists();
  const text = JSON.stringify({ ...document, Statement: [...statements, statement] });
  readTopicPolicy(text);
  return text;
}

/** Fault: none has the label. */
export function withoutStatement(policy: string, label: string): string {
  const { document, statements } = statementsIn(policy);
  const left = statements.filter(({ Sid }) => Sid !== label);
  if (left.length === statements.length) throw statementNotFound(label);
  return JSON.stringify({ ...document, Statement: left });
}

function statementsIn(policy: string) {
  // Kept only once it was found to be a policy.
  const document = JSON.parse(policy) as PolicyText;
  return { document, statements: isList(document.Statement) ? document.Statement : [document.Statement] };
}

const isList = (statement: PolicyText["Statement"]): statement is readonly Statement[] => Array.isArray(statement);
