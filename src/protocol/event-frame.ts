// Frames of event streams (application/vnd.amazon.eventstream): one message each, with headers, a body and checksums.
// Coded by @smithy/core, but cut out of the stream here: the library reserves whatever length a frame claims.
// https://smithy.io/2.0/aws/amazon-eventstream.html
import { EventStreamCodec } from "@smithy/core/event-streams";
import type { Message } from "@smithy/types";
import { serialization } from "./faults.ts";

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
);

export const encodeFrame = (message: Message): Uint8Array => codec.encode(message);

export function decodeFrame(frame: Uint8Array): Message {
  try {
    return codec.decode(frame);
  } catch (error) {
    throw serialization("Malformed event stream frame.", error);
  }
}

// Prelude and two checksums; and what AWS's own implementation refuses to exceed (aws-c-event-stream).
const shortestFrameBytes = 16;
const longestFrameBytes = 24 * 1024 * 1024;

function frameLength(bytes: Buffer): number {
  const length = bytes.readUInt32BE(0);
  if (length >= shortestFrameBytes && length <= longestFrameBytes) return length;
  throw serialization("Malformed event stream frame.");
}

/** Messages of a stream, wherever its chunks are cut. */
export async function* messagesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let neededBytes = 4;
  for await (const chunk of body) {
    pending.push(chunk);
    pendingBytes += chunk.byteLength;
    // Joined only when a frame is complete, so that single bytes do not cost a copy of the frame each.
    if (pendingBytes < neededBytes) continue;
    let bytes = Buffer.concat(pending);
    for (;;) {
      neededBytes = bytes.byteLength < 4 ? 4 : frameLength(bytes);
      if (bytes.byteLength < neededBytes) break;
      yield decodeFrame(bytes.subarray(0, neededBytes));
      bytes = bytes.subarray(neededBytes);
    }
    pending = [bytes];
    pendingBytes = bytes.byteLength;
  }
  if (pendingBytes > 0) throw serialization("Truncated event stream frame.");
}
