import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openLambdaRoom, zip } from "../../../test/harness/lambda-room.ts";
import { Fault } from "../../core/faults.ts";
import { parseSelector, selectLayer, tagLayer } from "./select-layer.ts";

describe("a selector", () => {
  test.each([
    ["tools", undefined],
    ["tools:3", { kind: "number", number: 3 }],
    ["tools@1.4.2", { kind: "range", range: "1.4.2" }],
    ["tools@^1.4", { kind: "range", range: ">=1.4.0 <2.0.0-0" }],
    ["tools@*", { kind: "range", range: "*" }],
  ])("%s", (text, wanted) => {
    expect(parseSelector(text)).toEqual({ name: "tools", wanted });
  });

  test.each(["", ":3", "tools:0", "tools:99999999999", "tools:x", "tools@", "tools@nonsense", "a b", "a/b", "../tools", "arn:aws:lambda:eu-west-1:000000000000:layer:tools"])(
    "is not %j",
    (text) => {
      expect(() => parseSelector(text)).toThrow(Fault);
    },
  );

  test("is understood or refused, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        try {
          expect(text.startsWith(parseSelector(text).name)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "LayerRequestRefused", status: 400 });
        }
      }),
    );
  });
});

test("one semantic version goes to one version of the layer, of two that ask at once", async () => {
  await using room = await openLambdaRoom();
  await using other = await openLambdaRoom({ store: room.store, firstId: 1000 });
  for (const content of ["a", "b"]) await room.call("PublishLayerVersion", { LayerName: "l", Content: { ZipFile: zip(content) } });
  const asked = [
    tagLayer({ selector: "l:1", tag: "1.0.0", isRemoval: false }, room.context, room.functions.repository),
    tagLayer({ selector: "l:2", tag: "1.0.0", isRemoval: false }, other.context, other.functions.repository),
  ];
  const answers = await Promise.allSettled(asked);
  expect(answers.map(({ status }) => status).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["fulfilled", "rejected"]);
  const winner = answers[0]?.status === "fulfilled" ? 1 : 2;
  expect((await selectLayer("l@1.0.0", room.context, room.functions.repository)).version.version).toBe(winner);
});
