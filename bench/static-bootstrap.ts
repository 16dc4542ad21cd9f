// The hello function as a program without libraries, fixtures/bootstrap.c: what runs it needs nothing of the machine that
// it is built on.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program, to be packed as `bootstrap`. Throws where there is no gcc. */
export function staticBootstrap(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "lambent-bench-static-"));
  try {
    const program = join(folder, "bootstrap");
    const source = fileURLToPath(new URL("fixtures/bootstrap.c", import.meta.url));
    execFileSync("gcc", ["-static", "-O2", "-o", program, source], { stdio: "pipe" });
    return readFileSync(program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
