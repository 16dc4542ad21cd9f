// GET /metadata/execution-environment: where this environment runs, for whoever has its token.
import { timingSafeEqual } from "node:crypto";
import { unauthorised } from "../faults.ts";
import type { Route } from "../http/route.ts";

/** It never changes within one environment. */
const cacheControl = "Cache-Control: private, max-age=43200, immutable\r\n";

export const executionEnvironment: Route = {
  method: "GET",
  path: /^\/2026-01-15\/metadata\/execution-environment$/,
  mostBodyBytes: 0,
  run({ head, ports: { metadata } }) {
    const given = Buffer.from(/^Bearer +(\S+)$/i.exec(head.headers.get("authorization") ?? "")?.[1] ?? "");
    const token = Buffer.from(metadata.token);
    if (given.length !== token.length || !timingSafeEqual(given, token)) throw unauthorised();
    const body = Buffer.from(JSON.stringify({ AvailabilityZoneID: metadata.availabilityZoneId }));
    return { status: 200, contentType: "application/json", headers: cacheControl, body };
  },
};
