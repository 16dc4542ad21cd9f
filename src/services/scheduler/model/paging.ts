// Lists: in order of names, cut into pages whose token callers do not take apart.
import { invalidToken } from "../faults/schedules.ts";
import { limits } from "../limits.ts";

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export function cutPage<Item>(items: readonly Item[], { NextToken, MaxResults = limits.pageItems }: PageInput, keyOf: (item: Item) => string) {
  const after = readToken(NextToken);
  const left = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = left.slice(0, MaxResults);
  const last = page.at(-1);
  return { page, next: left.length > page.length && last !== undefined ? { NextToken: writeToken(keyOf(last)) } : {} };
}

const writeToken = (key: string): string => Buffer.from(key).toString("base64url");

function readToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  const key = Buffer.from(token, "base64url").toString();
  if (writeToken(key) !== token) throw invalidToken();
  return key;
}
