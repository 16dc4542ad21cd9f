// Python's official client from PyPI, started by a bootstrap of one line.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { built, locate, step } from "../../harness/build-cache.ts";
import type { RuntimeClient } from "../client.ts";

export const awslambdaric: RuntimeClient = {
  language: "Python",
  client: "awslambdaric 4.2.2",
  runs: "`provided.al2023`, `bootstrap` that starts `python3 -m awslambdaric`",
  handlers: { cases: "app.handler", broken: "broken.handler" },
  async build() {
    const python = locate("python3");
    const steps = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", "packages", "awslambdaric==4.2.2"];
    const folder = await built({
      sources: new URL("../../fixtures/clients/python", import.meta.url).pathname,
      recipe: [python, ...steps],
      async build(draft) {
        await step(python, steps, draft);
        const bootstrap = `#!/bin/sh\nPYTHONPATH="$LAMBDA_TASK_ROOT/packages" exec ${python} -m awslambdaric "$_HANDLER"\n`;
        await writeFile(join(draft, "bootstrap"), bootstrap, { mode: 0o755 });
      },
    });
    return { folder, configuration: { runtime: "provided.al2023" } };
  },
  error: { errorType: "ValueError", errorMessage: "no", more: ["requestId", "stackTrace"] },
  uncaught: { errorType: "Runtime.ExitError", errorMessage: /Runtime exited with error: signal: aborted$/ },
  initError: { errorType: "ValueError", errorMessage: "no", more: ["requestId", "stackTrace"] },
  concurrent: {},
  logged: (line, requestId) => new RegExp(`^\\[INFO\\]\t[0-9T:.-]+Z\t${requestId}\t${line}$`, "m"),
  without: { streaming: "Lambda's Python has no response streaming" },
};
