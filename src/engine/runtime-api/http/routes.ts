// Every route of the guest-facing HTTP API, the busiest first.
import { methodNotAllowed, noSuchRoute } from "../faults.ts";
import { error } from "../routes/error.ts";
import { executionEnvironment } from "../routes/execution-environment.ts";
import { extensionExitError } from "../routes/extension-exit-error.ts";
import { extensionInitError } from "../routes/extension-init-error.ts";
import { extensionNext } from "../routes/extension-next.ts";
import { extensionRegister } from "../routes/extension-register.ts";
import { initError } from "../routes/init-error.ts";
import { next } from "../routes/next.ts";
import { ping } from "../routes/ping.ts";
import { refused } from "../routes/refused.ts";
import { response } from "../routes/response.ts";
import { logsSubscribe, telemetrySubscribe } from "../routes/telemetry-subscribe.ts";
import type { Route } from "./route.ts";

const routes: readonly Route[] = [
  next,
  response,
  error,
  extensionNext,
  initError,
  extensionRegister,
  extensionInitError,
  extensionExitError,
  executionEnvironment,
  telemetrySubscribe,
  logsSubscribe,
  ping,
  ...refused,
];

export function findRoute(method: string, path: string): { readonly route: Route; readonly requestId: string } {
  let known = false;
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match === null) continue;
    if (route.method === method) return { route, requestId: match[1] ?? "" };
    known = true;
  }
  throw known ? methodNotAllowed() : noSuchRoute();
}
