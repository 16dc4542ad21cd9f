// Which characters a message may have: those of XML 1.0.
import { invalidCharacter } from "../faults/messages.ts";

// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Fault: a character that a message may not have, a lone surrogate among them. */
export function requireMessageCharacters(text: string): void {
  if (text.isWellFormed() && !forbidden.test(text)) return;
  const at = text.search(forbidden);
  const code = at < 0 ? (/\p{Surrogate}/u.exec(text)?.[0] ?? "").charCodeAt(0) : text.charCodeAt(at);
  throw invalidCharacter(`#x${code.toString(16).toUpperCase()}`);
}
