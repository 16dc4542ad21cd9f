// What the command line needs and AWS has no API for: one table of `/_lambent/` routes. Not reachable from functions.
import { timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { isAccountId, isRegion } from "../core/context.ts";
import type { FileLogSink, LoggedEvent, LogGroupId } from "../observe/file-log-sink.ts";
import type { Blobs } from "../store/store.ts";
import { downloadPath, type SignedDownloadLinks } from "./download-links.ts";

export interface AdminParts {
  readonly blobs: Blobs;
  readonly links: SignedDownloadLinks;
  readonly logs: FileLogSink;
  readonly version: string;
  /** What `Authorization: Bearer …` must carry; undefined where authentication is off. */
  readonly token: string | undefined;
}

type AdminRoute = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export const adminPrefix = "/_lambent/";

/** Lines that `lambent logs` shows of the past unless asked for more. */
const defaultLineLimit = 1000;

/** The handler of everything under `/_lambent/`. */
export function adminRoutes(parts: AdminParts): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const routes: Readonly<Record<string, AdminRoute>> = {
    "/_lambent/health": async (_, response) => sendJson(response, 200, { status: "ok", version: parts.version }),
    "/_lambent/logs": (_, response, url) => sendLogs(parts.logs, response, url),
  };
  return async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method !== "GET") {
      sendJson(response, 405, { message: "Only GET is answered here." });
    } else if (url.pathname.startsWith(downloadPath)) {
      await sendBlob(parts, response, url);
    } else if (!isAuthorized(request, parts.token)) {
      sendJson(response, 401, { message: "Send the adminToken of operator.json in the data directory as Authorization: Bearer." });
    } else {
      const route = routes[url.pathname];
      if (route === undefined) sendJson(response, 404, { message: `There is no ${url.pathname}.` });
      else await route(request, response, url);
    }
  };
}

function isAuthorized(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = Buffer.from(request.headers.authorization ?? "");
  const right = Buffer.from(`Bearer ${token}`);
  return given.length === right.length && timingSafeEqual(given, right);
}

async function sendBlob({ blobs, links }: AdminParts, response: ServerResponse, url: URL): Promise<void> {
  const sha256 = links.blobOf(url.pathname, url.searchParams);
  const path = sha256 === undefined ? undefined : await blobs.path(sha256);
  if (path === undefined) {
    sendJson(response, 403, { message: "This link has expired or was not made here." });
    return;
  }
  response.writeHead(200, { "content-type": "application/zip" });
  await pipeline(createReadStream(path), response);
}

/** Lines as they were kept, oldest first, as JSON lines; with `follow=true` also those that come, until the client goes. */
async function sendLogs(logs: FileLogSink, response: ServerResponse, url: URL): Promise<void> {
  const query = url.searchParams;
  const group = logGroupOf(query);
  if (group === undefined) {
    sendJson(response, 400, { message: "Give account, region and group." });
    return;
  }
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const send = (events: readonly LoggedEvent[]): void => {
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  };
  if (query.get("follow") !== "true") {
    send(await logs.read(group, sinceOf(query), limitOf(query)));
    response.end();
    return;
  }
  // Followed from before the read, so that no line falls between; what came meanwhile is already in what was read.
  let early: LoggedEvent[] | undefined = [];
  const leave = logs.follow((of, events) => {
    if (of.group !== group.group || of.account !== group.account || of.region !== group.region) return;
    if (early === undefined) send(events);
    else early.push(...events);
  });
  response.once("close", leave);
  const past = await logs.read(group, sinceOf(query), limitOf(query));
  const seen = new Set(past.map((event) => JSON.stringify(event)));
  send(past);
  send(early.filter((event) => !seen.has(JSON.stringify(event))));
  early = undefined;
}

function logGroupOf(query: URLSearchParams): LogGroupId | undefined {
  const [account, region, group] = [query.get("account") ?? "", query.get("region") ?? "", query.get("group") ?? ""];
  return isAccountId(account) && isRegion(region) && group !== "" ? { account, region, group } : undefined;
}

const sinceOf = (query: URLSearchParams): number => Number(query.get("since") ?? 0) || 0;
const limitOf = (query: URLSearchParams): number => Number(query.get("limit") ?? defaultLineLimit) || defaultLineLimit;

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
