// What the command line needs and AWS has no API for: the `/_lambent/` routes. Of these, functions reach
// links to code only.
import { createReadStream } from "node:fs";
import type { CallContext } from "../core/context.ts";
import type { ExtraRoute } from "../gateway/exchange.ts";
import type { FileLogSink, LoggedEvent, LogGroupId } from "../observe/file-log-sink.ts";
import type { WireResponse } from "../protocol/wire.ts";
import type { Blobs } from "../store/blob.ts";
import { signingRoutes, type SigningParts } from "./signing-routes.ts";
import { downloadPath, type SignedDownloadLinks } from "./download-links.ts";
import { json } from "./json-bodies.ts";
import { developmentRoutes, type DevelopmentRouteParts } from "./development/development-routes.ts";
import { layerRoutes, type LayerRouteParts } from "./layers/layer-routes.ts";

export interface AdminParts extends SigningParts, LayerRouteParts, DevelopmentRouteParts {
  readonly blobs: Blobs;
  readonly links: SignedDownloadLinks;
  readonly logs: FileLogSink;
  readonly version: string;
  /** Aborted when the instance stops: nobody who follows the logs may hold that up. */
  readonly ending: AbortSignal;
}

/** Lines that `lambent logs` shows of the past unless asked for more. */
const defaultLineLimit = 1000;

export const adminRoutes = (parts: AdminParts): readonly ExtraRoute[] => [
  ...ownRoutes(parts),
  ...signingRoutes(parts),
  ...layerRoutes(parts),
  ...developmentRoutes(parts),
];

const ownRoutes = ({ blobs, links, logs, version, ending }: AdminParts): readonly ExtraRoute[] => [
  { prefix: "/_lambent/health", access: "open", respond: async () => json(200, { status: "ok", version }) },
  {
    prefix: "/_lambent/logs",
    access: "signed",
    respond: async ({ query }, { account, region, signal }) =>
      logLines(logs, new URLSearchParams(query), { account, region, signal: AbortSignal.any([signal, ending]) }),
  },
  {
    prefix: downloadPath,
    access: "link",
    respond: async ({ path, query }) => {
      const sha256 = links.blobOf(path, new URLSearchParams(query));
      const file = sha256 === undefined ? undefined : await blobs.path(sha256);
      if (file === undefined) return json(403, { message: "This link has expired or was not made here." });
      return { status: 200, headers: { "content-type": "application/zip" }, body: createReadStream(file) };
    },
  },
];

/**
 * Lines of the caller's account and region as JSON lines, oldest first; with `follow=true` also those that come, until
 * the caller goes or we do. Query: `group`, `since` (epoch milliseconds), `limit` (of the past).
 */
function logLines(logs: FileLogSink, query: URLSearchParams, caller: Pick<CallContext, "account" | "region" | "signal">): WireResponse {
  const group = { account: caller.account, region: caller.region, group: query.get("group") ?? "" };
  const past = { sinceMs: Number(query.get("since") ?? 0), limit: Number(query.get("limit") ?? defaultLineLimit) };
  if (group.group === "" || Number.isNaN(past.sinceMs) || !Number.isSafeInteger(past.limit) || past.limit < 0) {
    return json(400, { message: "Give group, since as a number, and limit as a whole number." });
  }
  const events = query.get("follow") === "true" ? followed(logs, group, past, caller.signal) : logs.read(group, past.sinceMs, past.limit);
  return { status: 200, headers: { "content-type": "application/x-ndjson" }, body: asLogLines(events) };
}

/** Followed from before the read, so that no line falls between; what the read brought of the new ones is left out. */
async function* followed(
  logs: FileLogSink,
  group: LogGroupId,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedEvent[]> {
  let waiting: LoggedEvent[] = [];
  let news = Promise.withResolvers<void>();
  const leave = logs.follow((of, events) => {
    if (of.group !== group.group || of.account !== group.account || of.region !== group.region) return;
    waiting.push(...events);
    news.resolve();
  });
  const gone = (): void => news.resolve();
  signal.addEventListener("abort", gone);
  try {
    const past = await logs.read(group, sinceMs, limit);
    yield past;
    const known = new Set(past.map((event) => JSON.stringify(event)));
    waiting = waiting.filter((event) => !known.has(JSON.stringify(event)));
    while (!signal.aborted) {
      if (waiting.length === 0) {
        news = Promise.withResolvers();
        await news.promise;
      }
      const events = waiting;
      waiting = [];
      yield events;
    }
  } finally {
    signal.removeEventListener("abort", gone);
    leave();
  }
}

async function* asLogLines(batches: AsyncIterable<readonly LoggedEvent[]> | Promise<readonly LoggedEvent[]>): AsyncGenerator<Uint8Array> {
  const iterable = batches instanceof Promise ? [await batches] : batches;
  for await (const events of iterable) {
    if (events.length > 0) yield Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }
}
