// No client at all: a shell script that speaks the Runtime API with curl.
import { locate } from "../../harness/build-cache.ts";
import { exitStatus, type RuntimeClient } from "../client.ts";

export const shell: RuntimeClient = {
  language: "Shell",
  client: "curl",
  runs: "`provided.al2023`, script `bootstrap`",
  handlers: { cases: "any", broken: "broken" },
  lateAfterSeconds: 3,
  async build() {
    locate("curl");
    return { folder: new URL("../../fixtures/clients/shell", import.meta.url).pathname, configuration: { runtime: "provided.al2023" } };
  },
  error: { errorType: "Refused", errorMessage: "no" },
  // What `set -e` makes of a command that fails.
  uncaught: exitStatus(2),
  initError: { errorType: "Broken", errorMessage: "no" },
  logged: (line) => new RegExp(`^${line}$`, "m"),
  without: { "stream error": "curl sends no trailers" },
};
