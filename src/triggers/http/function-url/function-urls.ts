// The door of function URLs: a request comes in, an event goes to the engine, its outcome goes out. Nothing here reads
// the store once the URL and its policy are in memory.
import type { Clock } from "../../../core/clock.ts";
import type { AccountId, CallContext, Principal } from "../../../core/context.ts";
import { Fault } from "../../../core/faults.ts";
import type { Ids, RequestId } from "../../../core/ids.ts";
import type { Engine, InvokeRequest } from "../../../engine/engine.ts";
import { leaveWhenAborted } from "../../../engine/leave-when-aborted.ts";
import { traceOrNew } from "../../../engine/trace.ts";
import { formatFunctionUrl } from "../../../functions/function-url.ts";
import { latestVersion } from "../../../functions/function-version.ts";
import type { FoundUrl, UrlCatalog } from "../../../functions/url-catalog.ts";
import type { Logger } from "../../../observe/logger.ts";
import type { WireRequest, WireResponse } from "../../../protocol/wire.ts";
import { limits } from "../../../services/lambda/limits.ts";
import { iamCaller, requireAccess, type AccessParts } from "./access.ts";
import { bufferedResponse } from "./buffered-response.ts";
import { answerPreflight, withCors } from "./cors.ts";
import { badGateway, forbidden, refused, requestTooLarge, unknownUrl } from "./refusals.ts";
import { eventOf, type EventRequest, type IamCaller } from "./request-event.ts";
import { streamedResponse } from "./streamed-response.ts";

/** A request to a URL as the gateway brings it. */
export interface UrlRequest {
  readonly urlId: string;
  /** As the host names it; undefined in the path form. */
  readonly region: string | undefined;
  readonly requestId: RequestId;
  /** Method, headers, and path and query as the function sees them. */
  readonly wire: Pick<WireRequest, "method" | "path" | "query" | "headers">;
  /** Name, value, name, value, … as sent. */
  readonly rawHeaders: readonly string[];
  /** `HTTP/1.1` */
  readonly protocol: string;
  /** IP address of the peer. */
  readonly sourceAddress: string;
  /** Base URL by which the caller reached us. */
  readonly endpoint: string;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  /** Who signed the request for Lambda in this region; undefined: nobody. Rejects with AWS's fault when the signature is wrong. */
  signedCaller(region: string): Promise<SignedCaller | undefined>;
  /** The whole body, once. Rejects with the fault RequestEntityTooLargeException over 6 MB. */
  body(): Promise<Uint8Array>;
}

export interface SignedCaller {
  readonly account: AccountId;
  /** Anonymous where signatures are not verified. */
  readonly principal: Principal;
  readonly accessKeyId: string;
}

export interface FunctionUrls {
  serve(request: UrlRequest): Promise<WireResponse>;
}

