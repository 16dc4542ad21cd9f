import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requireJson } from "./payload.ts";

const place = (line: number, column: number): string =>
  `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
const forms = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

describe("an event that is no JSON is refused at the place where it stops to be", () => {
  test.each([
    ["not json", `Unrecognized token 'not': was expecting ${forms}${place(1, 4)}`],
    ["'a'", `Unexpected character (''' (code 39)): expected a valid value ${forms}${place(1, 2)}`],
    ["{a:1}", `Unexpected character ('a' (code 97)): was expecting double-quote to start field name${place(1, 3)}`],
    ['{"a" 1}', `Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value${place(1, 7)}`],
    ['{"a":1 "b":2}', `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries${place(1, 9)}`],
    ["[1\n 2]", `Unexpected character ('2' (code 50)): was expecting comma to separate Array entries${place(2, 3)}`],
    ["[1,]", `Unexpected character (']' (code 93)): expected a valid value ${forms}${place(1, 5)}`],
    ['{"a":1,}', `Unexpected character ('}' (code 125)): was expecting double-quote to start field name${place(1, 9)}`],
    ['{"a":', `Unexpected end-of-input: expected close marker for Object${place(1, 6)}`],
    ["[[]", `Unexpected end-of-input: expected close marker for Array${place(1, 4)}`],
    ['"abc', `Unexpected end-of-input: was expecting closing quote for a string value${place(1, 5)}`],
    ["{} x", `Unrecognized token 'x': was expecting ${forms}${place(1, 5)}`],
    ["True", `Unrecognized token 'True': was expecting ${forms}${place(1, 5)}`],
    ["trueish", `Unrecognized token 'trueish': was expecting ${forms}${place(1, 8)}`],
    ["-", `Unexpected character ('-' (code 45)): expected a valid value ${forms}${place(1, 2)}`],
  ])("%s", (payload, message) => {
    expect(() => requireJson(Buffer.from(payload))).toThrow(
      expect.objectContaining({
        status: 400,
        code: "InvalidRequestContentException",
        message: `Could not parse request body into json: Could not parse payload into json: ${message}`,
      }),
    );
  });
});

test("bytes that are not UTF-8 are refused, also inside a string", () => {
  expect(() => requireJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(/Invalid UTF-8/);
});

test("a long event that is no JSON is refused quickly and quoted in part", () => {
  const open = Buffer.from(`["${"x".repeat(6_000_000)}`);
  expect(() => requireJson(open)).toThrow(/closing quote/);
  expect(() => requireJson(Buffer.from("[".repeat(6_000_000)))).toThrow(/close marker for Array/);
  try {
    requireJson(Buffer.from("x".repeat(6_000_000)));
  } catch (error) {
    expect(error instanceof Error && error.message.length).toBeLessThan(1000);
  }
});

test("exactly what JSON.parse takes is taken, and nothing but a fault is ever thrown", () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const fragments = fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"', "1", "-", "1e", "true", "nul", " ", "\n", "\\u12", "é");
  fc.assert(
    fc.property(fc.array(fragments, { minLength: 1, maxLength: 10 }), (parts) => {
      const text = parts.join("");
      if (isJson(text)) expect(() => requireJson(Buffer.from(text))).not.toThrow();
      else expect(() => requireJson(Buffer.from(text))).toThrow(expect.objectContaining({ status: 400 }));
    }),
    { numRuns: 500 },
  );
});
