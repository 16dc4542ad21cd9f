// Whether a resource's policy grants something to everybody. AWS publishes its rule for S3, and calls that of other
// services the same: a grant to `*` is public unless a condition holds it to fixed values of a key that says where the
// caller belongs. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
import type { Condition } from "./condition.ts";
import type { Policy, Statement } from "./document.ts";

/** The first statement that does; undefined: the policy is not public. */
export const publicStatement = ({ statements }: Policy): Statement | undefined => statements.find(isPublic);

function isPublic({ effect, principals, conditions }: Statement): boolean {
  if (effect === "Deny" || principals === undefined) return false;
  const everybody = principals.items.some((principal) => principal.kind === "everybody" || ("name" in principal && principal.name === "*"));
  return everybody && !conditions.some(isNarrow);
}

/** Operators that an absent key does not meet, and that ask for the value itself. */
const narrowOperator = /^(?:foranyvalue:)?(?:stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress)$/;

/** By keys in lower case: whether a value is narrow enough. */
const narrowKeys: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ...[
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "lambda:EventSourceToken",
  ].map((key) => [key.toLowerCase(), isFixed] as const),
  ...["aws:PrincipalArn", "aws:SourceArn"].map((key) => [key.toLowerCase(), isArnOfSomebody] as const),
  ["aws:sourceip", isNarrowRange],
]);

function isNarrow({ operator, key, values }: Condition): boolean {
  const suffices = narrowKeys.get(key.toLowerCase());
  return suffices !== undefined && narrowOperator.test(operator.toLowerCase()) && values.length > 0 && values.every(suffices);
}

/** No wildcard and no policy variable. */
function isFixed(value: string): boolean {
  return value !== "" && !/[*?]|\$\{/.test(value);
}

/** Of one account, or one resource that names none, as buckets do. */
function isArnOfSomebody(value: string): boolean {
  return isFixed(value) || /^\d{12}$/.test(value.split(":")[4] ?? "");
}

/** AWS takes ranges wider than /8, in IPv6 /32, for the whole world. */
function isNarrowRange(value: string): boolean {
  const [address = "", prefix] = value.split("/");
  return prefix === undefined || Number(prefix) >= (address.includes(":") ? 32 : 8);
}
