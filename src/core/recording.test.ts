import { describe, expect, test } from "vitest";
import { inOrder, parseExactly } from "./exact-json.ts";
import { bytesOfBody, formatRecording, parseRecording, recordedBody, type Recording } from "./recording.ts";

const recording: Recording = {
  lambentRecording: 1,
  function: "f",
  recordedAt: "2026-01-31T12:00:00.000Z",
  requestId: "8f4f4a3c-0000-4000-8000-000000000000",
  executedVersion: "$LATEST",
  event: { json: 1 },
  outcome: { response: { json: null } },
  durationMs: 1,
  log: "",
};

describe("a body", () => {
  test.each(['{"id":12345678901234567890,"price":1.0,"tiny":1e-400,"plain":[1,-2.5,"1.0"]}', '"text"', "null", '{"__proto__":{"a":1.0}}', '{"[[{":"]\\\\\\"["}', "[0.0000001,123456789.123456789,-0,1E5]"])("of JSON stays to the digit: %s", (text) => {
    const kept = parseRecording(formatRecording({ ...recording, event: recordedBody(Buffer.from(text)) })).event;
    expect(bytesOfBody(kept)?.toString()).toBe(text);
  });

  test("that is no JSON, no UTF-8, nested too deeply or slow to read is kept byte by byte", () => {
    for (const bytes of [Buffer.from("plain"), Buffer.from([0xff, 0]), Buffer.from("["), Buffer.from("[".repeat(200_000) + "]".repeat(200_000)), Buffer.alloc(0), Buffer.from(`[${"1.0,".repeat(200_000)}1]`)]) {
      const body = recordedBody(bytes);
      expect(body).toHaveProperty("base64");
      expect(bytesOfBody(body)?.equals(bytes)).toBe(true);
    }
  });

  test("that is too large is left out, and said to be", () => {
    const body = recordedBody(Buffer.alloc(7 * 1024 * 1024));
    expect(body).toEqual({ leftOutBytes: 7 * 1024 * 1024 });
    expect(bytesOfBody(body)).toBe(undefined);
  });
});

test.each([
  ["{}", /lambentRecording/],
  ["[]", /lambentRecording/],
  [JSON.stringify({ ...recording, log: 1, qualifier: 2 }), /log, qualifier must be text/],
  [JSON.stringify({ ...recording, requestId: "../../etc" }), /requestId/],
  [JSON.stringify({ ...recording, recordedAt: "yesterday" }), /recordedAt/],
  [JSON.stringify({ ...recording, outcome: {} }), /event or outcome/],
  [JSON.stringify({ ...recording, event: { base64: 1 } }), /event or outcome/],
])("refuses what is no recording: %s", (text, reason) => {
  expect(() => parseRecording(text)).toThrow(reason);
});

test("the order of members makes no difference, that of a list does", () => {
  expect(JSON.stringify(inOrder(parseExactly('{"b":[2,1],"a":{"d":1.0,"c":0}}')))).toBe('{"a":{"c":0,"d":1.0},"b":[2,1]}');
});
