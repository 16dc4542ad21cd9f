// The Runtime API over the framed channel (guest/PROTOCOL.md), for the bootstraps that we ship. The protocol has no
// error replies: a guest that speaks out of order or wrongly loses its environment.
import { Fault } from "../../../core/faults.ts";
import type { SandboxChannel } from "../../../sandbox/sandbox.ts";
import { brokenFrame } from "../faults.ts";
import { errorCauseOfJson } from "../routes/error-cause.ts";
import {
  maxResponseBytes,
  type Invocation,
  type ReportedError,
  type ResponseSink,
  type RuntimeFront,
  type RuntimePort,
  type RuntimeResponse,
} from "../runtime-port.ts";
import { frameType, FrameReader, headerBytes, type Frame, type FrameReceiver } from "./frame-reader.ts";

export function openFramedFront(channel: SandboxChannel, port: RuntimePort): RuntimeFront {
  const front = new FramedFront(channel, port);
  channel.onBytes((bytes) => front.hear(bytes));
  return front;
}

const releaseFrame = Buffer.concat([Buffer.from([frameType.release]), Buffer.alloc(headerBytes - 1)]);

class FramedFront implements RuntimeFront, FrameReceiver {
  readonly #channel: SandboxChannel;
  readonly #port: RuntimePort;
  readonly #reader = new FrameReader(maxResponseBytes, this);
  /** Of the response that the guest is streaming. */
  #sink: ResponseSink | undefined;
  /** Whether an event is with the guest that it has not begun to answer. */
  #hasEvent = false;
  #requestId = "";
  /** As JSON: nearly always the same, invoke after invoke. */
  readonly #arn = { text: "", json: "" };
  #open = true;

  constructor(channel: SandboxChannel, port: RuntimePort) {
    this.#channel = channel;
    this.#port = port;
  }

