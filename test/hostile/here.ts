// Whether the suite can say something here: the reason of a skip where it cannot.
import { isInstalled } from "../harness/program.ts";
import { type SetupName, setups } from "./attempt.ts";

/** Verdicts are those of a server that runs as root: what the kernel refuses to others it refuses without us. */
export function whyNotHere(setup: SetupName): string | undefined {
  const only = process.env["HOSTILE_DRIVER"];
  const { driver, runs } = setups[setup];
  if (only !== undefined && only !== setup) return `HOSTILE_DRIVER is ${only}`;
  if (only === undefined && runs === "by hand") return `by hand: HOSTILE_DRIVER=${setup}`;
  if (process.platform !== "linux") return "runs on Linux only";
  if (process.getuid?.() !== 0) return "needs to be root";
  const programs = ["gcc", "ip", ...(setup === "runc" ? ["runc"] : driver === "oci" ? ["crun"] : [])];
  const missing = programs.find((program) => !isInstalled(program, "--version") && !isInstalled(program, "-V"));
  return missing === undefined ? undefined : `${missing} is not installed`;
}
