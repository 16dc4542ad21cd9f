import { expect, test } from "vitest";
import { parsePolicy } from "./document.ts";
import { publicStatement } from "./public.ts";

const statement = { Effect: "Allow", Principal: "*", Action: "lambda:InvokeFunction", Resource: "*" };

test.each<[string, object, boolean]>([
  ["everybody", {}, true],
  ["everybody in AWS", { Principal: { AWS: "*" } }, true],
  ["everybody among others", { Principal: { AWS: ["123456789012", "*"] } }, true],
  ["every service", { Principal: { Service: "*" } }, true],
  ["an account", { Principal: { AWS: "123456789012" } }, false],
  ["a service", { Principal: { Service: "s3.amazonaws.com" } }, false],
  ["nobody: a Deny", { Effect: "Deny" }, false],
  ["an organization", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } } }, false],
  ["an account's source", { Condition: { StringEquals: { "AWS:SourceAccount": ["123456789012"] } } }, false],
  ["a source of any account", { Condition: { StringLike: { "AWS:SourceAccount": "*" } } }, true],
  ["one of many sources that is any", { Condition: { StringLike: { "AWS:SourceAccount": ["123456789012", "1*"] } } }, true],
  ["a bucket", { Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:s3:::b" } } }, false],
  ["any bucket", { Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:s3:::*" } } }, true],
  ["any topic of an account", { Condition: { ArnLike: { "AWS:SourceArn": "arn:aws:sns:*:123456789012:*" } } }, false],
  ["what a variable says", { Condition: { StringEquals: { "aws:PrincipalAccount": "${aws:ResourceAccount}" } } }, true],
  ["an account, or nobody known", { Condition: { StringEqualsIfExists: { "aws:SourceAccount": "123456789012" } } }, true],
  ["all but an account", { Condition: { StringNotEquals: { "aws:SourceAccount": "123456789012" } } }, true],
  ["a condition on something else", { Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } } }, true],
  ["a network", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }, false],
  ["half the world", { Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } } }, true],
  ["a holder of a token", { Condition: { StringEquals: { "lambda:EventSourceToken": "t" } } }, false],
])("a grant to %s", (_, more, expected) => {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, ...more }] });
  expect(publicStatement(parsePolicy(text, { kind: "resource", mostBytes: 2000 })) !== undefined).toBe(expected);
});
