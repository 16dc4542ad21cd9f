// control-plane.md, section 2: what names and qualifiers lead to.
import { expect, test } from "vitest";
import { isAccountId, isRegion } from "../core/context.ts";
import { locateFunction, type Scope } from "./address.ts";

function scopeOf(account: string, region: string): Scope {
  if (!isAccountId(account) || !isRegion(region)) throw new Error(`${account} ${region}`);
  return { account, region };
}
const scope = scopeOf("000000000000", "eu-west-1");

test("a bare name is the caller's own function", () => {
  expect(locateFunction({ FunctionName: "f" }, scope, "strict")).toEqual({
    id: { ...scope, name: "f" },
    qualifier: undefined,
  });
});

test.each([
  [{ FunctionName: "f:7" }, "7"],
  [{ FunctionName: "f", Qualifier: "prod" }, "prod"],
  [{ FunctionName: "f:prod", Qualifier: "prod" }, "prod"],
  [{ FunctionName: "arn:aws:lambda:eu-west-1:000000000000:function:f:$LATEST" }, "$LATEST"],
  [{ FunctionName: "f", Qualifier: "$latest" }, "$latest"],
])("%j asks for one qualifier", (input, qualifier) => {
  expect(locateFunction(input, scope, "namespaced")).toEqual({ id: { ...scope, name: "f" }, qualifier });
});

test.each([
  [
    { FunctionName: "f:1", Qualifier: "2" },
    400,
    "InvalidParameterValueException",
    "The derived qualifier from the function name does not match the specified qualifier.",
  ],
  [
    { FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:f" },
    404,
    "ResourceNotFoundException",
    "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')",
  ],
  [
    { FunctionName: "arn:aws:lambda:eu-west-1:111111111111:function:f" },
    403,
    "AccessDeniedException",
    "arn:aws:lambda:eu-west-1:111111111111:function:f belongs to another account.",
  ],
  [
    { FunctionName: "111111111111:function:f" },
    403,
    "AccessDeniedException",
    "arn:aws:lambda:eu-west-1:111111111111:function:f belongs to another account.",
  ],
  [
    { FunctionName: "my-function!" },
    400,
    "ValidationException",
    "1 validation error detected: Value 'my-function!' at 'functionName' failed to satisfy constraint: Member must " +
      "satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?" +
      "-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
  ],
])("%j is refused", (input, status, code, message) => {
  expect(() => locateFunction(input, scope, "namespaced")).toThrow(expect.objectContaining({ status, code, message }));
});
