// Whether the suite can say something here: the reason of a skip where it cannot.
import { isInstalled } from "../harness/program.ts";

/** Verdicts are those of a server that runs as root: what the kernel refuses to others it refuses without us. */
export function whyNotHere(): string | undefined {
  if (process.platform !== "linux") return "runs on Linux only";
  if (process.getuid?.() !== 0) return "needs to be root";
  return ["gcc", "ip"].map((program) => (isInstalled(program, "--version") || isInstalled(program, "-V") ? undefined : `${program} is not installed`)).find((why) => why !== undefined);
}
