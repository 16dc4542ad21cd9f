// What is and what is not a policy document, and where the fault is said to be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy, type PolicyKind } from "./document.ts";
import { PolicySyntaxError } from "./syntax-error.ts";

const parse = (document: unknown, kind: PolicyKind = "resource") =>
  parsePolicy(typeof document === "string" ? document : JSON.stringify(document), { kind, mostBytes: 20_480 });
const good = { Effect: "Allow", Principal: "*", Action: "lambda:*", Resource: "*" };
const { Principal: _none, ...ofIdentity } = good;
const { Resource: _neither, ...ofTrust } = good;

test.each<[string, unknown, PolicyKind]>([
  ["one statement", { Statement: good }, "resource"],
  ["many, with all elements", { Version: "2012-10-17", Id: "i", Statement: [{ ...good, Sid: "a" }, { ...good, Sid: "b", Effect: "Deny" }] }, "resource"],
  ["of an identity", { Statement: ofIdentity }, "identity"],
  ["of a role's trust", { Statement: ofTrust }, "trust"],
  ["values without quotes", { Statement: { ...good, Condition: { Bool: { "aws:SecureTransport": true }, NumericEquals: { "x:n": [1, 2.5] } } } }, "resource"],
  ["names that only look alike", { Statement: [{ ...good, Sid: '{"a":1,"a":2}' }, { ...good, Sid: '"Sid":' }] }, "resource"],
  ["an empty condition", { Statement: { ...good, Condition: {} } }, "resource"],
])("takes %s", (_, document, kind) => {
  expect(parse(document, kind).statements.length).toBeGreaterThan(0);
});

