// ListFunctions: functions in order of their names; with FunctionVersion=ALL each followed by its versions.
import { setImmediate } from "node:timers/promises";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Scope } from "../../../core/context.ts";
import { latestVersion } from "../../../functions/function-version.ts";
import type { LambdaHandler } from "../api.ts";
import { invalidMarker, masterRegionNeedsAll } from "../faults/lists.ts";
import { latestOutput, listed, versionOutput } from "../model/function-output.ts";
import { cutPage, pageSize, readMarker } from "../model/paging.ts";
import type { LambdaParts } from "../parts.ts";

export const listFunctions =
  (parts: LambdaParts): LambdaHandler<"ListFunctions"> =>
  async (input, context) => {
    const everyVersion = input.FunctionVersion === "ALL";
    if (input.MasterRegion !== undefined && !everyVersion) throw masterRegionNeedsAll();
    // A region asks for the replicas of Lambda@Edge functions of that region, and there are none.
    if (input.MasterRegion !== undefined && input.MasterRegion !== "ALL") return { Functions: [] };
    const { account, region } = context;
    const size = pageSize(input);
    const read = everyVersion ? readVersions : readFunctions;
    const items = await read(parts, { account, region }, { after: readMarker(input), limit: size + 1 });
    const { page, nextMarker } = cutPage(items, size, ({ key }) => key);
    return { ...nextMarker, Functions: await showPage(page) };
  };

/** Invokes pass between the pieces of a page: whoever lists everything in a loop must not hold up functions. */
async function showPage(page: readonly ListItem[]): Promise<FunctionConfiguration[]> {
  const shown: FunctionConfiguration[] = [];
  for (const [index, { show }] of page.entries()) {
    if (index % shownAtOnce === 0) await setImmediate();
    shown.push(listed(await show()));
  }
  // Writing the answer down is a piece of its own.
  await setImmediate();
  return shown;
}

const shownAtOnce = 10;

interface ListItem {
  /** What a marker holds: `NAME`, or `NAME:VERSION` when versions are listed. */
  readonly key: string;
  /** Only what is on the page is asked for. */
  readonly show: () => Promise<FunctionConfiguration>;
}

interface Range {
  readonly after: string | undefined;
  readonly limit: number;
}

async function readFunctions(parts: LambdaParts, scope: Scope, range: Range): Promise<readonly ListItem[]> {
  const stored = await parts.functions.listFunctions(scope, range);
  return stored.map(({ record }) => ({
    key: record.name,
    show: () => latestOutput(parts, { ...scope, name: record.name }, record),
  }));
}

async function readVersions(parts: LambdaParts, scope: Scope, range: Range): Promise<readonly ListItem[]> {
  const [afterName, afterVersion] = range.after?.split(":") ?? [];
  if (range.after !== undefined && !/^[^:]+:\d{1,10}$/.test(range.after)) throw invalidMarker();
  const items: ListItem[] = [];
  // The page may have ended in the middle of a function.
  if (afterName !== undefined)
    items.push(...(await readVersionsOf(parts, scope, afterName, { after: Number(afterVersion ?? 0), limit: range.limit })));
  const following = await parts.functions.listFunctions(scope, { after: afterName, limit: range.limit });
  for (const { record } of following) {
    if (items.length >= range.limit) break;
    const { name } = record;
    items.push({ key: `${name}:0`, show: () => latestOutput(parts, { ...scope, name }, record, latestVersion) });
    items.push(...(await readVersionsOf(parts, scope, name, { after: 0, limit: range.limit - items.length })));
  }
  return items.slice(0, range.limit);
}

async function readVersionsOf(
  parts: LambdaParts,
  scope: Scope,
  name: string,
  range: { readonly after: number; readonly limit: number },
): Promise<readonly ListItem[]> {
  const id = { ...scope, name };
  const stored = await parts.functions.listVersions(id, range);
  return stored.map(({ record }) => ({ key: `${name}:${record.version}`, show: () => versionOutput(parts, id, record) }));
}
