// Whether the suite can say something here: the reason of a skip where it cannot.
import { isInstalled } from "../harness/program.ts";
import type { DriverName } from "./attempt.ts";

/** Verdicts are those of a server that runs as root: what the kernel refuses to others it refuses without us. */
export function whyNotHere(driver: DriverName): string | undefined {
  const only = process.env["HOSTILE_DRIVER"];
  if (only !== undefined && only !== driver) return `HOSTILE_DRIVER is ${only}`;
  if (process.platform !== "linux") return "runs on Linux only";
  if (process.getuid?.() !== 0) return "needs to be root";
  const programs = ["gcc", "ip", ...(driver === "oci" ? ["crun"] : [])];
  const missing = programs.find((program) => !isInstalled(program, "--version") && !isInstalled(program, "-V"));
  return missing === undefined ? undefined : `${missing} is not installed`;
}