export interface FunctionUrlParts extends AccessParts {
  readonly urls: UrlCatalog;
  readonly engine: Pick<Engine, "invoke" | "stream">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

export const functionUrls = (parts: FunctionUrlParts): FunctionUrls => ({
  async serve(request) {
    const response = await respond(parts, request);
    response.headers["x-amzn-RequestId"] = request.requestId;
    return response;
  },
});

async function respond(parts: FunctionUrlParts, request: UrlRequest): Promise<WireResponse> {
  const finding = parts.urls.find(request.urlId);
  const found = finding instanceof Promise ? await finding : finding;
  if (found === undefined || (request.region ?? found.function.region) !== found.function.region) return unknownUrl();
  const { cors } = found.url;
  return answerPreflight(cors, request.wire) ?? withCors(await answer(parts, found, request), cors, request.wire);
}

async function answer(parts: FunctionUrlParts, found: FoundUrl, request: UrlRequest): Promise<WireResponse> {
  try {
    const caller = await admit(parts, found, request);
    const invocation = await invocationOf(parts, { found, caller, request });
    return found.url.invokeMode === "RESPONSE_STREAM"
      ? await runStreaming(parts, invocation, request)
      : await runBuffered(parts, invocation);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { requestId, urlId, wire } = request;
    const level = error.kind === "client" ? "debug" : "warn";
    // Never the query: people put secrets there.
    parts.log[level]({ requestId, urlId, method: wire.method, path: wire.path, code: error.code, error: error.cause }, "url-refused");
    return refused(error);
  }
}

/** Undefined: AuthType NONE, whose callers are anonymous. */
async function admit(parts: FunctionUrlParts, found: FoundUrl, request: UrlRequest): Promise<IamCaller | undefined> {
  const { function: id, url } = found;
  const signed = url.authType === "AWS_IAM" ? await request.signedCaller(id.region) : undefined;
  if (url.authType === "AWS_IAM" && signed === undefined) throw forbidden(new Error("the request is not signed"));
  const context: CallContext = {
    account: signed?.account ?? id.account,
    region: id.region,
    principal: signed?.principal ?? { kind: "anonymous" },
    requestId: request.requestId,
    trace: undefined,
    sourceArn: undefined,
    sourceAccount: undefined,
    sourceAddress: request.sourceAddress,
    userAgent: request.wire.headers["user-agent"],
    endpoint: request.endpoint,
    connection: request,
  };
  await requireAccess(parts, found, context);
  return signed === undefined ? undefined : iamCaller(context, signed.accessKeyId);
}

interface Admitted {
  readonly found: FoundUrl;
  readonly caller: IamCaller | undefined;
  readonly request: UrlRequest;
}

async function invocationOf({ clock, ids }: FunctionUrlParts, { found, caller, request }: Admitted): Promise<InvokeRequest> {
  const { function: id, url } = found;
  const { requestId, wire, rawHeaders, protocol, sourceAddress } = request;
  const body = await request.body();
  const sent = wire.headers["x-amzn-trace-id"];
  const trace = traceOrNew(sent, clock, ids);
  const eventRequest: EventRequest = { ...wire, rawHeaders, host: hostOf(found, request), protocol, sourceIp: sourceAddress, body };
  const payload = eventOf(eventRequest, {
    urlId: url.urlId,
    requestId,
    nowMs: clock.now(),
    // Of a new trace AWS shows the root alone.
    trace: trace === sent ? trace : trace.slice(0, trace.indexOf(";")),
    caller,
  });
  if (payload.byteLength > limits.requestPayloadBytes) throw requestTooLarge(limits.requestPayloadBytes);
  const qualifier = url.qualifier === latestVersion ? undefined : url.qualifier;
  return { function: id, qualifier, payload, requestId, clientContext: undefined, trace, logTail: false };
}

/** In the path form the function sees what it would see in the other. */
const hostOf = ({ function: id, url }: FoundUrl, { region, wire, endpoint }: UrlRequest): string =>
  region === undefined ? new URL(formatFunctionUrl(url.urlId, id.region, endpoint)).host : (wire.headers["host"] ?? "");

async function runBuffered({ engine }: FunctionUrlParts, invocation: InvokeRequest): Promise<WireResponse> {
  const { payload, functionError, contentType, trace } = await engine.invoke(invocation);
  return traced(functionError === undefined ? bufferedResponse(payload, contentType) : undefined, trace);
}

async function runStreaming({ engine }: FunctionUrlParts, invocation: InvokeRequest, { signal, wire }: UrlRequest): Promise<WireResponse> {
  const streamed = await engine.stream(invocation);
  leaveWhenAborted(streamed.body, signal);
  if (!streamed.isStreamed) {
    const [[payload = new Uint8Array(0)], { error }] = await Promise.all([Array.fromAsync(streamed.body), streamed.completed]);
    return traced(error === undefined ? bufferedResponse(payload, streamed.contentType) : undefined, streamed.trace);
  }
  const response = traced(await streamedResponse(streamed), streamed.trace);
  if (wire.method !== "HEAD") return response;
  // Nobody will read it.
  await streamed.body[Symbol.asyncIterator]().return?.();
  return { ...response, body: undefined };
}

function traced(response: WireResponse | undefined, trace: string): WireResponse {
  const answered = response ?? badGateway();
  answered.headers["X-Amzn-Trace-Id"] = trace;
  return answered;
}
