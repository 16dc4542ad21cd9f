// The copy that a recording keeps of a streamed response.
import { expect, test } from "vitest";
import { textOf } from "../../../test/harness/engine.ts";
import { CopiedBody } from "./copied-body.ts";

/** A body whose reader may leave before it has read anything. */
function open(...chunks: readonly string[]): { readonly copy: CopiedBody; readonly isLeft: () => boolean } {
  let [left, at] = [false, 0];
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    next: async () => {
      const chunk = chunks[at];
      at += 1;
      return chunk === undefined ? { done: true, value: undefined } : { done: false, value: Buffer.from(chunk) };
    },
    return: async () => {
      left = true;
      return { done: true, value: undefined };
    },
  };
  return { copy: new CopiedBody(body), isLeft: () => left };
}

test("a body that is read to its end is kept whole", async () => {
  const { copy } = open('{"a":', '"b"}');
  expect((await Array.fromAsync(copy)).map(textOf)).toEqual(['{"a":', '"b"}']);
  expect(await copy.ended).toEqual({ json: { a: "b" } });
});

test("whoever leaves it lets the function go on, also one who never began to read", async () => {
  const unread = open("a");
  await unread.copy[Symbol.asyncIterator]().return();
  expect([unread.isLeft(), await unread.copy.ended]).toEqual([true, { leftOutBytes: 0 }]);
  const begun = open("a", "b");
  for await (const _ of begun.copy) break;
  expect([begun.isLeft(), await begun.copy.ended]).toEqual([true, { leftOutBytes: 1 }]);
});
