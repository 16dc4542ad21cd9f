import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFunctionArn, formatRuntimeVersionArn, parseFunctionName, parseLambdaArn, partitionOf } from "./arn.ts";
import { isAccountId, isRegion, type AccountId, type Region } from "./context.ts";

const accountOf = (text: string): AccountId => {
  if (!isAccountId(text)) throw new Error(text);
  return text;
};
const regionOf = (text: string): Region => {
  if (!isRegion(text)) throw new Error(text);
  return text;
};

const account = fc.stringMatching(/^\d{12}$/).map(accountOf);
const region = fc
  .constantFrom("eu-west-1", "us-gov-west-1", "cn-north-1", "us-isob-east-1", "eusc-de-east-1")
  .map(regionOf);
const name = fc.stringMatching(/^[\w-]{1,64}$/);
const qualifier = fc.option(fc.oneof(fc.constant("$LATEST"), fc.stringMatching(/^[\w-]{1,128}$/)), { nil: undefined });

test("what is printed as a function's ARN is parsed to the same parts", () => {
  fc.assert(
    fc.property(account, region, name, qualifier, (ofAccount, ofRegion, ofName, ofQualifier) => {
      const parts = { account: ofAccount, region: ofRegion, name: ofName };
      for (const pattern of ["strict", "namespaced"] as const)
        expect(parseFunctionName(formatFunctionArn(parts, ofQualifier), pattern)).toEqual({
          ...parts,
          qualifier: ofQualifier,
        });
    }),
    { numRuns: 200 },
  );
});

test("any text is parsed or refused, and what is parsed has a name", () => {
  const pieces = fc.constantFrom("arn", "aws", "lambda", "eu-west-1", "000000000000", "function", "f", "$LATEST", "", "*");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (words) => {
      const text = words.join(":");
      expect(parseFunctionName(text, "strict")?.name ?? "refused").not.toBe("");
    }),
    { numRuns: 300 },
  );
});

test("every way to write a name leads to the parts that it spells out", () => {
  fc.assert(
    fc.property(account, region, name, qualifier, (ofAccount, ofRegion, ofName, ofQualifier) => {
      const suffix = ofQualifier === undefined ? "" : `:${ofQualifier}`;
      const word = ofName === "function" ? "" : ofName;
      // What begins like a part of an ARN is read as one; such names are AWS's to read as it does.
      fc.pre(word !== "" && !/^\d{12}$/.test(word) && !isRegion(word));
      const both = { name: word, qualifier: ofQualifier };
      const forms = [
        [`${word}${suffix}`, { ...both, account: undefined, region: undefined }],
        [`function:${word}${suffix}`, { ...both, account: undefined, region: undefined }],
        [`${ofAccount}:function:${word}${suffix}`, { ...both, account: ofAccount, region: undefined }],
        [`${ofAccount}:${word}${suffix}`, { ...both, account: ofAccount, region: undefined }],
        [`${ofRegion}:${ofAccount}:function:${word}${suffix}`, { ...both, account: ofAccount, region: ofRegion }],
      ] as const;
      for (const [text, parts] of forms) expect(parseFunctionName(text, "strict")).toEqual(parts);
    }),
    { numRuns: 200 },
  );
});

test("any text at all is parsed or refused, a million characters within a second", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[arn:wslmbdfucti$\d-]*$/)), (text) => {
      for (const pattern of ["strict", "namespaced"] as const) {
        const found = parseFunctionName(text, pattern);
        if (found !== undefined) expect(text).toContain(found.name);
      }
      const arn = parseLambdaArn(text);
      if (arn !== undefined) expect(text.endsWith(`:${arn.kind}:${arn.resource}`)).toBe(true);
    }),
    { numRuns: 500 },
  );
  for (const piece of ["a", "-", "1", ":", "function:", "arn:aws", "arn:aws-", "eu-west-1:", "000000000000:", "$LATEST", "a:"]) {
    const long = piece.repeat(1_000_000 / piece.length);
    for (const text of [long, `${long}!`, `arn:aws${long}`, `arn:aws:lambda:${long}!`]) {
      const startedMs = performance.now();
      parseFunctionName(text, "strict");
      parseFunctionName(text, "namespaced");
      parseLambdaArn(text);
      expect(performance.now() - startedMs, `${piece}, ${text.length}`).toBeLessThan(1000);
    }
  }
});