  deliver(invocation: Invocation): void {
    this.#hasEvent = true;
    this.#requestId = invocation.requestId;
    const { invokedArn } = invocation;
    if (invokedArn !== this.#arn.text) Object.assign(this.#arn, { text: invokedArn, json: JSON.stringify(invokedArn) });
    this.#channel.write(invokeFrame(invocation, this.#arn.json));
  }

  release(): void {
    this.#channel.write([releaseFrame]);
  }

  /** The channel itself is the sandbox's, which closes it. */
  close(): void {
    this.#open = false;
  }

  hear(bytes: Buffer): void {
    if (!this.#open) return;
    try {
      this.#reader.push(bytes);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#open = false;
      this.#port.violate(error.message);
    }
  }

  frame(frame: Frame): void {
    if (!this.#open) return;
    if (this.#sink !== undefined) this.#end(frame, this.#sink);
    else if (frame.type === frameType.next) this.#poll();
    else if (frame.type === frameType.response && frame.body !== undefined && this.#isUsualMeta(frame.meta)) this.#respond(frame.body);
    else this.#answer(frame, parseMeta(frame.meta));
  }

  /** Whether it names the event that is with the guest and says no more, as our bootstraps write it: it need not be parsed. */
  #isUsualMeta(meta: Buffer): boolean {
    return meta.length === this.#requestId.length + 16 && meta.toString("latin1") === `{"requestId":"${this.#requestId}"}`;
  }

  #respond(body: Buffer): void {
    this.#hasEvent = false;
    this.#port.respond(this.#requestId, { kind: "whole", body });
  }

  /** No event is lost on a channel, so that nobody asks for the same one again, as over HTTP. */
  #poll(): void {
    if (this.#hasEvent) throw brokenFrame("a poll beside an event that is not answered");
    this.#port.next(this);
  }

  chunk(bytes: Buffer): void {
    if (!this.#open) return;
    if (this.#sink === undefined) throw brokenFrame("a chunk of no response");
    try {
      if (!this.#sink.write(bytes)) this.#channel.pause();
    } catch (error) {
      // The invoke has failed by it. What the guest writes on is dropped by the sink: its function may come to its end.
      if (!(error instanceof Fault) || error.code !== "RequestEntityTooLarge") throw error;
    }
  }

  #answer({ type, body }: Frame, meta: object): void {
    this.#hasEvent = false;
    switch (type) {
      case frameType.response:
        this.#port.respond(text(meta, "requestId"), wholeResponse(body, optionalText(meta, "contentType")));
        return;
      case frameType.responseBegin:
        this.#sink = this.#port.beginResponse(text(meta, "requestId"), { contentType: text(meta, "contentType") });
        this.#sink.onRoom(() => this.#channel.resume());
        return;
      case frameType.error:
        // An error over the response limit is itself a response over the limit.
        if (body === undefined) this.#port.respond(text(meta, "requestId"), { kind: "too-large" });
        else this.#port.fail(text(meta, "requestId"), reportedError(meta, body));
        return;
      case frameType.initError:
        this.#port.failInit(reportedError(meta, body ?? Buffer.alloc(0)));
        return;
      default:
        throw brokenFrame(`frame of type ${type} at the wrong time`);
    }
  }

  #end({ type, meta: bytes, body }: Frame, sink: ResponseSink): void {
    if (type !== frameType.responseEnd) throw brokenFrame(`frame of type ${type} inside a response`);
    this.#sink = undefined;
    const meta = parseMeta(bytes);
    if (optionalText(meta, "errorType") === undefined) sink.end();
    else sink.fail(reportedError(meta, body ?? Buffer.alloc(0)));
  }
}

const wholeResponse = (body: Buffer | undefined, contentType: string | undefined): RuntimeResponse =>
  body === undefined ? { kind: "too-large" } : { kind: "whole", body, ...(contentType === undefined ? {} : { contentType }) };

function reportedError(meta: object, body: Uint8Array): ReportedError {
  const sent = optionalText(meta, "xrayCause");
  const xrayCause = sent === undefined ? undefined : errorCauseOfJson(sent);
  return { errorType: text(meta, "errorType"), body, ...(xrayCause === undefined ? {} : { xrayCause }) };
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
  const value = optionalText(meta, member);
  if (value === undefined) throw brokenFrame(`meta lacks ${member}`);
  return value;
}

function optionalText(meta: object, member: string): string | undefined {
  // hasOwn: what objects inherit was not sent.
  const value: unknown = Object.hasOwn(meta, member) ? Reflect.get(meta, member) : undefined;
  return typeof value === "string" ? value : undefined;
}

function invokeFrame(invocation: Invocation, arnJson: string): Uint8Array[] {
  const { requestId, deadlineMs, trace, clientContext, cognitoIdentity, tenantId, payload } = invocation;
  // By hand, member by member: an object that is made to be written costs three times as much.
  let meta = `{"requestId":"${requestId}","deadlineMs":${deadlineMs},"invokedFunctionArn":${arnJson}`;
  if (trace !== undefined) meta += `,"traceId":${JSON.stringify(trace)}`;
  if (clientContext !== undefined) meta += `,"clientContext":${JSON.stringify(clientContext)}`;
  if (cognitoIdentity !== undefined) meta += `,"cognitoIdentity":${JSON.stringify(cognitoIdentity)}`;
  if (tenantId !== undefined) meta += `,"tenantId":${JSON.stringify(tenantId)}`;
  return encodeFrame(frameType.invoke, `${meta}}`, payload);
}

/** For a guest that was started ahead of its environment: where it is to be, and what is to change in its variables; null: it goes. */
export const variablesFrame = (cwd: string, variables: Readonly<Record<string, string | null>>): Uint8Array[] =>
  encodeFrame(frameType.variables, JSON.stringify({ cwd }), Buffer.from(JSON.stringify(variables)));

/** Whether this is all that such a guest says before it has its variables. */
export const isBootedFrame = (bytes: Buffer): boolean => bytes.length === headerBytes && bytes[0] === frameType.booted && bytes.subarray(1).every((byte) => byte === 0);

function encodeFrame(type: number, meta: string, body: Uint8Array): Uint8Array[] {
  const metaLength = Buffer.byteLength(meta);
  const isSmall = body.length <= copiedBytes;
  const head = Buffer.allocUnsafe(headerBytes + metaLength + (isSmall ? body.length : 0));
  head[0] = type;
  head.writeUInt32BE(metaLength, 1);
  head.writeUInt32BE(body.length, 5);
  head.write(meta, headerBytes);
  if (!isSmall) return [head, body];
  head.set(body, headerBytes + metaLength);
  return [head];
}

/** Up to here a body is copied behind its head at once. */
const copiedBytes = 2048;
