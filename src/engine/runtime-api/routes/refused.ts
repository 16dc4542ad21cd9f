// Routes that exist on AWS and not here yet. They say so: who believes that it has subscribed would lose telemetry in silence.
import { notSupported } from "../faults.ts";
import type { Route } from "../http/route.ts";

const refuse = (method: Route["method"], path: RegExp, what: string): Route => ({
  method,
  path,
  run() {
    throw notSupported(what);
  },
});

export const refused: readonly Route[] = [
  refuse("PUT", /^\/2022-07-01\/telemetry$/, "The Telemetry API"),
  refuse("PUT", /^\/2020-08-15\/logs$/, "The Logs API"),
  refuse("GET", /^\/2018-06-01\/runtime\/restore\/next$/, "SnapStart"),
  refuse("POST", /^\/2018-06-01\/runtime\/restore\/error$/, "SnapStart"),
];
