// The Runtime API over the framed channel (guest/PROTOCOL.md), for the bootstraps that we ship. The protocol has no
// error replies: a guest that speaks out of order or wrongly loses its environment.
import { Fault } from "../../../core/faults.ts";
import type { SandboxChannel } from "../../../sandbox/sandbox.ts";
import { brokenFrame } from "../faults.ts";
import { maxResponseBytes, type Invocation, type RuntimeFront, type RuntimePort } from "../runtime-port.ts";
import { frameType, FrameReader, headerBytes, type Frame } from "./frame-reader.ts";

export function openFramedFront(channel: SandboxChannel, port: RuntimePort): RuntimeFront {
  let open = true;
  const front: RuntimeFront = {
    deliver: (invocation) => channel.write(invokeFrame(invocation)),
    // The channel itself is the sandbox's, which closes it.
    close: () => {
      open = false;
    },
  };
  const reader = new FrameReader(maxResponseBytes, (frame) => {
    if (open) dispatch(frame, port, front);
  });
  channel.onBytes((bytes) => {
    if (!open) return;
    try {
      reader.push(bytes);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      open = false;
      port.violate(error.message);
    }
  });
  return front;
}

function dispatch(frame: Frame, port: RuntimePort, front: RuntimeFront): void {
  if (frame.type === frameType.next) {
    port.next(front);
    return;
  }
  const meta = parseMeta(frame.meta);
  switch (frame.type) {
    case frameType.response:
      port.respond(text(meta, "requestId"), frame.body === undefined ? { kind: "too-large" } : { kind: "whole", body: frame.body });
      return;
    case frameType.error:
      // An error over the response limit is itself a response over the limit.
      if (frame.body === undefined) port.respond(text(meta, "requestId"), { kind: "too-large" });
      else port.fail(text(meta, "requestId"), { errorType: text(meta, "errorType"), body: frame.body });
      return;
    case frameType.initError:
      port.failInit({ errorType: text(meta, "errorType"), body: frame.body ?? Buffer.alloc(0) });
      return;
    default:
      throw brokenFrame(`unknown frame type ${frame.type}`);
  }
}

function parseMeta(bytes: Buffer): object {
  let meta: unknown;
  try {
    meta = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw brokenFrame("meta is not JSON");
  }
  if (typeof meta !== "object" || meta === null) throw brokenFrame("meta is not an object");
  return meta;
}

function text(meta: object, member: string): string {
  // hasOwn: what objects inherit was not sent.
  const value: unknown = Object.hasOwn(meta, member) ? Reflect.get(meta, member) : undefined;
  if (typeof value !== "string") throw brokenFrame(`meta lacks ${member}`);
  return value;
}

function invokeFrame(invocation: Invocation): Uint8Array[] {
  const { requestId, deadlineMs, invokedArn, trace, clientContext, payload } = invocation;
  // JSON.stringify leaves undefined members out.
  const meta = JSON.stringify({ requestId, deadlineMs, invokedFunctionArn: invokedArn, traceId: trace, clientContext });
  const metaLength = Buffer.byteLength(meta);
  const head = Buffer.allocUnsafe(headerBytes + metaLength);
  head.writeUInt8(frameType.invoke, 0);
  head.writeUInt32BE(metaLength, 1);
  head.writeUInt32BE(payload.length, 5);
  head.write(meta, headerBytes);
  return [head, payload];
}
