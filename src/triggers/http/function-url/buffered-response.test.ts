// What becomes of payloads that no test of the wire has.
import { expect, test } from "vitest";
import { bufferedResponse } from "./buffered-response.ts";

const read = (text: string, contentType?: string): unknown => {
  const response = bufferedResponse(Buffer.from(text), contentType);
  return response && { ...response, body: Buffer.from(response.body as Uint8Array).toString() };
};
const json = { "content-type": "application/json" };

test.each([
  ["", undefined],
  ["hello", undefined],
  ['{"statusCode":200', undefined],
  ['"\\u00e4€"', { status: 200, headers: json, body: "ä€" }],
  ['{ "a" : [ 1, 2 ] }', { status: 200, headers: json, body: '{"a":[1,2]}' }],
  ['{"body":"x"}', { status: 200, headers: json, body: '{"body":"x"}' }],
  ['{"statusCode":200,"headers":{"X-A":"1","x-a":"2"},"isBase64Encoded":"true","body":"aGk="}', { status: 200, headers: { ...json, "x-a": "2" }, body: "aGk=" }],
  ['{"statusCode":200,"headers":{"Set-Cookie":"a=1"},"cookies":["b=2"]}', { status: 200, headers: { ...json, "set-cookie": ["a=1", "b=2"] }, body: "" }],
  ['{"statusCode":200,"headers":{"__proto__":"1"}}', { status: 200, headers: { ...json }, body: "" }],
])("%s", (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test("a payload that is no JSON, and was not called so, goes as what it was called", () => {
  expect(read("<p>", "text/html")).toEqual({ status: 200, headers: { "content-type": "text/html" }, body: "<p>" });
  expect(read("<p>", "application/json; charset=utf-8")).toBeUndefined();
  expect(read("<p>", "text/html\n")).toBeUndefined();
  const head = '{"statusCode":201}';
  expect(read(`${head}${"\0".repeat(8)}<p>`, "application/vnd.awslambda.http-integration-response")).toMatchObject({ status: 201, body: "<p>" });
  expect(read(`${head}<p>`, "application/vnd.awslambda.http-integration-response")).toBeUndefined();
});
