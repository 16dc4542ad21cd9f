// The Principal element: whom a statement of a resource's policy is about.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import type { RequestPrincipal } from "./request.ts";
import { PolicySyntaxError } from "./syntax-error.ts";

export type StatementPrincipal =
  /** `"*"`, and `{"AWS": "*"}`, which AWS reads alike: everybody, also without a name. */
  | { readonly kind: "everybody" }
  | { readonly kind: "account"; readonly account: string }
  /** A user, a role, a session of one; by ARN or unique id. */
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "service" | "federated" | "canonical-user"; readonly name: string };

const kinds = { AWS: "aws", Service: "service", Federated: "federated", CanonicalUser: "canonical-user" } as const;

export type PrincipalType = keyof typeof kinds;
export const isPrincipalType = (text: string): text is PrincipalType => Object.hasOwn(kinds, text);

const account = /^(?:(\d{12})|arn:aws[a-z-]*:iam::(\d{12}):root)$/;
const principalArn = /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:user|role|assumed-role|federated-user)\/[^*?\s]+$/;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const uniqueId = /^A[A-Z0-9]{15,127}$/;

export function parsePrincipal(type: PrincipalType, value: string, path: string): StatementPrincipal {
  const kind = kinds[type];
  if (kind === "aws") return parseAwsPrincipal(value, path);
  if (value === "" || /[?\s]/.test(value) || (value !== "*" && value.includes("*"))) throw invalid(value, path);
  return { kind, name: value };
}

function parseAwsPrincipal(value: string, path: string): StatementPrincipal {
  if (value === "*") return { kind: "everybody" };
  const [, bare, ofRoot] = account.exec(value) ?? [];
  const id = bare ?? ofRoot;
  if (id !== undefined) return { kind: "account", account: id };
  if (principalArn.test(value) || uniqueId.test(value)) return { kind: "named", name: value };
  throw invalid(value, path);
}

const invalid = (value: string, path: string): PolicySyntaxError =>
  new PolicySyntaxError(path, `${JSON.stringify(value)} is not a principal: only a whole name or *, no pattern`);

export function isPrincipal(wanted: StatementPrincipal, asking: RequestPrincipal): boolean {
  switch (wanted.kind) {
    case "everybody":
      return true;
    case "account":
      return asking.kind === "aws" && asking.account === wanted.account;
    case "named":
      return asking.kind === "aws" && asking.names.includes(wanted.name);
    case "service":
      return asking.kind === "service" && (wanted.name === "*" || asking.names.includes(wanted.name));
    case "federated":
      return asking.kind === "federated" && (wanted.name === "*" || asking.provider === wanted.name);
    case "canonical-user":
      return asking.kind === "aws" && asking.canonicalUser !== undefined && (wanted.name === "*" || asking.canonicalUser === wanted.name);
    default:
      return wanted satisfies never;
  }
}
