// Principals by the names that IAM gives them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
import { createHash } from "node:crypto";
import { partitionOf } from "./arn.ts";
import type { CallContext, Principal, Region } from "./context.ts";

type Caller = Pick<CallContext, "account" | "region" | "principal">;

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the path of the role is not part of it. */
function sessionArn({ roleArn, sessionName }: Extract<Principal, { kind: "role" }>): string {
  const role = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
  return role === null ? roleArn : `arn:${role[1]}:sts::${role[2]}:assumed-role/${role[3]}/${sessionName}`;
}

/** An account as policies print it, in the partition of a region: `arn:aws:iam::ACCOUNT:root`. */
export const rootArn = (account: string, region: Region): string => `arn:${partitionOf(region)}:iam::${account}:root`;

/** What messages and condition keys say: the ARN, for a service its name. Who proved nothing acts as the root. */
export function callerName({ account, region, principal }: Caller): string {
  switch (principal.kind) {
    case "anonymous":
    case "root":
      return rootArn(account, region);
    case "role":
      return sessionArn(principal);
    case "service":
      return principal.service;
    default:
      return principal satisfies never;
  }
}

/** All names by which a policy may mean the caller. */
export function callerNames(caller: Caller): readonly string[] {
  const { principal, region } = caller;
  const name = callerName(caller);
  if (principal.kind === "role") return [principal.roleArn, name];
  // CloudWatch Logs and others are also known by names of their region.
  return principal.kind === "service" ? [name, name.replace(".amazonaws.com", `.${region}.amazonaws.com`)] : [name];
}

/**
 * The caller's unique id as events of function URLs show it: of an account the account, of a session the id of its role
 * and its name. Ids of roles are IAM's to give; this one is as stable, and of the same form.
 */
export function callerUserId({ account, principal }: Caller): string {
  return principal.kind === "role" ? `${roleId(principal.roleArn)}:${principal.sessionName}` : account;
}

const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const roleIdLength = 17;

const roleId = (roleArn: string): string =>
  `AROA${Array.from(createHash("sha256").update(roleArn).digest().subarray(0, roleIdLength), (byte) => idAlphabet[byte % idAlphabet.length]).join("")}`;
