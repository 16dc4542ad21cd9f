// The policy language as documented: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "./document.ts";
import { type Decision, evaluate, explain } from "./evaluate.ts";
import { contextValues, type PolicyRequest, type RequestPrincipal } from "./request.ts";

const arn = "arn:aws:lambda:eu-west-1:111111111111:function:f";
const role: RequestPrincipal = {
  kind: "aws",
  account: "222222222222",
  names: ["arn:aws:iam::222222222222:role/path/r", "arn:aws:sts::222222222222:assumed-role/r/session", "AROAEXAMPLEEXAMPLEEX"],
  canonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
};
const s3: RequestPrincipal = { kind: "service", names: ["s3.amazonaws.com", "s3.eu-west-1.amazonaws.com"] };

const base = { principal: role, action: "lambda:InvokeFunction", resource: arn, context: contextValues({}) };
const allowAll = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };

function decide(statements: object | readonly object[], request: Partial<PolicyRequest> = {}, Version: string | undefined = "2012-10-17"): Decision {
  const policy = parsePolicy(JSON.stringify({ Version, Statement: statements }), { kind: "resource", mostBytes: 20_480 });
  return evaluate({ policies: [{ name: "policy", policy }], request: { ...base, ...request } });
}
const allows = (statement: object, request: Partial<PolicyRequest> = {}, version?: string): boolean =>
  decide({ ...allowAll, ...statement }, request, version).outcome === "allow";

describe("effects", () => {
  test("nothing is allowed that no statement allows", () => {
    expect(evaluate({ policies: [], request: base })).toEqual({ outcome: "implicit-deny", decidedBy: undefined, findings: [] });
    expect(decide({ ...allowAll, Action: "lambda:GetFunction" }).outcome).toBe("implicit-deny");
  });

  test("a Deny wins wherever it stands", () => {
    const deny = { ...allowAll, Sid: "no", Effect: "Deny" };
    for (const statements of [[deny, allowAll], [allowAll, deny]]) {
      expect(decide(statements)).toMatchObject({ outcome: "explicit-deny", decidedBy: { statement: "no", policy: "policy", effect: "Deny" } });
    }
  });

  test("a decision names what decided, and of each other statement the first thing that did not match", () => {
    const decision = decide([
      { ...allowAll, Sid: "whom", Principal: { AWS: "333333333333" }, Action: "s3:*" },
      { ...allowAll, Sid: "what", Action: "s3:*", Resource: "arn:none" },
      { ...allowAll, Resource: "arn:none" },
      { ...allowAll, Sid: "when", Condition: { StringEquals: { "aws:Secret": "value", "aws:Other": "x" } } },
      { ...allowAll, Effect: "Deny", Sid: "not", NotAction: "lambda:*", Action: undefined },
    ]);
    expect(decision.findings.map(({ statement, mismatch }) => [statement, mismatch?.element])).toEqual([
      ["whom", "Principal"],
      ["what", "Action"],
      ["Statement[2]", "Resource"],
      ["when", "Condition"],
      ["not", "NotAction"],
    ]);
    const text = explain(decision);
    expect(text).toContain("implicit-deny: whom: Principal does not apply to a principal of kind aws (arn:aws:iam::222222222222:role/path/r");
    expect(text).toContain("when: Condition StringEquals aws:Secret is not met: the request has no such key");
    expect(explain(decide({ ...allowAll, Sid: "yes" }))).toBe("allow: yes of policy matches");
    expect(explain(evaluate({ policies: [], request: base }))).toBe("implicit-deny: there is no policy");
  });
});

