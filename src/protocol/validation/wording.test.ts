import { describe, expect, test } from "vitest";
import { lowerCamel, printed, wordingOf } from "./wording.ts";

describe("prints a value as Java does", () => {
  test.each([
    ["text", "text"],
    [7, "7"],
    [true, "true"],
    [10n, "10"],
    [[], "[]"],
    [["a", "b"], "[a, b]"],
    [[["a"], []], "[[a], []]"],
    [{}, "{}"],
    [{ k: "v", l: ["w"] }, "{k=v, l=[w]}"],
    [new Uint8Array(3), "java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]"],
  ])("%o", (value, text) => {
    expect(printed(value)).toBe(text);
  });

  test("a long one up to a bound, without walking through the rest", () => {
    const rest = { toString: () => expect.fail("was printed") };
    const text = printed(["x".repeat(20_000), rest]);
    expect(text.length).toBe(10_240 + "…".length);
    expect(text).toMatch(/^\[x+…$/);
  });
});

test("lowers the first letter alone", () => {
  expect(["FunctionName", "KMSKeyArn", "UUID", "s3Key", ""].map(lowerCamel)).toEqual(["functionName", "kMSKeyArn", "uUID", "s3Key", ""]);
});

test("names the error as the service does", () => {
  expect(wordingOf("iam").code).toBe("ValidationError");
  expect(wordingOf("logs").code).toBe("InvalidParameterException");
  expect(wordingOf("dynamodb").code).toBe("ValidationException");
});
