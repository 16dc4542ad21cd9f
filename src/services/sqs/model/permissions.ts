// AddPermission and RemovePermission: statements of the queue's policy by their label.
import { rootArn } from "../../../core/principal-names.ts";
import { isAccountId } from "../../../core/context.ts";
import { missingParameter } from "../faults/base.ts";
import { labelExists, labelMalformed, labelNotFound, tooManyActions, unknownAction, unknownPrincipal } from "../faults/permissions.ts";
import { limits } from "../limits.ts";
import { checkPolicy } from "./attributes.ts";
import type { Queue } from "./queue.ts";

/** What may be granted so; a single action covers its batch form. */
const actions: ReadonlySet<string> = new Set([
  "*",
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
]);

interface GivenPermission {
  readonly Label: string;
  readonly AWSAccountIds: readonly string[];
  readonly Actions: readonly string[];
}

interface Statement {
  readonly Sid?: string;
  readonly [element: string]: unknown;
}

interface PolicyText {
  readonly Statement: readonly Statement[] | Statement;
  readonly [element: string]: unknown;
}

/** Faults in AWS's words. */
export function permissionStatement(queue: Queue, { Label, AWSAccountIds: accounts, Actions }: GivenPermission): Statement {
  if (!/^[\w-]{1,80}$/.test(Label)) throw labelMalformed(Label);
  if (accounts.length === 0) throw missingParameter("AWSAccountIds");
  if (Actions.length === 0) throw missingParameter("Actions");
  if (Actions.length > limits.permissionActions) throw tooManyActions(Actions.length);
  const unknown = Actions.find((action) => !actions.has(action));
  if (unknown !== undefined) throw unknownAction(unknown);
  const stranger = accounts.find((account) => !isAccountId(account));
  if (stranger !== undefined) throw unknownPrincipal(stranger);
  return {
    Sid: Label,
    Effect: "Allow",
    Principal: { AWS: oneOrMany(accounts.map((account) => rootArn(account, queue.region))) },
    Action: oneOrMany(Actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
}

const oneOrMany = (values: readonly string[]): string | readonly string[] => (values.length === 1 ? (values[0] ?? "") : values);

const statementsOf = ({ Statement }: PolicyText): readonly Statement[] => (Array.isArray(Statement) ? (Statement as readonly Statement[]) : [Statement as Statement]);

function policyOf({ record, arn }: Queue): PolicyText {
  const text = record.attributes["Policy"];
  // Stored only once it was found to be a policy.
  return text === undefined ? { Version: "2008-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [] } : (JSON.parse(text) as PolicyText);
}

/** The policy with one statement more. Fault: its label is taken. */
export function withStatement(queue: Queue, statement: Statement): string {
  const policy = policyOf(queue);
  const statements = statementsOf(policy);
  if (statements.some(({ Sid }) => Sid === statement.Sid)) throw labelExists(statement.Sid ?? "");
  const text = JSON.stringify({ ...policy, Statement: [...statements, statement] });
  checkPolicy(text);
  return text;
}

/** Undefined: no statement is left. Fault: none has the label. */
export function withoutStatement(queue: Queue, label: string): string | undefined {
  const policy = policyOf(queue);
  const statements = statementsOf(policy);
  const left = statements.filter(({ Sid }) => Sid !== label);
  if (left.length === statements.length) throw labelNotFound(label);
  return left.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: left });
}
