// Pages of queues: there are some only for callers who ask for a number of results.
import { invalidMaxResults, invalidNextToken } from "../faults/queues.ts";
import { limits } from "../limits.ts";

interface Asked {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** `items` are in the order of their names; a token is the last name of the page before. */
export function pageOf<Item extends { readonly name: string }>(items: readonly Item[], { MaxResults: most, NextToken: token }: Asked) {
  if (most !== undefined && !(most >= 1 && most <= limits.listedQueues)) throw invalidMaxResults(most);
  const after = token === undefined ? "" : Buffer.from(token, "base64url").toString();
  if (token !== undefined && (after === "" || Buffer.from(after).toString("base64url") !== token)) throw invalidNextToken();
  const left = items.filter(({ name }) => name > after);
  const page = left.slice(0, most ?? limits.listedQueues);
  const isLast = most === undefined || page.length === left.length;
  return { items: page, NextToken: isLast ? undefined : Buffer.from(page.at(-1)?.name ?? "").toString("base64url") };
}
