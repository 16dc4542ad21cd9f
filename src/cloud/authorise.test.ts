// Who is refused what, by which policy, and where an allowed call runs.
import { describe, expect, test } from "vitest";
import type { AccountId, CallContext, Principal } from "../core/context.ts";
import { parsePolicy, type Policy } from "../core/policy/document.ts";
import { authoriser } from "./authorise.ts";

const own = "111111111111";
const other = "222222222222";
const arn = `arn:aws:lambda:eu-west-1:${own}:function:f`;
const clock = { now: () => Date.parse("2026-01-31T12:00:00Z") };
const root: Principal = { kind: "root", accessKeyId: "AKIA" };
const role: Principal = { kind: "role", accessKeyId: "ASIA", roleArn: `arn:aws:iam::${other}:role/path/r`, sessionName: "g", functionArn: `arn:aws:lambda:eu-west-1:${other}:function:g` };
const s3: Principal = { kind: "service", service: "s3.amazonaws.com" };

const callOf = (principal: Principal, account: string, more: Partial<CallContext> = {}): CallContext =>
  ({ principal, account, region: "eu-west-1", sourceAddress: "10.1.2.3", userAgent: "Boto3/1.44.5", ...more }) as CallContext;

const policyOf = (statements: readonly object[]): Policy =>
  parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements.map((more) => ({ Effect: "Allow", Principal: "*", Action: "lambda:InvokeFunction", Resource: arn, ...more })) }), {
    kind: "resource",
    mostBytes: 20_480,
  });

/** The account that the call runs in, or the refusal. */
function outcome(context: CallContext, statements?: readonly object[], isEnforced = true): unknown {
  const authorise = authoriser({ isEnforced, clock });
  const policy = statements === undefined ? undefined : policyOf(statements);
  const findResource = () => ({ arn, account: own as AccountId, action: "lambda:InvokeFunction", policy: () => policy });
  try {
    const result = authorise({ service: "lambda", operation: "Invoke", input: {}, findResource }, context);
    return result instanceof Promise ? "a promise" : result.account;
  } catch (error) {
    return error;
  }
}

const refused = (user: string, ending: string): unknown =>
  expect.objectContaining({ code: "AccessDeniedException", status: 403, message: `User: ${user} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} ${ending}` });
const noneAllows = "because no resource-based policy allows the lambda:InvokeFunction action";
const denied = "with an explicit deny in a resource-based policy";
const session = `arn:aws:sts::${other}:assumed-role/r/g`;

describe("an own function", () => {
  test("is used without a policy, and with one that says nothing of the caller", () => {
    expect(outcome(callOf(root, own))).toBe(own);
    expect(outcome(callOf(root, own), [{ Principal: { AWS: other } }])).toBe(own);
  });

  test("is refused by a policy that denies it", () => {
    expect(outcome(callOf(root, own), [{ Effect: "Deny" }])).toEqual(refused(`arn:aws:iam::${own}:root`, denied));
    expect(outcome(callOf(root, own), [{ Effect: "Deny", Principal: { AWS: other } }])).toBe(own);
  });

  test("is not refused where authentication is off", () => {
    expect(outcome(callOf(root, own), [{ Effect: "Deny" }], false)).toBe(own);
    expect(outcome(callOf({ kind: "anonymous" }, own), [{ Effect: "Deny" }])).toBe(own);
  });
});

