// Requests meant to harm: each is refused as the caller's fault, or read without harm.
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../core/faults.ts";
import { decodeCbor } from "./cbor.ts";
import { form, read, request, target, wireOf, type RequestParts } from "./request.case.ts";

const put = (body: RequestParts["body"]): ReturnType<typeof request> =>
  request("PUT /b?tagging", {
    headers: { "content-type": "application/xml" },
    ...(body === undefined ? {} : { body }),
  });
const dynamo = (body: unknown): ReturnType<typeof request> =>
  request("POST /", target("DynamoDB_20120810.PutItem", body));
const cbor = (body: Uint8Array): ReturnType<typeof request> =>
  request("POST /service/GraniteServiceVersion20100801/operation/PutMetricData", { body });
const nested = (open: string, close: string, levels: number, inner = ""): string =>
  open.repeat(levels) + inner + close.repeat(levels);
const refusal = { code: "SerializationException", status: 400 };

describe("names of prototypes", () => {
  test("a map's key `__proto__` is a key like any other", async () => {
    const body = '{"FunctionName":"f","Environment":{"Variables":{"__proto__":"x","constructor":"y"}}}';
    const { input } = await read("lambda", request("POST /2015-03-31/functions", { body }));
    const { Variables: variables } = Object(input["Environment"]);
    expect(Object.entries(variables)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(variables)).toBe(Object.prototype);
    expect(Reflect.get({}, "x")).toBeUndefined();
  });

  test("a member `__proto__` is an unknown one", async () => {
    const body = '{"__proto__":{"FunctionName":"g"},"FunctionName":"f"}';
    const { input, unknownMembers } = await read("lambda", request("POST /2015-03-31/functions", { body }));
    expect(input).toEqual({ FunctionName: "f" });
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(unknownMembers).toEqual(["__proto__"]);
  });

  test("an operation `constructor` is unknown", async () => {
    await expect(read("sqs", request("POST /", form("Action=constructor")))).rejects.toMatchObject({
      code: "InvalidAction",
    });
  });
});

describe("depth", () => {
  test.each([
    ["JSON along the schema", "dynamodb", dynamo(`{"Item":{"a":${nested('{"L":[', "]}", 100_000, '{"S":"x"}')}}}`)],
    [
      "JSON in a document",
      "cognito-idp",
      request(
        "POST /",
        target(
          "AWSCognitoIdentityProviderService.CreateManagedLoginBranding",
          `{"Settings":${nested("[", "]", 100_000)}}`,
        ),
      ),
    ],
    ["XML", "s3", put(nested("<a>", "</a>", 100_000))],
    ["a form", "sqs", request("POST /", form(`Action=SendMessage&${"a.".repeat(100_000)}=1`))],
    ["CBOR", "cloudwatch", cbor(new Uint8Array(100_000).fill(0x81))],
  ])("%s is bounded", async (_name, service, sent) => {
    await expect(read(service, sent)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining("Nesting"),
    });
  });

  test("JSON that no member takes is not gone into", async () => {
    const { unknownMembers } = await read("dynamodb", dynamo(`{"Nothing":${nested("[", "]", 100_000)}}`));
    expect(unknownMembers).toEqual(["Nothing"]);
  });
});

