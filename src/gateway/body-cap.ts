// Stops bodies that are too large for what they ask, before anything buffers them.
import { remembered } from "../core/remembered.ts";
import type { WireRequest } from "../protocol/wire.ts";
import { limits } from "../services/lambda/limits.ts";
import type { Exchange } from "./exchange.ts";
import { bodyTooLarge } from "./faults.ts";

interface BodyCap {
  readonly method: string;
  readonly path: RegExp;
  readonly limitBytes: number;
  /** As AWS's refusal calls it. */
  readonly operation: string;
}

const payloadBytes = limits.requestPayloadBytes;
/** 50 MB of zipped code are as much as this in a request, as base64 in JSON; AWS's refusal names the number. */
const codeBytes = 70_167_211;

const caps: readonly BodyCap[] = [
  { method: "POST", path: /^\/2015-03-31\/functions\/[^/]+\/invocations$/, limitBytes: payloadBytes, operation: "InvokeFunction" },
  { method: "POST", path: /^\/2014-11-13\/functions\/[^/]+\/invoke-async\/?$/, limitBytes: payloadBytes, operation: "InvokeAsync" },
  { method: "POST", path: /^\/2021-11-15\/functions\/[^/]+\/response-streaming-invocations$/, limitBytes: payloadBytes, operation: "InvokeWithResponseStream" },
  { method: "POST", path: /^\/2015-03-31\/functions\/?$/, limitBytes: codeBytes, operation: "CreateFunction" },
  { method: "PUT", path: /^\/2015-03-31\/functions\/[^/]+\/code$/, limitBytes: codeBytes, operation: "UpdateFunctionCode" },
  { method: "POST", path: /^\/2018-10-31\/layers\/[^/]+\/versions$/, limitBytes: codeBytes, operation: "PublishLayerVersion" },
];

export function capBody(): (exchange: Exchange) => void {
  const capsOf = remembered((path) => caps.filter((cap) => cap.path.test(path)));
  return (exchange) => capped(exchange, capsOf);
}

function capped(exchange: Exchange, capsOf: (path: string) => readonly BodyCap[]): void {
  const { request } = exchange;
  if (request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined) return;
  const cap = capsOf(request.path).find(({ method }) => method === request.method);
  // Not routed yet, but the paths are Lambda's: it says in which protocol to refuse.
  if (cap !== undefined) exchange.serviceName = "lambda";
  exchange.request = cappedRequest(request, cap?.limitBytes ?? codeBytes, cap?.operation);
}

/** The request with a body that ends in a fault when it is too large; throws when it already says that it is. */
export function cappedRequest(request: WireRequest, limitBytes: number, operation: string | undefined): WireRequest {
  const { "content-length": declared, "transfer-encoding": framing } = request.headers;
  // The parser lets no more than the declared length through, so a smaller one needs no counting.
  if (declared !== undefined && Number(declared) > limitBytes) throw bodyTooLarge(limitBytes, operation);
  return declared !== undefined || framing === undefined ? request : { ...request, body: counted(request.body, limitBytes, operation) };
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
  operation: string | undefined,
): AsyncGenerator<Uint8Array> {
  let receivedBytes = 0;
  for await (const chunk of body) {
    receivedBytes += chunk.byteLength;
    if (receivedBytes > limitBytes) throw bodyTooLarge(limitBytes, operation);
    yield chunk;
  }
}