describe("a function name", () => {
  const none = { region: undefined, account: undefined, qualifier: undefined };
  test.each([
    ["f", { ...none, name: "f" }],
    ["f:7", { ...none, name: "f", qualifier: "7" }],
    ["f:$LATEST", { ...none, name: "f", qualifier: "$LATEST" }],
    ["function:f", { ...none, name: "f" }],
    ["function:f:prod", { ...none, name: "f", qualifier: "prod" }],
    ["000000000000:function:f", { ...none, account: "000000000000", name: "f" }],
    ["000000000000:f", { ...none, account: "000000000000", name: "f" }],
    ["000000000000", { ...none, name: "000000000000" }],
    ["eu-west-1:000000000000:function:f", { ...none, region: "eu-west-1", account: "000000000000", name: "f" }],
    [
      "arn:aws:lambda:eu-west-1:000000000000:function:f:prod",
      { region: "eu-west-1", account: "000000000000", name: "f", qualifier: "prod" },
    ],
    // Recorded: accepted, and the name is `function`.
    [
      "arn:aws:lambda:eu-west-1:000000000000:function",
      { ...none, region: "eu-west-1", account: "000000000000", name: "function" },
    ],
  ])("%s is understood", (text, parts) => {
    expect(parseFunctionName(text, "strict")).toEqual(parts);
    expect(parseFunctionName(text, "namespaced")).toEqual(parts);
  });

  test.each([
    "*",
    "my-function!",
    "",
    "f:1:2",
    "f:$latest",
    "f\n",
    "arn:aws:lambda:eu-west-1:000000000000:function:f:1:2",
    "arn:aws:lambda::000000000000:function:f",
    "arn:aws:lambda:eu-west-1::function:f",
    "arn:aws:sqs:eu-west-1:000000000000:f",
  ])("%j is refused", (text) => {
    expect(parseFunctionName(text, "strict")).toBeUndefined();
    expect(parseFunctionName(text, "namespaced")).toBeUndefined();
  });

  test("has dots and $LATEST.PUBLISHED in the namespaced pattern only", () => {
    expect(parseFunctionName("a.b", "strict")).toBeUndefined();
    expect(parseFunctionName("a.b", "namespaced")?.name).toBe("a.b");
    expect(parseFunctionName("f:$LATEST.PUBLISHED", "strict")).toBeUndefined();
    expect(parseFunctionName("f:$LATEST.PUBLISHED", "namespaced")?.qualifier).toBe("$LATEST.PUBLISHED");
  });
});

test.each([
  ["eu-west-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-east-1", "aws-us-gov"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["eusc-de-east-1", "aws-eusc"],
])("%s lies in partition %s", (ofRegion, partition) => {
  expect(partitionOf(regionOf(ofRegion))).toBe(partition);
});

test("the ARN of a runtime version names no account", () => {
  expect(formatRuntimeVersionArn(regionOf("eu-west-1"), "ab")).toBe("arn:aws:lambda:eu-west-1::runtime:ab");
});

describe("an ARN of Lambda", () => {
  test("is parsed to the parts it was made of", () => {
    const kind = fc.constantFrom("function", "layer", "event-source-mapping", "code-signing-config", "capacity-provider");
    fc.assert(
      fc.property(account, region, kind, fc.stringMatching(/^[\w-]{1,64}(:[\w$-]{1,20})?$/), (ofAccount, ofRegion, ofKind, resource) => {
        const text = `arn:${partitionOf(ofRegion)}:lambda:${ofRegion}:${ofAccount}:${ofKind}:${resource}`;
        expect(parseLambdaArn(text)).toEqual({ account: ofAccount, region: ofRegion, kind: ofKind, resource });
      }),
    );
  });

  test("is cut into kind and resource", () => {
    expect(parseLambdaArn("arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:u-1")).toEqual({
      region: "eu-west-1",
      account: "000000000000",
      kind: "event-source-mapping",
      resource: "u-1",
    });
    expect(parseLambdaArn("arn:aws:lambda:eu-west-1:000000000000:function:f:7")?.resource).toBe("f:7");
  });

  test.each([
    "f",
    "arn:aws:s3:::bucket",
    "arn:aws:lambda:eu-west-1:000000000000:function",
    "arn:aws:lambda:eu-west-1:000000000000:function:",
    "arn:aws:lambda:nowhere:000000000000:function:f",
    "arn:gcp:lambda:eu-west-1:000000000000:function:f",
  ])("%s is none", (text) => {
    expect(parseLambdaArn(text)).toBeUndefined();
  });
});
