// PUT /2022-07-01/telemetry, and PUT /2020-08-15/logs before it: an extension wants to hear what is logged.
import type { Reply } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import type { TelemetryApi } from "../telemetry-port.ts";
import { identifierOf } from "./extension-request.ts";
import { parseSubscription } from "./subscription-request.ts";

/** Ours: a subscription has a few hundred. */
const mostSubscriptionBytes = 64 * 1024;

const subscribed: Reply = { status: 200, contentType: "application/json", body: Buffer.from('"OK"') };

// AWS's own examples end in a slash, its clients' requests do not.
const subscribe = (api: TelemetryApi, path: RegExp): Route => ({
  method: "PUT",
  path,
  mostBodyBytes: mostSubscriptionBytes,
  run({ head, ports }, body) {
    const identifier = identifierOf(head);
    ports.telemetry.subscribe(identifier, parseSubscription(api, body));
    return subscribed;
  },
});

export const telemetrySubscribe = subscribe("telemetry", /^\/2022-07-01\/telemetry\/?$/);
export const logsSubscribe = subscribe("logs", /^\/2020-08-15\/logs\/?$/);
