// Lists: in order of keys, a hundred a page; callers do not take tokens apart.
import type { Scope } from "../../../core/context.ts";
import type { Stored } from "../../../store/collection.ts";
import type { Kind, Records } from "../../../store/records.ts";
import { invalidToken } from "../faults/base.ts";
import { limits } from "../limits.ts";

interface Asked {
  readonly prefix?: string;
  readonly token: string | undefined;
}

interface Listed<Content> {
  readonly items: readonly Stored<Content>[];
  readonly next: { NextToken?: string };
}

/** Fault: no token of ours. */
export async function listRecords<Content extends object>(records: Records, scope: Scope, kind: Kind<Content>, { prefix = "", token }: Asked): Promise<Listed<Content>> {
  const after = token === undefined || token === "" ? undefined : readToken(token);
  const found = await records.scan(scope, kind, { prefix, limit: limits.pageItems + 1, ...(after === undefined ? {} : { after }) });
  const items = found.slice(0, limits.pageItems);
  const last = items.at(-1);
  return { items, next: found.length > items.length && last !== undefined ? { NextToken: Buffer.from(last.key).toString("base64") } : {} };
}

function readToken(token: string): string {
  const key = Buffer.from(token, "base64").toString();
  if (key === "" || Buffer.from(key).toString("base64") !== token) throw invalidToken();
  return key;
}