describe("XML", () => {
  test.each([
    ["a document type", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ["entities of its own", '<!DOCTYPE a [<!ENTITY e "eeee"><!ENTITY f "&e;&e;">]><a>&f;</a>'],
    ["an undefined entity", "<Tagging>&xxe;</Tagging>"],
    ["an element left open", "<Tagging><TagSet>"],
    ["two roots", "<a/><b/>"],
    ["no element", "hello"],
    ["bytes that are no UTF-8", Uint8Array.of(0x3c, 0x61, 0x3e, 0xff, 0xfe)],
  ])("with %s is malformed", async (_name, body) => {
    await expect(read("s3", put(body))).rejects.toMatchObject({ code: "MalformedXML", status: 400 });
  });

  test("text is never markup", async () => {
    const wire = await wireOf("s3");
    const { body } = wire.encodeOutput(
      { operation: "ListObjectsV2", protocol: "restXml" },
      { Prefix: "</Prefix><Evil>&" },
      "r",
    );
    expect(body).toContain("<Prefix>&lt;/Prefix&gt;&lt;Evil&gt;&amp;</Prefix>");
  });
});

describe("claims", () => {
  test.each([
    ["a list of four thousand million items", [0x9a, 0xff, 0xff, 0xff, 0xff]],
    ["a map of 2^63 entries", [0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["text of a gigabyte", [0x7a, 0x40, 0, 0, 0]],
    ["bytes of 2^64", [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["an item that ends before it begins", [0x19]],
    ["an indefinite list without an end", [0x9f, 1]],
    ["a map with half an entry", [0xbf, 0x61, 0x61, 0xff]],
    ["something after the end", [0x01, 0x01]],
    ["nothing", []],
  ])("CBOR that claims %s is refused", (_name, bytes) => {
    expect(() => decodeCbor(Uint8Array.from(bytes))).toThrow(Fault);
  });

  test("what decompresses to more than any request holds is refused", async () => {
    const body = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    const headers = { "x-amz-target": "GraniteServiceVersion20100801.PutMetricData", "content-encoding": "gzip" };
    await expect(read("cloudwatch", request("POST /", { headers, body }))).rejects.toMatchObject({ status: 413 });
    await expect(read("cloudwatch", request("POST /", { headers, body: "no gzip" }))).rejects.toMatchObject(refusal);
  });
});

describe("values of the wrong type", () => {
  test.each([
    ['{"Timeout":"3"}', "STRING_VALUE can not be converted to Integer"],
    ['{"Timeout":true}', "TRUE_VALUE can not be converted to Integer"],
    ['{"Timeout":{}}', "Start of structure or map found where not expected."],
    ['{"Timeout":[]}', "Start of list found where not expected"],
    ['{"Description":3}', "NUMBER_VALUE can not be converted to String"],
    ['{"Description":3.5}', "DECIMAL_VALUE can not be converted to String"],
    ['{"Publish":"yes"}', "STRING_VALUE can not be converted to Boolean"],
    ['{"Layers":{}}', "Start of structure or map found where not expected."],
    ['{"Tags":[]}', "Start of list found where not expected"],
    ['{"Code":"x"}', "STRING_VALUE can not be converted to FunctionCode"],
    ['{"Code":{"ZipFile":"%%%"}}', "Unable to decode base64: Code.ZipFile"],
    ["[]", "Start of list found where not expected"],
    ["null", "Start of structure or map found where not expected."],
    ["{", "Could not parse the body as JSON."],
    ['{"Timeout":3}x', "Could not parse the body as JSON."],
  ])("%s", async (body, message) => {
    await expect(read("lambda", request("POST /2015-03-31/functions", { body }))).rejects.toMatchObject({
      ...refusal,
      message,
    });
  });

  test.each(["MaxItems=many", "MaxItems=1e999x", "MaxItems=0x10"])("%s", async (query) => {
    await expect(read("lambda", request(`GET /2015-03-31/functions?${query}`))).rejects.toMatchObject(refusal);
  });
});

test("a path that is no encoding of UTF-8 stands for itself", async () => {
  const { input } = await read("lambda", request("GET /2015-03-31/functions/%E0%A4%A"));
  expect(input).toEqual({ FunctionName: "%E0%A4%A" });
});

test("dots in a label are text", async () => {
  const { input } = await read("lambda", request("GET /2015-03-31/functions/..%2F..%2Fetc"));
  expect(input).toEqual({ FunctionName: "../../etc" });
});

test("a line break in a value starts no header", async () => {
  const wire = await wireOf("s3");
  const { headers } = wire.encodeOutput(
    { operation: "HeadObject", protocol: "restXml" },
    { ETag: "a\r\nSet-Cookie: b" },
    "r",
  );
  expect(headers["ETag"]).toBe("a Set-Cookie: b");
});

const entrances: readonly (readonly [string, (body: Uint8Array) => ReturnType<typeof request>])[] = [
  ["lambda", (body) => request("POST /2015-03-31/functions", { body })],
  ["dynamodb", (body) => request("POST /", { headers: { "x-amz-target": "DynamoDB_20120810.PutItem" }, body })],
  ["sqs", (body) => request("POST /", form(`Action=SendMessage&${Buffer.from(body).toString("latin1")}`))],
  ["s3", put],
  ["cloudwatch", cbor],
];

test.each(entrances)("%s reads any bytes or refuses them as the caller's fault", async (service, entrance) => {
  const seeds = ['{"a":[1,{"b":null}]}', "<a b='c'><d>e</d></a>", "a.1.b=c&d=%", "\xa1\x61a\xc1\xfb\x00"].map((text) =>
    Buffer.from(text, "latin1"),
  );
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(30), fc.uint8Array({ maxLength: 6 }))
    .map(([seed, at, extra]) => Buffer.concat([seed.subarray(0, at), extra, seed.subarray(at)]));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated), async (body) => {
      try {
        await read(service, entrance(body));
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        expect(error).toMatchObject({ kind: "client" });
      }
    }),
    { numRuns: 300, seed: 7 },
  );
});
