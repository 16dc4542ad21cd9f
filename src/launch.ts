// Entry point of the published package under whatever Node.js the user has: runs the command line under our own.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { ownNode } from "./own-node.ts";

const bin = fileURLToPath(new URL("../bin/lambent.js", import.meta.url));
const node = await ownNode();
if (node === process.execPath) {
  await import("./cli/main.ts");
} else {
  const child = spawn(node, [bin, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends SIGINT to both; what is sent to this process alone is passed on.
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => {});
  child.once("close", (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
