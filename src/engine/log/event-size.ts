// No event of a log is longer than its store takes: what is comes in pieces.
import { longestMessageBytes } from "../../observe/log-sink.ts";

/** Whether it surely fits, as nearly every one does. A UTF-16 unit has three bytes of UTF-8 at most. */
export const isOneEvent = (message: string): boolean => message.length * 3 <= longestMessageBytes;

/** In order, none cut inside a character. One as a rule. */
export function eventMessages(message: string): readonly string[] {
  if (isOneEvent(message) || Buffer.byteLength(message) <= longestMessageBytes) return [message];
  const bytes = Buffer.from(message);
  const pieces: string[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = characterStart(bytes, Math.min(start + longestMessageBytes, bytes.length));
    pieces.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return pieces;
}

/** The last place up to `at` where a character begins. */
function characterStart(bytes: Buffer, at: number): number {
  let place = at;
  while (place < bytes.length && ((bytes[place] ?? 0) & 0xc0) === 0x80) place -= 1;
  return place;
}