describe("refuses", () => {
  const of = (more: object): object => ({ Version: "2012-10-17", Statement: [good, { ...good, ...more }] });
  test.each<[string, unknown, PolicyKind, string, RegExp]>([
    ["what is no JSON", "{", "resource", "", /^the document is not JSON: /],
    ["what is no object", "[]", "resource", "", /must be an object/],
    ["a text that is too long", { Id: "x".repeat(30_000), Statement: good }, "resource", "", /has 300\d\d bytes and may have 20480/],
    ["another version", { Version: "2012-10-18", Statement: good }, "resource", "Version", /one of 2012-10-17, 2008-10-17/],
    ["no statement", { Version: "2012-10-17" }, "resource", "Statement", /missing or empty/],
    ["an empty list", { Statement: [] }, "resource", "Statement", /missing or empty/],
    ["a member that is none", { Statement: good, Statements: [] }, "resource", "", /has no member "Statements"/],
    ["a misspelt element", of({ Conditions: {} }), "resource", "Statement[1]", /has no member "Conditions"/],
    ["no effect", of({ Effect: undefined }), "resource", "Statement[1].Effect", /Allow or Deny/],
    ["another effect", of({ Effect: "allow" }), "resource", "Statement[1].Effect", /Allow or Deny/],
    ["a Sid twice", { Statement: [{ ...good, Sid: "a" }, { ...good, Sid: "a" }] }, "resource", "Statement", /"a" is there twice/],
    ["no action", of({ Action: undefined }), "resource", "Statement[1]", /neither Action nor NotAction/],
    ["two actions", of({ NotAction: "s3:*" }), "resource", "Statement[1]", /both Action and NotAction/],
    ["half an action", of({ Action: "Invoke" }), "resource", "Statement[1].Action", /service:Action/],
    ["a variable in an action", of({ Action: "lambda:${aws:username}" }), "resource", "Statement[1].Action", /service:Action/],
    ["no resource", of({ Resource: undefined }), "resource", "Statement[1]", /neither Resource nor NotResource/],
    ["a resource that is no ARN", of({ Resource: "f" }), "resource", "Statement[1].Resource", /neither an ARN nor \*/],
    ["a broken variable", of({ Resource: "arn:${aws:username" }), "resource", "Statement[1].Resource", /policy variable/],
    ["a default without quotes", of({ Resource: "arn:${aws:username, x}" }), "resource", "Statement[1].Resource", /policy variable/],
    ["no principal", of({ Principal: undefined }), "resource", "Statement[1]", /neither Principal/],
    ["a principal of an identity", { Statement: good }, "identity", "Statement[0]", /has no Principal/],
    ["a resource of a trust policy", { Statement: good }, "trust", "Statement[0]", /has no Resource/],
    ["NotPrincipal with Allow", of({ Principal: undefined, NotPrincipal: "*" }), "resource", "Statement[1].NotPrincipal", /Deny only/],
    ["another type of principal", of({ Principal: { IAM: "x" } }), "resource", "Statement[1].Principal", /no type of principal "IAM"/],
    ["nobody", of({ Principal: {} }), "resource", "Statement[1].Principal", /names nobody/],
    ["a pattern as a principal", of({ Principal: { AWS: "arn:aws:iam::123456789012:role/*" } }), "resource", "Statement[1].Principal.AWS", /no pattern/],
    ["half an account", of({ Principal: { AWS: "1234" } }), "resource", "Statement[1].Principal.AWS", /is not a principal/],
    ["an operator that is none", of({ Condition: { StringMatches: { a: "b" } } }), "resource", "Statement[1].Condition.StringMatches.a", /not a condition operator/],
    ["a prefix that is none", of({ Condition: { "ForSomeValues:StringLike": { a: "b" } } }), "resource", "Statement[1].Condition.ForSomeValues:StringLike.a", /not a condition operator/],
    ["NullIfExists", of({ Condition: { NullIfExists: { a: "true" } } }), "resource", "Statement[1].Condition.NullIfExists.a", /not a condition operator/],
    ["Null of something", of({ Condition: { Null: { a: "yes" } } }), "resource", "Statement[1].Condition.Null.a", /neither true nor false/],
    ["a word as a number", of({ Condition: { NumericEquals: { a: "ten" } } }), "resource", "Statement[1].Condition.NumericEquals.a", /not a number/],
    ["a word as a date", of({ Condition: { DateEquals: { a: "today" } } }), "resource", "Statement[1].Condition.DateEquals.a", /not a date/],
    ["a day that is none", of({ Condition: { DateEquals: { a: "2026-13-01" } } }), "resource", "Statement[1].Condition.DateEquals.a", /not a date/],
    ["a range that is none", of({ Condition: { IpAddress: { a: "10.0.0.0/33" } } }), "resource", "Statement[1].Condition.IpAddress.a", /CIDR/],
    ["a name as an address", of({ Condition: { IpAddress: { a: "localhost" } } }), "resource", "Statement[1].Condition.IpAddress.a", /CIDR/],
    ["no base64", of({ Condition: { BinaryEquals: { a: "?" } } }), "resource", "Statement[1].Condition.BinaryEquals.a", /base64/],
    ["a list of lists", of({ Condition: { StringEquals: { a: [["b"]] } } }), "resource", "Statement[1].Condition.StringEquals.a", /must be a string/],
    ["a member twice", '{"Statement":[],"Statement":[]}', "resource", "", /has the member "Statement" twice/],
    ["a condition twice, once with an escape", JSON.stringify({ Statement: { ...good, Condition: { StringEquals: {}, x: {} } } }).replace('"x"', String.raw`"String\u0045quals"`), "resource", "", /"StringEquals" twice/],
    ["__proto__ as a member", '{"__proto__": {}, "Statement": []}', "resource", "", /has no member "__proto__"/],
  ])("%s", (...[, document, kind, path, message]) => {
    const refused = (): unknown => {
      try {
        return parse(document, kind);
      } catch (error) {
        return error;
      }
    };
    expect(refused()).toBeInstanceOf(PolicySyntaxError);
    expect(refused()).toMatchObject({ path, message: expect.stringMatching(message) });
  });

  test("whatever JSON it is given, with nothing but PolicySyntaxError", () => {
    const element = fc.oneof(fc.json(), fc.constantFrom('"*"', '{"AWS":"*"}', '"lambda:*"', '"arn:*"', '"${"', '{"StringLike":{"a":"${b}"}}', '"Allow"'));
    const document = fc.record({ Effect: element, Principal: element, Action: element, Resource: element, Condition: element });
    fc.assert(
      fc.property(document, (members) => {
        const text = `{"Version":"2012-10-17","Statement":{${Object.entries(members).map(([name, value]) => `"${name}":${value}`).join()}}}`;
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicySyntaxError);
        }
      }),
    );
  });

  test.each([
    ["deep lists", "[".repeat(10_000) + "]".repeat(10_000)],
    ["many variables that never end", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:${"${a, '".repeat(3_000)}"}}`],
    ["many quotes", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:\${a, '${"'".repeat(19_000)}"}}`],
  ])("%s, at once", (_, text) => {
    const started = process.hrtime.bigint();
    expect(() => parse(text)).toThrow(PolicySyntaxError);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(500);
  });
});
