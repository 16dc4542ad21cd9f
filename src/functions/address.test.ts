// control-plane.md, section 2: what names and qualifiers lead to.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatFunctionArn } from "../core/arn.ts";
import { isAccountId, isRegion, type Scope } from "../core/context.ts";
import { Fault } from "../core/faults.ts";
import { locateFunction } from "./address.ts";

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

test("any name and qualifier are located or refused by a fault of the caller's", () => {
  const pieces = fc.constantFrom("arn", "aws", "lambda", "eu-west-1", "us-east-1", "000000000000", "111111111111", "function", "f", "$LATEST", "7", "", "*", "a.b");
  const anyName = fc.oneof(fc.array(pieces, { maxLength: 9 }).map((words) => words.join(":")), fc.string());
  fc.assert(
    fc.property(anyName, fc.option(fc.constantFrom("7", "$LATEST", "prod"), { nil: undefined }), (FunctionName, Qualifier) => {
      try {
        const { id, qualifier } = locateFunction({ FunctionName, Qualifier }, scope, "namespaced");
        expect(id).toEqual({ ...scope, name: id.name });
        expect(FunctionName).toContain(id.name);
        if (Qualifier !== undefined) expect(qualifier).toBe(Qualifier);
        // What was found is found again by its ARN.
        expect(locateFunction({ FunctionName: formatFunctionArn(id, qualifier) }, scope, "namespaced")).toEqual({ id, qualifier });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        expect(error.kind).toBe("client");
      }
    }),
    { numRuns: 500 },
  );
});
