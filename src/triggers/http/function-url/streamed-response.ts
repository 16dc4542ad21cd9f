// What a function streams, as an HTTP answer: its head first, if it sends one, then chunk by chunk as written.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
import { Fault } from "../../../core/faults.ts";
import type { StreamedInvoke } from "../../../engine/engine.ts";
import type { WireResponse } from "../../../protocol/wire.ts";
import { isJsonObject, readHead, type ResponseHead } from "./response-head.ts";

/** Says that status, headers and cookies come first: JSON, eight NULs, the body. */
export const integrationResponseType = "application/vnd.awslambda.http-integration-response";

const separator = Buffer.alloc(8);
const defaultType = "application/octet-stream";
/** AWS says no limit; node takes no more headers than this from a server, and browsers less. */
const mostPreludeBytes = 256 * 1024;

/** Undefined when AWS would answer 502: the function failed before the body began, or sent a head that is none. */
export async function streamedResponse(streamed: StreamedInvoke): Promise<WireResponse | undefined> {
  const { body, contentType } = streamed;
  if (contentType !== integrationResponseType) {
    const head = plainHead(contentType);
    return head && { ...head, body: untilFailure(new Uint8Array(0), body, streamed) };
  }
  const chunks = body[Symbol.asyncIterator]();
  const prelude = await readPrelude(chunks);
  const head = prelude === undefined ? undefined : headOf(prelude.json);
  if (prelude === undefined || head === undefined) {
    await chunks.return?.();
    return undefined;
  }
  return { ...head, body: untilFailure(prelude.rest, { [Symbol.asyncIterator]: () => chunks }, streamed) };
}

/** The same of a response that was streamed and collected, for a caller who takes it whole. */
export function collectedResponse(payload: Uint8Array, contentType: string): WireResponse | undefined {
  if (contentType !== integrationResponseType) {
    const head = plainHead(contentType);
    return head && { ...head, body: payload };
  }
  const prelude = cutPrelude(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
  const head = prelude === undefined ? undefined : headOf(prelude.json);
  return prelude === undefined || head === undefined ? undefined : { ...head, body: prelude.rest };
}

const plainHead = (contentType: string): ResponseHead | undefined => readHead({ statusCode: 200 }, contentType);

interface Prelude {
  readonly json: Buffer;
  /** What came of the body with the end of the prelude. */
  readonly rest: Uint8Array;
}

/** Undefined: none within the limit. Looks at each byte once, however small the chunks are. */
async function readPrelude(chunks: AsyncIterator<Uint8Array>): Promise<Prelude | undefined> {
  const read: Uint8Array[] = [];
  let readBytes = 0;
  // The separator may begin in what came before.
  let tail = Buffer.alloc(0);
  while (readBytes <= mostPreludeBytes) {
    const { done = false, value } = await chunks.next();
    if (done) return undefined;
    read.push(value);
    readBytes += value.byteLength;
    const seen = Buffer.concat([tail, value]);
    if (seen.includes(separator)) return cutPrelude(Buffer.concat(read));
    tail = seen.subarray(Math.max(0, seen.byteLength - separator.byteLength + 1));
  }
  return undefined;
}

function cutPrelude(read: Buffer): Prelude | undefined {
  const end = read.indexOf(separator);
  return end < 0 || end > mostPreludeBytes ? undefined : { json: read.subarray(0, end), rest: read.subarray(end + separator.byteLength) };
}

function headOf(json: Buffer): ResponseHead | undefined {
  try {
    const value: unknown = JSON.parse(json.toString());
    return isJsonObject(value) ? readHead({ statusCode: 200, ...value }, defaultType) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Rejects at the end when the function failed in the middle: the head is out, and the connection must not end as if all were well. */
async function* untilFailure(first: Uint8Array, rest: AsyncIterable<Uint8Array>, { completed }: StreamedInvoke): AsyncGenerator<Uint8Array> {
  if (first.byteLength > 0) yield first;
  yield* rest;
  const { error } = await completed;
  if (error !== undefined) throw brokenOff(error.errorType);
}

/** Never sent: who reads it is Lambent's own log. */
const brokenOff = (errorType: string): Fault =>
  new Fault({ code: "FunctionUrlResponseBrokenOff", status: 502, message: `The function failed in the middle of its response: ${errorType}` });
