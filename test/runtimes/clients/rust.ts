// Rust's official client, compiled with the dependencies that its lock file names.
import { copyFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { built, locate, step } from "../../harness/build-cache.ts";
import { exitStatus, type RuntimeClient } from "../client.ts";

export const rust: RuntimeClient = {
  language: "Rust",
  client: "lambda_runtime 1.5.0",
  runs: "`provided.al2023`, executable `bootstrap`",
  handlers: { cases: "any", broken: "broken" },
  async build() {
    const compiler = locate("cargo", join(homedir(), ".cargo", "bin"));
    const steps = ["build", "--release", "--locked", "--target-dir", "target"];
    const folder = await built({
      sources: new URL("../../fixtures/clients/rust", import.meta.url).pathname,
      recipe: steps,
      isSlow: true,
      async build(draft) {
        await step(compiler, steps, draft);
        await copyFile(join(draft, "target", "release", "bootstrap"), join(draft, "bootstrap"));
        await rm(join(draft, "target"), { recursive: true });
      },
    });
    return { folder, configuration: { runtime: "provided.al2023" } };
  },
  error: { errorType: "&alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>", errorMessage: "no" },
  uncaught: { errorType: "&alloc::boxed::Box<dyn core::any::Any + core::marker::Send>", errorMessage: "Lambda panicked: no" },
  // The client reports nothing before its first event.
  initError: exitStatus(1),
  concurrent: {},
  logged: (line, requestId) => new RegExp(`^ INFO Lambda runtime invoke\\{.*requestId="${requestId}".*\\}: ${line}$`, "m"),
  without: { "stream error": "lambda_runtime 1.5.0 writes the trailers of a failed stream into its body" },
};
