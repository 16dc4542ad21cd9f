import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { services } from "../../src/protocol/service-table.ts";
import { membersOf, schemasOf } from "../../src/protocol/shape.ts";
import { coverage, coveragePage, operationFile } from "../../tools/coverage.ts";

const covered = await coverage();
const root = new URL("../../", import.meta.url);

test("docs/coverage.md is what tools/coverage.ts prints", async () => {
  expect(readFileSync(new URL("docs/coverage.md", root), "utf8")).toBe(await coveragePage());
});

test("a service is covered", () => {
  expect(covered.map(({ service }) => service)).toContain("lambda");
});

describe.each(covered)("$service", ({ service, table, members }) => {
  test("lists every operation of its client, done or refused", async () => {
    const client = await services.find(({ name }) => name === service)?.load();
    const modelled = schemasOf(client ?? {}).operations.map(({ name }) => name);
    expect(table.map(({ operation }) => operation).toSorted()).toEqual(modelled.toSorted());
  });

  test("has one file for each operation that is done, and no other", () => {
    const done = table.filter((entry) => entry.done).map(({ operation }) => operationFile(operation));
    const files = readdirSync(new URL(`src/services/${service}/operations/`, root)).filter((name) => !name.endsWith(".test.ts"));
    expect(files.toSorted()).toEqual(done.toSorted());
  });

  test("has a word for every input member of what is done", async () => {
    const client = await services.find(({ name }) => name === service)?.load();
    for (const { name, input } of schemasOf(client ?? {}).operations) {
      const described = members.get(name);
      if (described === undefined) continue;
      const tops = new Set(described.map(({ path }) => path.split(/[. ]/)[0]));
      expect([name, membersOf(input).filter(([member]) => !tops.has(member))]).toEqual([name, []]);
    }
  });

  test("is tried through its official client on a live server, in each operation that is done", () => {
    const folder = new URL(`test/wire/${service}/`, root);
    const tests = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
    const untried = table.filter(({ operation, done }) => done && !tests.includes(`new ${operation}Command(`));
    expect(untried).toEqual([]);
  });
});
