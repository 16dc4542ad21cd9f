// The wildcard operator: `*` stands for any run of characters, `\*` and `\\` for themselves. Matches in time linear in
// the text, whatever the pattern.
import { InvalidPattern } from "./invalid-pattern.ts";

/** Fault: InvalidPattern. `at`: where the pattern stands in its text. */
export function wildcardTest(pattern: string, at: number): (text: string) => boolean {
  const pieces = piecesOf(pattern, at).map((piece) => ({ piece, failures: failuresOf(piece) }));
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (first === undefined || last === undefined) return (text) => text === pieces[0]?.piece;
  return (text) => {
    if (!text.startsWith(first.piece)) return false;
    let from = first.piece.length;
    for (const { piece, failures } of rest) {
      from = endOfFirst(text, { piece, failures }, from);
      if (from < 0) return false;
    }
    return text.length - last.piece.length >= from && text.endsWith(last.piece);
  };
}

/** What stands between the stars; one piece when there is no star. */
function piecesOf(pattern: string, at: number): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    // AWS counts from the quote that opens the pattern.
    const position = index + 1;
    if (character === "*") {
      if (pattern.charAt(index + 1) === "*") throw new InvalidPattern(`Consecutive wildcard characters at pos ${position}`, at);
      pieces.push(piece);
      piece = "";
    } else if (character === "\\") {
      const escaped = pattern.charAt(++index);
      if (escaped !== "*" && escaped !== "\\") throw new InvalidPattern(`Invalid escape character at pos ${position}`, at);
      piece += escaped;
    } else {
      piece += character;
    }
  }
  return [...pieces, piece];
}

interface Piece {
  readonly piece: string;
  /** For each prefix of the piece the length of its longest end that is also its beginning (Knuth, Morris, Pratt). */
  readonly failures: readonly number[];
}

function failuresOf(piece: string): readonly number[] {
  const failures = [0];
  let length = 0;
  for (let index = 1; index < piece.length; index++) {
    while (length > 0 && piece.charAt(index) !== piece.charAt(length)) length = failures[length - 1] ?? 0;
    if (piece.charAt(index) === piece.charAt(length)) length++;
    failures.push(length);
  }
  return failures;
}

/** Offset after the first occurrence from `from` on; -1: none. */
function endOfFirst(text: string, { piece, failures }: Piece, from: number): number {
  if (piece === "") return from;
  let length = 0;
  for (let index = from; index < text.length; index++) {
    while (length > 0 && text.charAt(index) !== piece.charAt(length)) length = failures[length - 1] ?? 0;
    if (text.charAt(index) === piece.charAt(length)) length++;
    if (length === piece.length) return index + 1;
  }
  return -1;
}
