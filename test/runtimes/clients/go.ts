// Go's official client, compiled into a static executable.
import { built, locate, step } from "../../harness/build-cache.ts";
import { exitStatus, type RuntimeClient } from "../client.ts";

/** The folder of an executable `bootstrap`. */
export function compiledGo(sources: string): Promise<string> {
  const compiler = locate("go", "/usr/local/go/bin", "/usr/lib/go-1.23/bin");
  const steps = ["build", "-mod=readonly", "-trimpath", "-tags=lambda.norpc", "-o", "bootstrap", "."];
  // A Go that is older than go.mod asks for fetches the right one.
  return built({ sources, recipe: steps, build: (draft) => step(compiler, steps, draft, { CGO_ENABLED: "0" }) });
}

export const go: RuntimeClient = {
  language: "Go",
  client: "github.com/aws/aws-lambda-go 1.55.1",
  runs: "`provided.al2023`, executable `bootstrap`",
  handlers: { cases: "any", broken: "broken" },
  async build() {
    const folder = await compiledGo(new URL("../../fixtures/clients/go", import.meta.url).pathname);
    return { folder, configuration: { runtime: "provided.al2023" } };
  },
  error: { errorType: "errorString", errorMessage: "no" },
  uncaught: { errorType: "string", errorMessage: "no", more: ["stackTrace"] },
  // The client reports nothing before its first event.
  initError: exitStatus(2),
  concurrent: {},
  logged: (line) => new RegExp(`^${line}$`, "m"),
};
