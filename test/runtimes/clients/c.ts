// No client at all: a C program that speaks the Runtime API over plain sockets.
import { built, locate, step } from "../../harness/build-cache.ts";
import { exitStatus, type RuntimeClient } from "../client.ts";

export const c: RuntimeClient = {
  language: "C",
  client: "sockets",
  runs: "`provided.al2023`, executable `bootstrap`",
  handlers: { cases: "any", broken: "broken" },
  async build() {
    const compiler = locate("gcc");
    const steps = ["-O1", "-Wall", "-Werror", "-o", "bootstrap", "main.c"];
    const folder = await built({
      sources: new URL("../../fixtures/clients/c", import.meta.url).pathname,
      recipe: steps,
      build: (draft) => step(compiler, steps, draft),
    });
    return { folder, configuration: { runtime: "provided.al2023" } };
  },
  error: { errorType: "Refused", errorMessage: "no" },
  uncaught: { errorType: "Runtime.ExitError", errorMessage: /^RequestId: \S{36} Error: Runtime exited with error: signal: segmentation fault$/ },
  initError: exitStatus(3),
  logged: (line) => new RegExp(`^${line}$`, "m"),
};
