// Resource policies: of functions per qualifier, and of whatever else has one (layer versions). The document is kept as
// callers see it. Everything here but the constant is pure: callers bring ids and write what they get.
import type { Json } from "../store/json.ts";
import { Collection } from "../store/collection.ts";
import { policyRevisionMismatch, policyTooLong, statementExists, statementNotFound, noPolicy } from "./faults.ts";

/** One grant (or refusal) in the words of the IAM policy language, members in the order in which they are shown. */
export type PolicyStatement = Readonly<Record<string, Json>>;

export interface PolicyDocument {
  readonly Version: string;
  readonly Id?: string;
  /** In order of creation. */
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyRecord {
  /** Belongs to the policy alone; new with every change of it. */
  readonly revisionId: string;
  readonly document: PolicyDocument;
}

/** Document `policies/NAME:QUALIFIER`: `$LATEST` stands for the function itself, which is addressed without one. */
export const functionPolicies = new Collection<PolicyRecord>("policies");

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const mostPolicyBytes = 20_480;

/** As GetPolicy prints it: no blanks. */
export const policyText = ({ document }: Pick<PolicyRecord, "document">): string => JSON.stringify(document);

/** Faults: its Sid is taken (409), the policy would be too long (400). `revisionId` is that of the result. */
export function addStatement(
  current: PolicyRecord | undefined,
  statement: PolicyStatement & { readonly Sid: string },
  revisionId: string,
): PolicyRecord {
  const { document } = current ?? { document: { Version: "2012-10-17", Id: "default", Statement: [] } };
  if (document.Statement.some(({ Sid }) => Sid === statement.Sid)) throw statementExists(statement.Sid);
  return withinLimit({ revisionId, document: { ...document, Statement: [...document.Statement, statement] } });
}

/** Undefined when that was the last statement: the policy goes. Faults: no policy, no such statement (404). */
export function removeStatement(current: PolicyRecord | undefined, sid: string, revisionId: string): PolicyRecord | undefined {
  if (current === undefined) throw noPolicy();
  const { document } = current;
  const rest = document.Statement.filter(({ Sid }) => Sid !== sid);
  if (rest.length === document.Statement.length) throw statementNotFound(sid);
  return rest.length === 0 ? undefined : { revisionId, document: { ...document, Statement: rest } };
}

/** Fault: longer than a policy may be (400). */
export function withinLimit(record: PolicyRecord): PolicyRecord {
  const bytes = Buffer.byteLength(policyText(record));
  if (bytes > mostPolicyBytes) throw policyTooLong(bytes, mostPolicyBytes);
  return record;
}

/** `given`: what the caller saw last; `api`: what shows it. Fault: 412. */
export function requirePolicyRevision(latest: string | undefined, given: string | undefined, api: string): void {
  if (given !== undefined && given !== latest) throw policyRevisionMismatch(api);
}