describe("principals", () => {
  const user: RequestPrincipal = { kind: "aws", account: "222222222222", names: ["arn:aws:iam::222222222222:user/u"] };
  const federated: RequestPrincipal = { kind: "federated", provider: "accounts.google.com" };
  const anonymous: RequestPrincipal = { kind: "anonymous" };
  test.each<[unknown, RequestPrincipal, boolean]>([
    ["*", role, true],
    ["*", anonymous, true],
    ["*", s3, true],
    [{ AWS: "*" }, anonymous, true],
    [{ AWS: "222222222222" }, role, true],
    [{ AWS: "222222222222" }, user, true],
    [{ AWS: "arn:aws:iam::222222222222:root" }, role, true],
    [{ AWS: "arn:aws-cn:iam::222222222222:root" }, role, true],
    [{ AWS: "333333333333" }, role, false],
    [{ AWS: ["333333333333", "222222222222"] }, role, true],
    [{ AWS: "222222222222" }, s3, false],
    [{ AWS: "222222222222" }, anonymous, false],
    [{ AWS: "arn:aws:iam::222222222222:role/path/r" }, role, true],
    [{ AWS: "arn:aws:iam::222222222222:role/r" }, role, false],
    [{ AWS: "arn:aws:sts::222222222222:assumed-role/r/session" }, role, true],
    [{ AWS: "arn:aws:sts::222222222222:assumed-role/r/other" }, role, false],
    [{ AWS: "AROAEXAMPLEEXAMPLEEX" }, role, true],
    [{ AWS: "arn:aws:iam::222222222222:user/u" }, user, true],
    [{ AWS: "arn:aws:iam::222222222222:user/U" }, user, false],
    [{ Service: "s3.amazonaws.com" }, s3, true],
    [{ Service: "s3.eu-west-1.amazonaws.com" }, s3, true],
    [{ Service: "sns.amazonaws.com" }, s3, false],
    [{ Service: "*" }, s3, true],
    [{ Service: "*" }, role, false],
    [{ Service: "s3.amazonaws.com", AWS: "222222222222" }, role, true],
    [{ Federated: "accounts.google.com" }, federated, true],
    [{ Federated: "cognito-identity.amazonaws.com" }, federated, false],
    [{ Federated: "accounts.google.com" }, role, false],
    [{ CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" }, role, true],
    [{ CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" }, user, false],
  ])("%j and %j: %j", (Principal, principal, expected) => {
    expect(allows({ Principal }, { principal })).toBe(expected);
    expect(decide({ ...allowAll, Effect: "Deny", Principal: undefined, NotPrincipal: Principal }, { principal }).outcome).toBe(expected ? "implicit-deny" : "explicit-deny");
  });
});

describe("actions and resources", () => {
  test.each<[object, boolean]>([
    [{ Action: "lambda:InvokeFunction" }, true],
    [{ Action: "Lambda:invokefunction" }, true],
    [{ Action: "lambda:Invoke*" }, true],
    [{ Action: "lambda:?nvokeFunction" }, true],
    [{ Action: "lambda:Invoke" }, false],
    [{ Action: "*:*" }, true],
    [{ Action: ["s3:*", "lambda:*"] }, true],
    [{ Action: undefined, NotAction: "lambda:*" }, false],
    [{ Action: undefined, NotAction: ["s3:*", "sqs:*"] }, true],
    [{ Resource: arn }, true],
    [{ Resource: `${arn}:*` }, false],
    [{ Resource: arn.replace("function:f", "function:F") }, false],
    [{ Resource: "arn:aws:lambda:*:*:function:f" }, true],
    [{ Resource: "arn:aws:lambda:*" }, true],
    [{ Resource: "arn:aws:lambda:eu-west-?:111111111111:function:?" }, true],
    [{ Resource: undefined, NotResource: arn }, false],
    [{ Resource: undefined, NotResource: ["arn:aws:s3:::*", `${arn}:*`] }, true],
  ])("%j: %j", (statement, expected) => {
    expect(allows(statement)).toBe(expected);
  });
});

describe("policy variables", () => {
  const context = contextValues({ "aws:username": "f", "AWS:PrincipalTag/Team": "f*", "aws:TagKeys": ["a", "b"], "aws:dollar": "${x}" });
  const resource = (name: string): string => `arn:aws:lambda:eu-west-1:111111111111:function:${name}`;
  test.each<[string, string, boolean]>([
    ["${aws:username}", "f", true],
    ["${AWS:UserName}", "f", true],
    ["${aws:username}", "g", false],
    ["${ aws:username }-*", "f-x", true],
    ["${aws:PrincipalTag/Team}", "f*", true],
    ["${aws:PrincipalTag/Team}", "fx", false],
    ["${aws:none}", "", false],
    ["${aws:none}", "${aws:none}", false],
    ["${aws:none, 'def'}", "def", true],
    ["${aws:username, 'def'}", "f", true],
    ["${aws:none, 'a''b, }*'}", "a'b, }*", true],
    ["${aws:none, ''}", "", true],
    ["${aws:TagKeys}", "a", false],
    ["${aws:TagKeys, 'many'}", "many", true],
    ["${*}", "*", true],
    ["${*}", "x", false],
    ["${?}x", "?x", true],
    ["${$}{aws:username}", "${aws:username}", true],
    ["${aws:dollar}", "${x}", true],
  ])("%s and %s: %j", (name, asked, expected) => {
    expect(allows({ Resource: resource(name) }, { resource: resource(asked), context })).toBe(expected);
    expect(allows({ Condition: { StringLike: { "x:y": name } } }, { context: contextValues({ ...Object.fromEntries(context), "x:y": asked }) })).toBe(asked !== "" && expected);
  });

  test("mean nothing in the older version, which is the default", () => {
    for (const version of ["2008-10-17", undefined]) {
      const request = (name: string) => ({ resource: resource(name), context });
      const text = JSON.stringify({ Version: version, Statement: { ...allowAll, Resource: resource("${aws:username}") } });
      const policies = [{ name: "p", policy: parsePolicy(text, { kind: "resource", mostBytes: 1000 }) }];
      expect(evaluate({ policies, request: { ...base, ...request("${aws:username}") } }).outcome).toBe("allow");
      expect(evaluate({ policies, request: { ...base, ...request("f") } }).outcome).toBe("implicit-deny");
    }
  });

  test("without a value are equal to nothing: a negated condition is met", () => {
    const given = contextValues({ "x:y": "z" });
    expect(allows({ Condition: { StringEquals: { "x:y": "${aws:none}" } } }, { context: given })).toBe(false);
    expect(allows({ Condition: { StringNotEquals: { "x:y": "${aws:none}" } } }, { context: given })).toBe(true);
    expect(allows({ Resource: undefined, NotResource: "arn:${aws:none}" })).toBe(true);
  });
});

describe("a single value meets", () => {
  const meets = (operator: string, wanted: unknown, given: string | readonly string[] | undefined): boolean =>
    allows({ Condition: { [operator]: { "x:Key": wanted } } }, { context: contextValues({ "X:key": given }) });

  test.each<[operator: string, wanted: unknown, given: string, expected: boolean]>([
    ["StringEquals", "a", "a", true],
    ["StringEquals", "a", "A", false],
    ["StringEquals", "a*", "ab", false],
    ["StringEquals", "a*", "a*", true],
    ["StringEquals", ["b", "a"], "a", true],
    ["stringequals", "a", "a", true],
    ["StringEqualsIgnoreCase", "ABC", "abc", true],
    ["StringEqualsIgnoreCase", "abc", "ABD", false],
    ["StringLike", "a*?c", "abbc", true],
    ["StringLike", "A*", "abc", false],
    ["StringLike", "", "a", false],
    ["NumericEquals", 10, "10.0", true],
    ["NumericEquals", "10", "1e1", true],
    ["NumericEquals", "10", "ten", false],
    ["NumericLessThan", "10", "9.99", true],
    ["NumericLessThan", "10", "10", false],
    ["NumericLessThanEquals", "10", "10", true],
    ["NumericGreaterThan", "-1", "0", true],
    ["NumericGreaterThanEquals", "0", "-0", true],
    ["DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", true],
    ["DateEquals", "2026-01-31", "2026-01-31T00:00:00Z", true],
    ["DateEquals", "1769860800", "2026-01-31T12:00:00.000Z", true],
    ["DateLessThan", "2026", "2025-12-31T23:59:59Z", true],
    ["DateLessThanEquals", "2026-02", "2026-02-01T00:00:00Z", true],
    ["DateGreaterThan", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.001Z", true],
    ["DateGreaterThanEquals", "2026-01-31T12:00Z", "2026-01-31T11:59:59Z", false],
    ["DateEquals", "2026-01-31", "yesterday", false],
    ["Bool", "true", "true", true],
    ["Bool", true, "True", true],
    ["Bool", "false", "true", false],
    ["Bool", "true", "1", false],
    ["BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", true],
    ["BinaryEquals", "QQ==", "Qg==", false],
    ["IpAddress", "203.0.113.0/24", "203.0.113.7", true],
    ["IpAddress", "203.0.113.0/24", "203.0.114.7", false],
    ["IpAddress", "203.0.113.7", "203.0.113.7", true],
    ["IpAddress", "0.0.0.0/0", "8.8.8.8", true],
    ["IpAddress", "0.0.0.0/0", "::1", false],
    ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:9abc::1", true],
    ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", false],
    ["IpAddress", "::/0", "2001:db8::1", true],
    ["IpAddress", ["10.0.0.0/8", "2001:db8::1"], "2001:db8:0::1", true],
    ["IpAddress", "10.0.0.0/8", "internal", false],
    ["ArnEquals", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:eu-west-1:123456789012:t", true],
    ["ArnLike", "arn:aws:sns:*:123456789012:?", "arn:aws:sns:eu-west-1:123456789012:t", true],
    ["ArnLike", "arn:aws:s3:::b", "arn:aws:s3:::b", true],
    ["ArnLike", "arn:aws:s3:*:b", "arn:aws:s3:::b", false],
    ["ArnLike", "arn:*:b", "arn:aws:s3:::b", false],
    ["ArnLike", "arn:aws:events:eu-west-1:1:rule/*", "arn:aws:events:eu-west-1:1:rule/a:b", true],
    ["ArnLike", "*", "arn:aws:s3:::b", true],
    ["ArnLike", "arn:aws:s3:::b", "b", false],
    ["ArnEquals", "arn:aws:s3:::B", "arn:aws:s3:::b", false],
  ])("%s %j, given %j: %j", (operator, wanted, given, expected) => {
    expect(meets(operator, wanted, given)).toBe(expected);
    expect(meets(`${operator}IfExists`, wanted, given)).toBe(expected);
    // An absent key meets nothing, but for IfExists.
    expect(meets(operator, wanted, undefined)).toBe(false);
    expect(meets(`${operator}IfExists`, wanted, undefined)).toBe(true);
    const negated = negationOf(operator);
    if (negated === undefined) return;
    expect(meets(negated, wanted, given)).toBe(!expected);
    expect(meets(negated, wanted, undefined)).toBe(true);
  });

  const negations: Readonly<Record<string, string>> = {
    StringEquals: "StringNotEquals",
    StringEqualsIgnoreCase: "StringNotEqualsIgnoreCase",
    StringLike: "StringNotLike",
    NumericEquals: "NumericNotEquals",
    DateEquals: "DateNotEquals",
    IpAddress: "NotIpAddress",
    ArnEquals: "ArnNotEquals",
    ArnLike: "ArnNotLike",
  };
  const negationOf = (operator: string): string | undefined => negations[operator];

  test.each<[unknown, string | undefined, boolean]>([
    ["true", undefined, true],
    ["true", "x", false],
    ["false", undefined, false],
    [false, "x", true],
    [["true", "false"], "x", true],
  ])("Null %j, given %j: %j", (wanted, given, expected) => {
    expect(meets("Null", wanted, given)).toBe(expected);
  });

  test("one value of many is enough, and for a negated operator one is too many", () => {
    expect(meets("StringNotEquals", ["a", "b"], "c")).toBe(true);
    expect(meets("StringNotEquals", ["a", "b"], "b")).toBe(false);
    expect(meets("StringEquals", "a", ["a", "b"])).toBe(true);
    expect(meets("StringNotEquals", "a", ["a", "b"])).toBe(false);
    expect(meets("NotIpAddress", ["10.0.0.0/8", "192.168.0.0/16"], "192.168.1.1")).toBe(false);
  });

  test("all keys and all operators have to be met", () => {
    const context = contextValues({ "x:a": "1", "x:b": "2" });
    expect(allows({ Condition: { StringEquals: { "x:a": "1", "x:b": "2" }, NumericLessThan: { "x:a": 2 } } }, { context })).toBe(true);
    expect(allows({ Condition: { StringEquals: { "x:a": "1", "x:b": "1" } } }, { context })).toBe(false);
    expect(allows({ Condition: { StringEquals: { "x:a": "1" }, NumericLessThan: { "x:b": 2 } } }, { context })).toBe(false);
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  test.each<[operator: string, wanted: readonly string[], given: readonly string[] | undefined, expected: boolean]>([
    ["ForAllValues:StringEquals", ["a", "b"], ["a"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
    ["ForAllValues:StringEquals", ["a"], undefined, true],
    ["ForAllValues:StringEquals", ["a"], [], true],
    ["ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], true],
    ["ForAllValues:StringNotEquals", ["a", "b"], ["a", "d"], false],
    ["ForAllValues:StringNotEquals", ["a"], undefined, true],
    ["ForAllValues:StringLike", ["key1*"], ["key1a", "key1b"], true],
    ["ForAllValues:StringLikeIfExists", ["key1*"], undefined, true],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], true],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], false],
    ["ForAnyValue:StringEquals", ["a"], undefined, false],
    ["ForAnyValue:StringEquals", ["a"], [], false],
    ["ForAnyValue:StringEqualsIfExists", ["a"], undefined, false],
    ["ForAnyValue:StringNotEquals", ["a", "b"], ["a", "d"], true],
    ["ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], false],
    ["ForAnyValue:StringNotEquals", ["a"], undefined, false],
    ["ForAnyValue:ArnLike", ["arn:aws:iam::1:*"], ["x", "arn:aws:iam::1:role"], true],
    ["ForAnyValue:NumericLessThan", ["5"], ["9", "4"], true],
    ["forallvalues:stringlike", ["a*"], ["ab"], true],
  ])("%s %j, given %j: %j", (operator, wanted, given, expected) => {
    expect(meets(operator, wanted, given)).toBe(expected);
  });
});

describe("properties", () => {
  const element = (...values: string[]) => fc.constantFrom(...values);
  const statement = fc.record({
    Effect: element("Allow", "Deny"),
    Principal: fc.constantFrom<unknown>("*", { AWS: "222222222222" }, { AWS: "333333333333" }, { Service: "s3.amazonaws.com" }),
    Action: element("*", "lambda:*", "lambda:InvokeFunction", "s3:*"),
    Resource: element("*", arn, `${arn}:*`),
    Condition: fc.constantFrom<object>({}, { StringEquals: { "x:k": "1" } }, { StringNotEquals: { "x:k": "1" } }, { Null: { "x:k": "true" } }),
  });
  const statements = fc.array(statement, { minLength: 1, maxLength: 6 });
  const request = fc.record({
    principal: fc.constantFrom(role, s3),
    action: element("lambda:InvokeFunction", "s3:GetObject"),
    resource: element(arn, `${arn}:1`),
    context: fc.constantFrom(contextValues({}), contextValues({ "x:k": "1" }), contextValues({ "x:k": "2" })),
  });

  test("the order of statements, and their spread over policies, does not matter", () => {
    fc.assert(
      fc.property(statements, request, fc.nat(), (all, asked, cut) => {
        const outcome = decide(all, asked).outcome;
        expect(decide(all.toReversed(), asked).outcome).toBe(outcome);
        const parts = [all.slice(0, cut % all.length), all.slice(cut % all.length)].filter((part) => part.length > 0);
        const policies = parts.map((part, at) => ({ name: `${at}`, policy: parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: part }), { kind: "resource", mostBytes: 20_480 }) }));
        expect(evaluate({ policies, request: asked }).outcome).toBe(outcome);
      }),
    );
  });

  test("deny wins, and the outcome is that of the statements one by one", () => {
    fc.assert(
      fc.property(statements, request, (all, asked) => {
        const alone = new Set(all.map((one) => decide(one, asked).outcome));
        const expected = alone.has("explicit-deny") ? "explicit-deny" : alone.has("allow") ? "allow" : "implicit-deny";
        expect(decide(all, asked).outcome).toBe(expected);
      }),
    );
  });

  test("one more Deny never allows, one more Allow never denies", () => {
    fc.assert(
      fc.property(statements, statement, request, (all, more, asked) => {
        const [before, after] = [decide(all, asked).outcome, decide([...all, more], asked).outcome];
        if (more.Effect === "Deny") expect(after === "allow" && before !== "allow").toBe(false);
        else expect(after === "explicit-deny" && before !== "explicit-deny").toBe(false);
      }),
    );
  });
});
