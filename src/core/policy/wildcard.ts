// Patterns with `*` (any text, also none) and `?` (any one character) against texts. The first place where a piece
// between two stars fits is always a right one, so nothing is ever tried again: the time is at most the length of the
// text times that of the longest piece.

/** Any text; any one character. */
export type Wildcard = "*" | "?";

/** A pattern in parts: literal texts, and wildcards as objects, so that a literal `*` is no wildcard. */
export type PatternPart = string | { readonly wildcard: Wildcard };

/** What stands between two stars: texts at their places, with holes for `?`. */
interface Piece {
  readonly length: number;
  readonly runs: readonly { readonly at: number; readonly text: string }[];
}

/** Compiled. Between each two pieces is a star. */
export interface Pattern {
  readonly first: Piece;
  readonly middle: readonly Piece[];
  /** Undefined: there is no star, and `first` is the whole of it. */
  readonly last: Piece | undefined;
}

export function compilePattern(parts: readonly PatternPart[]): Pattern {
  const pieces: Piece[] = [];
  let runs: { at: number; text: string }[] = [];
  let length = 0;
  for (const part of parts) {
    if (typeof part === "string") {
      if (part !== "") runs.push({ at: length, text: part });
      length += part.length;
    } else if (part.wildcard === "?") {
      length += 1;
    } else {
      pieces.push({ length, runs });
      [runs, length] = [[], 0];
    }
  }
  const end: Piece = { length, runs };
  const [first, ...middle] = pieces;
  return first === undefined ? { first: end, middle: [], last: undefined } : { first, middle, last: end };
}

/** Characters are UTF-16 code units; ARNs have no others. */
export function matchesPattern({ first, middle, last }: Pattern, text: string): boolean {
  if (!fits(first, text, 0)) return false;
  if (last === undefined) return text.length === first.length;
  let from = first.length;
  for (const piece of middle) {
    const at = find(piece, text, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  const lastAt = text.length - last.length;
  return lastAt >= from && fits(last, text, lastAt);
}

function find(piece: Piece, text: string, from: number): number {
  const [run] = piece.runs;
  // Without a hole it is a plain search, which the engine does well.
  if (run !== undefined && run.text.length === piece.length) return text.indexOf(run.text, from);
  for (let at = from; at + piece.length <= text.length; at++) if (fits(piece, text, at)) return at;
  return -1;
}

const fits = (piece: Piece, text: string, at: number): boolean =>
  at + piece.length <= text.length && piece.runs.every((run) => text.startsWith(run.text, at + run.at));
