// What a function that does not stream returned, as an HTTP answer.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
import type { WireResponse } from "../../../protocol/wire.ts";
import { collectedResponse } from "./streamed-response.ts";
import { isJsonObject, readHead, type JsonObject } from "./response-head.ts";

/**
 * Undefined when AWS would answer 502: no JSON, or a response that is none. `contentType`: what the runtime called the
 * payload, if anything; one that is not JSON says how to take it, as that of a streamed response does.
 */
export function bufferedResponse(payload: Uint8Array, contentType = "application/json"): WireResponse | undefined {
  const value = parse(payload);
  if (value === undefined) return contentType.startsWith("application/json") ? undefined : collectedResponse(payload, contentType);
  if (isJsonObject(value) && Object.hasOwn(value, "statusCode")) return composed(value);
  // A string goes without its quotes, everything else as JSON without blanks.
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(text) };
}

/** Undefined, which JSON does not have: it is none. */
function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function composed(value: JsonObject): WireResponse | undefined {
  const head = readHead(value, "application/json");
  const { body = "", isBase64Encoded } = value;
  const text = body === null ? "" : body;
  if (head === undefined || typeof text !== "string") return undefined;
  // Bytes also of a text: node would write the head before a string in the string's encoding.
  return { ...head, body: Buffer.from(text, isBase64Encoded === true ? "base64" : "utf8") };
}
