// Our own Node.js bootstrap, under a release that AWS manages.
import { Missing } from "../../harness/build-cache.ts";
import { installed } from "../guest-host.ts";
import type { RuntimeClient } from "../client.ts";

export const node = (runtime: string): RuntimeClient => ({
  language: "Node.js",
  client: "guest/node",
  runs: `\`${runtime}\``,
  handlers: { cases: "app.handler", stream: "app.stream", broken: "broken.handler" },
  async build() {
    if ((await installed(runtime)).length === 0) throw new Missing(`${runtime} is not installed`);
    return { folder: new URL("../../fixtures/clients/node", import.meta.url).pathname, configuration: { runtime } };
  },
  error: { errorType: "TypeError", errorMessage: "no", more: ["trace"] },
  uncaught: { errorType: "RangeError", errorMessage: "no", more: ["trace"] },
  initError: { errorType: "TypeError", errorMessage: "no", more: ["trace"] },
  logged: (line, requestId) => new RegExp(`^[0-9T:.-]+Z\t${requestId}\tINFO\t${line}$`, "m"),
});
