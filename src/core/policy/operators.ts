// The condition operators: how the value of a policy is read, and which values of a request it meets.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { ContextValues } from "./request.ts";
import { PolicySyntaxError } from "./syntax-error.ts";
import { matchesTemplate, parseTemplate, splitAtColons, type TemplateOptions } from "./template.ts";

/** Whether a value of the request meets the value of the policy. */
export type ValueTest = (given: string, context: ContextValues) => boolean;

export interface ValueOptions {
  /** Whether `${…}` is a policy variable: Version 2012-10-17. */
  readonly variables: boolean;
  readonly path: string;
}

type ReadValue = (value: string, options: ValueOptions) => ValueTest;

export interface ConditionOperator {
  readonly name: string;
  /** Met by values that `read`'s test does not meet, and by absent ones. */
  readonly isNegated: boolean;
  readonly read: ReadValue;
}

const text =
  (options: Omit<TemplateOptions, "variables">): ReadValue =>
  (value, { variables, path }) => {
    const template = parseTemplate(value, { ...options, variables }, path);
    return (given, context) => matchesTemplate(template, given, context);
  };

const equal = text({ wildcards: false });
const equalIgnoringCase = text({ wildcards: false, ignoresCase: true });
const like = text({ wildcards: true });

type Comparison = (given: number, wanted: number) => boolean;

const comparisons: Readonly<Record<"Equals" | "LessThan" | "LessThanEquals" | "GreaterThan" | "GreaterThanEquals", Comparison>> = {
  Equals: (given, wanted) => given === wanted,
  LessThan: (given, wanted) => given < wanted,
  LessThanEquals: (given, wanted) => given <= wanted,
  GreaterThan: (given, wanted) => given > wanted,
  GreaterThanEquals: (given, wanted) => given >= wanted,
};

const number = (value: string): number => (/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(value) ? Number(value) : Number.NaN);

/** Unix milliseconds. ISO 8601 in the forms of the W3C, or seconds since 1970. */
function date(value: string): number {
  if (/^-?\d{5,15}(?:\.\d{1,9})?$/.test(value)) return Number(value) * 1000;
  return /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/.test(value) ? Date.parse(value) : Number.NaN;
}

const compared =
  (parse: (value: string) => number, kind: string) =>
  (compare: Comparison): ReadValue =>
  (value, { path }) => {
    const wanted = parse(value);
    if (Number.isNaN(wanted)) throw new PolicySyntaxError(path, `${JSON.stringify(value)} is not ${kind}`);
    return (given) => compare(parse(given), wanted);
  };

const numeric = compared(number, "a number");
const dated = compared(date, "a date");

/** A value that is no boolean is met by none. */
const bool: ReadValue = (value, options) => {
  const template = parseTemplate(value, { variables: options.variables, wildcards: false, ignoresCase: true }, options.path);
  return (given, context) => /^(?:true|false)$/i.test(given) && matchesTemplate(template, given, context);
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const binary: ReadValue = (value, { path }) => {
  if (!base64.test(value)) throw new PolicySyntaxError(path, `${JSON.stringify(value)} is not base64`);
  const wanted = Buffer.from(value, "base64");
  return (given) => base64.test(given) && wanted.equals(Buffer.from(given, "base64"));
};

const familyOf = (address: string): "ipv4" | "ipv6" | undefined =>
  isIPv4(address) ? "ipv4" : isIPv6(address) && !address.includes("%") ? "ipv6" : undefined;

/** An address or a range in CIDR notation. */
const ipAddress: ReadValue = (value, { path }) => {
  const [address = "", prefix, ...rest] = value.split("/");
  const family = familyOf(address);
  const widest = family === "ipv4" ? 32 : 128;
  const bits = prefix === undefined ? widest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === undefined || !(bits <= widest) || rest.length > 0)
    throw new PolicySyntaxError(path, `${JSON.stringify(value)} is not an IP address or a range in CIDR notation`);
  const range = new BlockList();
  range.addSubnet(address, bits, family);
  return (given) => {
    const givenFamily = familyOf(given);
    return givenFamily !== undefined && range.check(given, givenFamily);
  };
};

const arnParts = 6;

/** Each of the six parts by itself, so that a star does not reach over a colon but in the last. Equals and Like are the same. */
const arn: ReadValue = (value, { variables, path }) => {
  const template = parseTemplate(value, { variables, wildcards: true }, path);
  if (value === "*") return () => true;
  const wanted = splitAtColons(template, arnParts);
  return (given, context) => {
    const parts = given.split(":");
    const cut = [...parts.slice(0, arnParts - 1), parts.slice(arnParts - 1).join(":")];
    return wanted.length === arnParts && parts.length >= arnParts && wanted.every((part, at) => matchesTemplate(part, cut[at] ?? "", context));
  };
};

const positive: Readonly<Record<string, ReadValue>> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: like,
  NumericEquals: numeric(comparisons.Equals),
  NumericLessThan: numeric(comparisons.LessThan),
  NumericLessThanEquals: numeric(comparisons.LessThanEquals),
  NumericGreaterThan: numeric(comparisons.GreaterThan),
  NumericGreaterThanEquals: numeric(comparisons.GreaterThanEquals),
  DateEquals: dated(comparisons.Equals),
  DateLessThan: dated(comparisons.LessThan),
  DateLessThanEquals: dated(comparisons.LessThanEquals),
  DateGreaterThan: dated(comparisons.GreaterThan),
  DateGreaterThanEquals: dated(comparisons.GreaterThanEquals),
  Bool: bool,
  BinaryEquals: binary,
  IpAddress: ipAddress,
  ArnEquals: arn,
  ArnLike: arn,
};

const negated: Readonly<Record<string, ReadValue>> = {
  StringNotEquals: equal,
  StringNotEqualsIgnoreCase: equalIgnoringCase,
  StringNotLike: like,
  NumericNotEquals: numeric(comparisons.Equals),
  DateNotEquals: dated(comparisons.Equals),
  NotIpAddress: ipAddress,
  ArnNotEquals: arn,
  ArnNotLike: arn,
};

const operatorsOf = (table: Readonly<Record<string, ReadValue>>, isNegated: boolean): readonly ConditionOperator[] =>
  Object.entries(table).map(([name, read]) => ({ name, isNegated, read }));

/** By their names in lower case. */
export const conditionOperators: ReadonlyMap<string, ConditionOperator> = new Map(
  [...operatorsOf(positive, false), ...operatorsOf(negated, true)].map((operator) => [operator.name.toLowerCase(), operator]),
);
