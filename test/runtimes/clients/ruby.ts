// Our own Ruby bootstrap, under a release that AWS manages.
import { Missing } from "../../harness/build-cache.ts";
import { installedRuntimes } from "../../harness/installed-runtimes.ts";
import type { RuntimeClient } from "../client.ts";

export const ruby = (runtime: string): RuntimeClient => ({
  language: "Ruby",
  client: "guest/ruby",
  runs: `\`${runtime}\``,
  handlers: { cases: "app.cases", broken: "broken.handler" },
  async build() {
    if (!(await installedRuntimes(runtime)).has(runtime)) throw new Missing(`${runtime} is not installed`);
    return { folder: new URL("../../fixtures/clients/ruby", import.meta.url).pathname, configuration: { runtime } };
  },
  error: { errorType: "Function<RuntimeError>", errorMessage: "no", more: ["stackTrace"] },
  uncaught: { errorType: "Function<NameError>", errorMessage: /^undefined local variable or method [`']nothing_of_this_name'/, more: ["stackTrace"] },
  initError: { errorType: "Init<RuntimeError>", errorMessage: "no", more: ["stackTrace"] },
  logged: (line, requestId) => new RegExp(`^I, \\[\\d{4}-\\d\\d-\\d\\dT\\S{15} #\\d+\\]  INFO ${requestId} -- : ${line}$`, "m"),
  without: { streaming: "Lambda's Ruby has no response streaming" },
});
