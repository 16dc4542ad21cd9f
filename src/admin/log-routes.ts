// `/_lambent/logs`: lines of a log group or of one function, those of the past and those that come.
import type { Scope } from "../core/context.ts";
import { defaultLogGroup, isStreamOf, logGroupOf } from "../functions/logging.ts";
import type { FunctionRepository } from "../functions/repository.ts";
import type { ExtraRoute } from "../gateway/exchange.ts";
import type { FileLogSink, LogGroupId, LoggedEvent } from "../observe/file-log-sink.ts";
import type { WireResponse } from "../protocol/wire.ts";
import { json } from "./json-bodies.ts";
import { FollowedLines } from "./followed-lines.ts";

export interface LogRouteParts {
  readonly logs: FileLogSink;
  readonly functions: Pick<FunctionRepository, "find">;
  /** Aborted when the instance stops: nobody who follows the logs may hold that up. */
  readonly ending: AbortSignal;
}

/** Lines that `lambent logs` shows of the past unless asked for more. */
const defaultLineLimit = 1000;

interface Wanted {
  readonly group: LogGroupId;
  readonly isWanted: (event: LoggedEvent) => boolean;
  readonly sinceMs: number;
  /** Of the past. */
  readonly limit: number;
}

export const logRoute = ({ logs, functions, ending }: LogRouteParts): ExtraRoute => ({
  prefix: "/_lambent/logs",
  access: "signed",
  respond: async ({ query }, caller) => logLines(logs, functions, new URLSearchParams(query), { ...caller, signal: AbortSignal.any([caller.connection.signal, ending]) }),
});

/**
 * Lines of the caller's account and region as JSON lines, oldest first; with `follow=true` also those that come, until
 * the caller goes or we do. Query: `group`, or `function` for those of one function in the group that it logs to now;
 * `since` (epoch milliseconds), `limit` (of the past).
 */
async function logLines(
  logs: FileLogSink,
  functions: LogRouteParts["functions"],
  query: URLSearchParams,
  caller: Scope & { readonly signal: AbortSignal },
): Promise<WireResponse> {
  const [sinceMs, limit] = [Number(query.get("since") ?? 0), Number(query.get("limit") ?? defaultLineLimit)];
  const place = await placeOf(query, caller, functions);
  if (place === undefined || Number.isNaN(sinceMs) || !Number.isSafeInteger(limit) || limit < 0) {
    return json(400, { message: "Give group or function, since as a number, and limit as a whole number." });
  }
  const wanted = { ...place, sinceMs, limit };
  const events = query.get("follow") === "true" ? followed(logs, wanted, caller.signal) : pastOf(logs, wanted);
  return { status: 200, headers: { "content-type": "application/x-ndjson" }, body: asJsonLines(events) };
}

async function placeOf(
  query: URLSearchParams,
  { account, region }: Scope,
  functions: LogRouteParts["functions"],
): Promise<Pick<Wanted, "group" | "isWanted"> | undefined> {
  const [group, name] = [query.get("group") ?? "", query.get("function") ?? ""];
  if (group !== "") return { group: { account, region, group }, isWanted: () => true };
  if (name === "") return undefined;
  const id = { account, region, name };
  const found = await functions.find(id);
  // The lines of a function outlive it.
  const own = found === undefined ? defaultLogGroup(name) : logGroupOf(id, found.record.configuration);
  const isShared = own !== defaultLogGroup(name);
  return { group: { account, region, group: own }, isWanted: ({ stream }) => !isShared || isStreamOf(name, stream) };
}

async function* pastOf(logs: FileLogSink, { group, isWanted, sinceMs, limit }: Wanted): AsyncGenerator<readonly LoggedEvent[]> {
  yield await logs.read(group, { sinceMs, limit, isWanted });
}

/** Followed from before the read, so that no line falls between; what the read brought of the new ones is left out. */
async function* followed(logs: FileLogSink, wanted: Wanted, signal: AbortSignal): AsyncGenerator<readonly LoggedEvent[]> {
  const { group, isWanted } = wanted;
  const lines = new FollowedLines();
  const leave = logs.follow((of, events) => {
    if (of.group === group.group && of.account === group.account && of.region === group.region) lines.push(events.filter(isWanted));
  });
  const gone = (): void => lines.close();
  signal.addEventListener("abort", gone);
  try {
    const past = await logs.read(group, wanted);
    yield past;
    const known = new Set(past.map((event) => JSON.stringify(event)));
    lines.keep((event) => !known.has(JSON.stringify(event)));
    if (signal.aborted) return;
    yield* lines;
  } finally {
    signal.removeEventListener("abort", gone);
    leave();
  }
}

async function* asJsonLines(batches: AsyncIterable<readonly LoggedEvent[]>): AsyncGenerator<Uint8Array> {
  for await (const events of batches) {
    if (events.length > 0) yield Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }
}
