import { expect, test } from "vitest";
import { isAccountId, isRegion, type Scope } from "../../../core/context.ts";
import { readJsonText } from "../../../core/pattern/json-text.ts";
import { busEvent } from "./event.ts";
import { readTargetInput } from "./target-input.ts";

const [account, region] = ["123456789012", "eu-west-1"];
if (!isAccountId(account) || !isRegion(region)) throw new Error("not an account and a region");
const scope: Scope = { account, region };
const event = busEvent({
  id: "id-1", scope, nowMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678), timeMs: Date.UTC(2026, 0, 2), trace: undefined, source: "shop", detailType: "order",
  resources: ["r"], detail: readJsonText('{"text": "a \\"b\\"", "number": 1.50, "big": 12345678901234567890, "list": [{"n": "A"}, {"n": "B"}], "object": {"acc_id": 1, "sf_id": "baz"}, "no": null}'),
});
const rule = { arn: "arn:aws:events:eu-west-1:123456789012:rule/r", name: "r" };
const paths = { text: "$.detail.text", number: "$.detail.number", object: "$.detail.object", names: "$.detail.list[*].n", second: "$.detail.list[1].n", missing: "$.detail.missing" };
const template = (InputTemplate: string): string | undefined =>
  readTargetInput({ Id: "t", InputTransformer: { InputPathsMap: paths, InputTemplate } })(event, rule);

test("without a word about it the target gets the whole event, as it was written", () => {
  expect(readTargetInput({ Id: "t" })(event, rule)).toBe(
    '{"version":"0","id":"id-1","detail-type":"order","source":"shop","account":"123456789012","time":"2026-01-02T00:00:00Z","region":"eu-west-1","resources":["r"],' +
      '"detail":{"text":"a \\"b\\"","number":1.50,"big":12345678901234567890,"list":[{"n":"A"},{"n":"B"}],"object":{"acc_id":1,"sf_id":"baz"},"no":null}}',
  );
});

test.each([
  ["$.detail.big", "12345678901234567890"],
  ["$.detail.text", '"a \\"b\\""'],
  ["$.detail.list[0]", '{"n":"A"}'],
  ["$.detail.list[*].n", '["A","B"]'],
  ["$['detail-type']", '"order"'],
  ["$.detail-type", '"order"'],
  ["$.detail.missing", undefined],
])("path %s", (InputPath, expected) => {
  expect(readTargetInput({ Id: "t", InputPath })(event, rule)).toBe(expected);
});

test.each([
  ['"text <text> <number> <missing>!"', '"text a \\"b\\" 1.50 !"'],
  ['"<object> and <names>"', '"{acc_id:1,sf_id:baz} and [A,B]"'],
  ['{"k": <text>, "n": <number>, "o": <object>, "m": <missing>}', '{"k": "a \\"b\\"", "n": 1.50, "o": {"acc_id":1,"sf_id":"baz"}, "m": ""}'],
  ['{"k": "a/<second>"}', '{"k": "a/B"}'],
  ['{"k": "<object>"}', undefined],
  ['"line <second>"\n"line"', '"line B"\n"line"'],
  ["<aws.events.rule-arn>", '"arn:aws:events:eu-west-1:123456789012:rule/r"'],
  ['{"at": <aws.events.event.ingestion-time>, "by": "<aws.events.rule-name>"}', '{"at": "2026-01-02T03:04:05.678Z", "by": "r"}'],
  ["<aws.events.event>", '{"version":"0","id":"id-1","detailType":"order","source":"shop","account":"123456789012","time":"2026-01-02T00:00:00Z","region":"eu-west-1","resources":["r"]}'],
])("template %s", (text, expected) => {
  expect(template(text)).toBe(expected);
});

test.each([
  [{ Input: "{" }, "Input for target t is not a valid JSON text."],
  [{ Input: "1", InputPath: "$.a" }, "Only one of Input, InputPath, or InputTransformer must be provided for target t."],
  [{ InputPath: "detail" }, "InputPath for target t is invalid."],
  [{ InputTransformer: { InputTemplate: '"<nothing>"' } }, "InputTemplate for target t contains invalid placeholder nothing."],
  [{ InputTransformer: { InputPathsMap: { AWSx: "$.a" }, InputTemplate: "1" } }, "InputPathsMap for target t contains the reserved name AWSx."],
])("%j is refused", (shaping, message) => {
  expect(() => readTargetInput({ Id: "t", ...shaping })).toThrow(message);
});
