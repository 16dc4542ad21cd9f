// Lists: in order of names, cut into pages whose token callers do not take apart.
import type { Stored } from "../../../store/collection.ts";
import type { Kind, Records } from "../../../store/records.ts";
import type { Scope } from "../../../core/context.ts";
import { invalid } from "../faults/base.ts";
import { limits } from "../limits.ts";

export interface PageInput {
  readonly NextToken?: string | undefined;
  readonly Limit?: number | undefined;
}

interface Listed<Content> {
  readonly items: readonly Stored<Content>[];
  readonly next: { NextToken?: string };
}

/** Records whose keys begin with `prefix`, one page of them. */
export async function listRecords<Content extends object>(
  records: Records,
  scope: Scope,
  kind: Kind<Content>,
  { NextToken, Limit = limits.pageItems, prefix = "", keep = () => true }: PageInput & { readonly prefix?: string; readonly keep?: (record: Content) => boolean },
): Promise<Listed<Content>> {
  const after = readToken(NextToken);
  const stored = await records.scan(scope, kind, { prefix, ...(after === undefined ? {} : { after }) });
  const kept = stored.filter(({ record }) => keep(record));
  const items = kept.slice(0, Limit);
  const last = items.at(-1);
  return { items, next: kept.length > items.length && last !== undefined ? { NextToken: writeToken(last.key) } : {} };
}

/** A page of what is at hand. */
export function cutPage<Item>(items: readonly Item[], { NextToken, Limit = limits.pageItems }: PageInput, keyOf: (item: Item) => string) {
  const after = readToken(NextToken);
  const left = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = left.slice(0, Limit);
  const last = page.at(-1);
  return { page, next: left.length > page.length && last !== undefined ? { NextToken: writeToken(keyOf(last)) } : {} };
}

const writeToken = (key: string): string => Buffer.from(key).toString("base64url");

function readToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  const key = Buffer.from(token, "base64url").toString();
  if (writeToken(key) !== token) throw invalid("Parameter NextToken is not valid.");
  return key;
}
