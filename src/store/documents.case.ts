// Cases for documents, with a model: a map, and the order of bytes.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "./json.ts";
import type { ExpectedRevision, StoreOperation } from "./operation.ts";
import type { Bench } from "./bench.case.ts";
import { CommitConflict, type DocumentChange, type ScanRange } from "./store.ts";

const put = (key: string, value: Json, more: { expect?: ExpectedRevision; indexes?: Record<string, string> } = {}) =>
  ({ kind: "put-document", collection: "c", key, value, ...more }) as const;

export function documentCases(bench: Bench): void {
  test("keeps any JSON as it is", async () => {
    const partition = bench.freshPartition();
    const anyJson = fc.jsonValue({ maxDepth: 4 });
    await fc.assert(
      fc.asyncProperty(anyJson, async (value) => {
        const expected: Json = JSON.parse(JSON.stringify(value));
        await partition.commit([put("k", expected)]);
        expect((await partition.get("c", "k"))?.value).toEqual(expected);
      }),
      { numRuns: 50 },
    );
    const hostile: Json = JSON.parse('{"__proto__":{"polluted":true},"lone":"\\ud800","nul":"\\u0000"}');
    await partition.commit([put("k", hostile)]);
    expect(JSON.stringify((await partition.get("c", "k"))?.value)).toBe(JSON.stringify(hostile));
  });

  test("takes the value as it was when commit was called", async () => {
    const partition = bench.freshPartition();
    const value = { list: [1] };
    const committed = partition.commit([put("k", value)]);
    value.list.push(2);
    await committed;
    expect((await partition.get("c", "k"))?.value).toEqual({ list: [1] });
  });

  test("refuses keys that have no UTF-8, values that are not JSON and collections of its own", async () => {
    const partition = bench.freshPartition();
    await expect(partition.commit([put("\ud800", 1)])).rejects.toThrow(TypeError);
    await expect(partition.commit([put("k", 1, { indexes: { i: "\udc00" } })])).rejects.toThrow(TypeError);
    const nothing: Json | undefined = undefined;
    // @ts-expect-error what a caller without types may pass
    await expect(partition.commit([put("k", nothing)])).rejects.toThrow(TypeError);
    await expect(partition.commit([{ ...put("k", 1), collection: "$timers" }])).rejects.toThrow(TypeError);
  });

  test("never repeats a revision, also when a document is deleted and made again", async () => {
    const partition = bench.freshPartition();
    const [first] = await partition.commit([put("k", 1)]);
    await partition.commit([{ kind: "delete-document", collection: "c", key: "k" }]);
    const [second] = await partition.commit([put("k", 1, { expect: "absent" })]);
    expect(second.revision).toBeGreaterThan(first.revision);
    await expect(partition.commit([put("k", 2, { expect: first.revision })])).rejects.toThrow(CommitConflict);
  });

  test("of many that compare the same revision, one wins", async () => {
    const partition = bench.freshPartition();
    const [{ revision }] = await partition.commit([put("k", 0)]);
    const racing = Array.from({ length: 20 }, (_, place) => partition.commit([put("k", place, { expect: revision })]));
    const won = (await Promise.allSettled(racing)).filter(({ status }) => status === "fulfilled");
    expect(won).toHaveLength(1);
  });

  test("pages through an index whose secondary keys repeat", async () => {
    const partition = bench.freshPartition();
    await partition.commit(Array.from({ length: 10 }, (_, place) => put(`k${place}`, place, { indexes: { half: place < 5 ? "a" : "b" } })));
    for (const reverse of [false, true]) {
      const seen: string[] = [];
      let range: ScanRange = { index: "half", limit: 3, reverse };
      for (let page = await partition.scan("c", range); page.length > 0; page = await partition.scan("c", range)) {
        seen.push(...page.map(({ key }) => key));
        const { key, indexKey = "" } = page.at(-1) ?? { key: "" };
        range = { ...range, after: indexKey, afterKey: key };
      }
      const all = Array.from({ length: 10 }, (_, place) => `k${place}`);
      expect(seen).toEqual(reverse ? all.toReversed() : all);
    }
  });

  test("scans more than fits one message", async () => {
    const partition = bench.freshPartition();
    const keys = Array.from({ length: 2_345 }, (_, place) => String(place).padStart(5, "0"));
    await partition.commit(keys.map((key) => put(key, key)));
    expect((await partition.scan("c")).map(({ key }) => key)).toEqual(keys);
  });

  test("tells watchers of each commit before it resolves, in order, until they end", async () => {
    const partition = bench.freshPartition();
    const told: (readonly DocumentChange[])[] = [];
    const end = partition.watch("c", (changes) => void told.push(changes));
    partition.watch("other", () => expect.unreachable());
    const [first] = await partition.commit([put("a", 1), { kind: "delete-document", collection: "c", key: "b" }]);
    expect(told).toEqual([[{ kind: "put", key: "a", value: 1, revision: first.revision }, { kind: "delete", key: "b" }]]);
    await Promise.all(Array.from({ length: 30 }, (_, place) => partition.commit([put("a", place)])));
    expect(told.slice(1).map(([change]) => change?.kind === "put" && change.value)).toEqual(Array.from({ length: 30 }, (_, place) => place));
    end();
    await partition.commit([put("a", 1)]);
    expect(told).toHaveLength(31);
  });

  test("shows no reader what watchers have not been told", async () => {
    const partition = bench.freshPartition();
    let told = 0;
    partition.watch("c", ([change]) => void (told = change?.kind === "put" ? Number(change.value) : told));
    const writes: Promise<unknown>[] = [];
    for (let place = 1; place <= 30; place += 1) {
      writes.push(partition.commit([put("k", place)]));
      // The write lands on disk while this thread is too busy to hear of it.
      await new Promise((resolve) => void setImmediate(resolve));
      const busyUntilMs = performance.now() + 4;
      while (performance.now() < busyUntilMs);
      const shown = place % 2 === 0 ? await partition.get("c", "k") : (await partition.scan("c"))[0];
      expect(told).toBeGreaterThanOrEqual(Number(shown?.value ?? 0));
    }
    await Promise.all(writes);
  });

  test("behaves like a map under any sequence of commits", async () => {
    await fc.assert(fc.asyncProperty(commits, ranges, (steps, scans) => checkAgainstMap(bench, steps, scans)), { numRuns: 60 });
  });
}

