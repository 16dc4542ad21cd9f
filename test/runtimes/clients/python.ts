// Our own Python bootstrap, under a release that AWS manages.
import { Missing } from "../../harness/build-cache.ts";
import { installed } from "../guest-host.ts";
import type { RuntimeClient } from "../client.ts";

export const python = (runtime: string): RuntimeClient => {
  // Python 3.8's runtime is older than this member.
  const more = runtime === "python3.8" ? ["stackTrace"] : ["requestId", "stackTrace"];
  return {
    language: "Python",
    client: "guest/python",
    runs: `\`${runtime}\``,
    handlers: { cases: "app.handler", broken: "broken.handler" },
    async build() {
      if ((await installed(runtime)).length === 0) throw new Missing(`${runtime} is not installed`);
      return { folder: new URL("../../fixtures/clients/python", import.meta.url).pathname, configuration: { runtime } };
    },
    error: { errorType: "ValueError", errorMessage: "no", more },
    uncaught: { errorType: "Runtime.ExitError", errorMessage: /Runtime exited with error: signal: aborted$/ },
    initError: { errorType: "ValueError", errorMessage: "no", more },
    logged: (line, requestId) => new RegExp(`^\\[INFO\\]\t[0-9T:.-]+Z\t${requestId}\t${line}$`, "m"),
    without: { streaming: "Lambda's Python has no response streaming" },
  };
};
