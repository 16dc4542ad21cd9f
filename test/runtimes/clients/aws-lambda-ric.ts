// Node.js's official client from npm, started by a bootstrap of one line. It compiles a curl and a C++ client of its own
// when it is installed, which takes a minute.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { built, locate, step } from "../../harness/build-cache.ts";
import { exitStatus, type RuntimeClient } from "../client.ts";

export const awsLambdaRic: RuntimeClient = {
  language: "Node.js",
  client: "aws-lambda-ric 4.0.2",
  runs: "`provided.al2023`, `bootstrap` that starts `aws-lambda-ric`",
  handlers: { cases: "app.handler", stream: "app.stream", broken: "broken.handler" },
  async build() {
    const npm = locate("npm");
    for (const compiler of ["cmake", "g++", "make", "python3"]) locate(compiler);
    // Those of any version will do: its addon keeps to Node-API. npm would fetch them from nodejs.org.
    const headers = locate("../include/node/node_api.h");
    const nodeFolder = join(dirname(headers), "..", "..");
    const steps = ["install", "--prefix", ".", "--no-save", "--ignore-scripts=false", "aws-lambda-ric@4.0.2"];
    const folder = await built({
      sources: new URL("../../fixtures/clients/node", import.meta.url).pathname,
      recipe: [process.execPath, ...steps],
      isSlow: true,
      async build(draft) {
        await step(npm, [...steps, `--nodedir=${nodeFolder}`], draft);
        const bootstrap = `#!/bin/sh\nexec ${process.execPath} "$LAMBDA_TASK_ROOT/node_modules/aws-lambda-ric/index.mjs" "$_HANDLER"\n`;
        await writeFile(join(draft, "bootstrap"), bootstrap, { mode: 0o755 });
      },
    });
    return { folder, configuration: { runtime: "provided.al2023" } };
  },
  error: { errorType: "TypeError", errorMessage: "no", more: ["trace"] },
  // Unlike the managed runtime's, this client leaves it to Node.js to end the process.
  uncaught: exitStatus(1),
  initError: { errorType: "TypeError", errorMessage: "no", more: ["trace"] },
  concurrent: { AWS_LAMBDA_NODEJS_WORKER_COUNT: "2" },
  logged: (line, requestId) => new RegExp(`^[0-9T:.-]+Z\t${requestId}\tINFO\t${line}$`, "m"),
};