describe("another account's function", () => {
  test("is refused without a policy that allows it", () => {
    expect(outcome(callOf(root, other))).toEqual(refused(`arn:aws:iam::${other}:root`, noneAllows));
    expect(outcome(callOf(role, other))).toEqual(refused(session, noneAllows));
    expect(outcome(callOf(role, other), [{ Action: "lambda:GetFunction" }])).toEqual(refused(session, noneAllows));
    expect(outcome(callOf(role, other), undefined, false)).toEqual(refused(session, noneAllows));
  });

  test.each<[string, Principal, readonly object[]]>([
    ["its account", role, [{ Principal: { AWS: other } }]],
    ["its role", role, [{ Principal: { AWS: `arn:aws:iam::${other}:role/path/r` } }]],
    ["its session", role, [{ Principal: { AWS: session } }]],
    ["everybody of its account", role, [{ Condition: { StringEquals: { "aws:PrincipalAccount": other } } }]],
    ["what its ARN looks like", role, [{ Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/path/*" } } }]],
    ["its client", role, [{ Condition: { StringLike: { "aws:UserAgent": "Boto3/*" } } }]],
    ["its address, its region and the time", role, [{ Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" }, StringEquals: { "aws:RequestedRegion": "eu-west-1" }, DateLessThan: { "aws:CurrentTime": "2026-02-01" } } }]],
    ["calls of its function", role, [{ Condition: { ArnEquals: { "lambda:SourceFunctionArn": `arn:aws:lambda:*:${other}:function:g` } } }]],
    ["the root of its account", root, [{ Principal: { AWS: `arn:aws:iam::${other}:root` } }]],
  ])("runs in its owner's account when the policy allows %s", (_, principal, statements) => {
    expect(outcome(callOf(principal, other), statements)).toBe(own);
  });

  test.each<[string, readonly object[]]>([
    ["another account", [{ Principal: { AWS: "333333333333" } }]],
    ["another role", [{ Principal: { AWS: `arn:aws:iam::${other}:role/r` } }]],
    ["an organization, of which there are none", [{ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } } }]],
    ["a source that the call does not have", [{ Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:s3:::b" } } }]],
    ["calls through the function's URL", [{ Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } } }]],
    ["calls of another function", [{ Condition: { ArnEquals: { "lambda:SourceFunctionArn": `arn:aws:lambda:*:${other}:function:h` } } }]],
    ["a service", [{ Principal: { Service: "s3.amazonaws.com" } }]],
  ])("is refused when the policy allows %s", (_, statements) => {
    expect(outcome(callOf(role, other), statements)).toEqual(refused(session, noneAllows));
  });

  test("is refused by a Deny beside the Allow, and the log hears why, without a value of the request", () => {
    const refusal = outcome(callOf(role, other), [{}, { Effect: "Deny", Sid: "not-you", Condition: { StringEquals: { "aws:PrincipalAccount": other } } }]);
    expect(refusal).toEqual(refused(session, denied));
    expect(refusal).toMatchObject({ cause: { message: `explicit-deny: not-you of the policy of ${arn} matches` } });
    expect(outcome(callOf(role, other), [{ Condition: { StringEquals: { "aws:SourceIp": "10.9.9.9" } } }])).toMatchObject({
      cause: { message: "implicit-deny: Statement[0]: Condition StringEquals aws:SourceIp is not met" },
    });
  });
});

describe("a service of AWS", () => {
  const source = { sourceArn: "arn:aws:s3:::b", sourceAccount: other as AccountId };
  const statement = { Principal: { Service: "s3.amazonaws.com" }, Condition: { StringEquals: { "AWS:SourceAccount": other }, ArnLike: { "AWS:SourceArn": "arn:aws:s3:::b" } } };

  test("needs the policy, also in its source's own account", () => {
    for (const account of [own, other]) {
      expect(outcome(callOf(s3, account, source))).toEqual(refused("s3.amazonaws.com", noneAllows));
      expect(outcome(callOf(s3, account, source), [statement])).toBe(own);
    }
    expect(outcome(callOf(s3, own, source), [{ Principal: { Service: "s3.eu-west-1.amazonaws.com" } }])).toBe(own);
  });

  test("has to come from the source that the policy names", () => {
    for (const more of [{}, { ...source, sourceArn: "arn:aws:s3:::c" }, { ...source, sourceAccount: own as AccountId }])
      expect(outcome(callOf(s3, own, more), [statement])).toEqual(refused("s3.amazonaws.com", noneAllows));
  });

  test("is refused nothing where authentication is off", () => {
    expect(outcome(callOf(s3, other, source), undefined, false)).toBe(own);
  });
});

test("a policy that has to be read first makes the answer a promise", async () => {
  const authorise = authoriser({ isEnforced: true, clock });
  const findResource = () => ({ arn, account: own as AccountId, action: "lambda:InvokeFunction", policy: async () => policyOf([{ Principal: { AWS: "333333333333" } }]) });
  const action = { service: "lambda", operation: "Invoke", input: {}, findResource };
  expect(await authorise(action, callOf(root, own))).toMatchObject({ account: own });
  await expect(authorise(action, callOf(root, other))).rejects.toMatchObject({ status: 403 });
});