// The last two order one way in UTF-8 and the other way in UTF-16.
const keys = fc.constantFrom("", "a", "a\u0000", "aa", "ab", "b", "b/", "b/1", "b/2", "é", "\ud7ff", "\uffee", "\u{10ffff}", "\u{1f600}");
const expectations = fc.constantFrom("any", "absent", "current", "stale");
const step = fc.record({
  kind: fc.constantFrom("put-document", "put-document", "delete-document", "check-document"),
  key: keys,
  expectation: expectations,
  indexKey: fc.option(keys, { nil: undefined }),
});
const commits = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 25 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const ranges = fc.array(
  fc.record({ prefix: optional(keys), after: optional(keys), limit: optional(fc.nat(5)), reverse: fc.boolean(), index: optional(fc.constant("i")) }),
  { minLength: 3, maxLength: 8 },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Kept {
  readonly value: number;
  readonly revision: number;
  readonly indexKey: string | undefined;
}

async function checkAgainstMap(bench: Bench, steps: readonly (readonly Step[])[], scans: readonly { [Name in keyof ScanRange]: ScanRange[Name] | undefined }[]): Promise<void> {
  const partition = bench.freshPartition();
  const watched = new Map<string, number>();
  partition.watch("c", (changes) => {
    for (const change of changes) {
      if (change.kind === "put") watched.set(change.key, change.revision);
      else watched.delete(change.key);
    }
  });
  let model = new Map<string, Kept>();
  let values = 0;
  for (const commit of steps) {
    const operations = commit.map((one) => operationOf(one, model, (values += 1)));
    const expected = applyToModel(model, commit, operations);
    const results = await partition.commit(operations).catch((error: unknown) => {
      if (error instanceof CommitConflict) return undefined;
      throw error;
    });
    expect(results === undefined).toBe(expected === undefined);
    if (expected === undefined || results === undefined) continue;
    for (const [place, result] of results.entries()) {
      const operation = operations[place];
      if (operation?.kind !== "put-document" || result === null || !("revision" in result)) continue;
      const kept = expected.get(operation.key);
      if (kept?.value === operation.value) expected.set(operation.key, { ...kept, revision: result.revision });
    }
    model = expected;
  }
  expect(watched).toEqual(new Map([...model].map(([key, { revision }]) => [key, revision])));
  for (const scan of scans) {
    const range = Object.fromEntries(Object.entries(scan).filter(([, value]) => value !== undefined));
    expect(await partition.scan("c", range)).toEqual(scanOfModel(model, range));
  }
}

function operationOf({ kind, key, expectation, indexKey }: Step, model: ReadonlyMap<string, Kept>, value: number) {
  const current = model.get(key)?.revision ?? ("absent" as const);
  const expected = expectedBy(expectation, current);
  const base = { collection: "c", key };
  if (kind === "check-document") return { kind, ...base, expect: expected ?? current } as const;
  if (kind === "delete-document") return { kind, ...base, ...(typeof expected === "number" ? { expect: expected } : {}) } as const;
  const indexes = indexKey === undefined ? {} : { indexes: { i: indexKey } };
  return { kind: "put-document", ...base, value, ...indexes, ...(expected === undefined ? {} : { expect: expected }) } as const;
}

function expectedBy(expectation: Step["expectation"], current: ExpectedRevision): ExpectedRevision | undefined {
  if (expectation === "any") return undefined;
  // 1 is the revision of something written long ago.
  return expectation === "stale" ? 1 : expectation === "absent" ? "absent" : current;
}

/** The model after the commit; undefined where it must conflict. Revisions written are filled in by the caller. */
function applyToModel(model: ReadonlyMap<string, Kept>, commit: readonly Step[], operations: readonly StoreOperation[]): Map<string, Kept> | undefined {
  const next = new Map(model);
  for (const [place, operation] of operations.entries()) {
    if (!("key" in operation)) continue;
    const found = next.get(operation.key)?.revision ?? "absent";
    if (operation.expect !== undefined && operation.expect !== found) return undefined;
    if (operation.kind === "delete-document") next.delete(operation.key);
    // -1: a revision that this commit writes, which no operation of it can know.
    if (operation.kind === "put-document") next.set(operation.key, { value: Number(operation.value), revision: -1, indexKey: commit[place]?.indexKey });
  }
  return next;
}

function scanOfModel(model: ReadonlyMap<string, Kept>, range: ScanRange) {
  const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const rows = [...model].map(([key, { value, revision, indexKey }]) => ({ key, value, revision, indexKey }));
  const sortKey = (row: (typeof rows)[number]): string => (range.index === undefined ? row.key : (row.indexKey ?? ""));
  const found = rows
    .filter((row) => range.index === undefined || row.indexKey !== undefined)
    .filter((row) => sortKey(row).startsWith(range.prefix ?? ""))
    .filter((row) => range.after === undefined || bytes(sortKey(row), range.after) * (range.reverse === true ? -1 : 1) > 0)
    .toSorted((a, b) => bytes(sortKey(a), sortKey(b)) || bytes(a.key, b.key));
  const ordered = range.reverse === true ? found.toReversed() : found;
  return ordered.slice(0, range.limit).map(({ key, value, revision, indexKey }) => ({ key, value, revision, ...(range.index === undefined ? {} : { indexKey }) }));
}
