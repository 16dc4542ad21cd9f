// Markers of lists: the key of the last item of a page, in a form that callers do not take apart.
import { invalidMarker } from "../faults/lists.ts";
import { limits } from "../limits.ts";

export interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** AWS cuts pages at 50 whatever was asked for. */
export const pageSize = ({ MaxItems }: PageInput): number => Math.min(MaxItems ?? limits.pageItems, limits.pageItems);

/** The key after which the page begins; undefined: at the start. An empty marker means none, as clients send it. */
export function readMarker({ Marker }: PageInput): string | undefined {
  if (Marker === undefined || Marker === "") return undefined;
  const key = Buffer.from(Marker, "base64url").toString();
  if (writeMarker(key) !== Marker) throw invalidMarker();
  return key;
}

/** The same of a list in order of numbers. */
export function readNumberMarker(input: PageInput): number | undefined {
  const key = readMarker(input);
  if (key === undefined) return undefined;
  if (!/^\d{1,10}$/.test(key)) throw invalidMarker();
  return Number(key);
}

const writeMarker = (key: string): string => Buffer.from(key).toString("base64url");

/** Cuts what was read (one item more than a page holds, if there is one) into a page and the marker of the next. */
export function cutPage<Item>(
  items: readonly Item[],
  size: number,
  keyOf: (item: Item) => string,
): { readonly page: readonly Item[]; readonly nextMarker: { NextMarker?: string } } {
  const page = items.slice(0, size);
  const last = page.at(-1);
  return {
    page,
    nextMarker: items.length > size && last !== undefined ? { NextMarker: writeMarker(keyOf(last)) } : {},
  };
}
