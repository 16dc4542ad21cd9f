// Faults of making sandboxes and runtimes ready ahead of need. No caller sees them: a cold start then begins at the beginning.
import { Fault } from "../../core/faults.ts";

/** `said`: what the process has printed. */
export const notBooted = (program: string, said: string): Fault =>
  new Fault({ code: "Runtime.NotBooted", status: 500, message: `${program} was started ahead of its environment and did not get ready for it. It said: ${JSON.stringify(said.slice(0, 1000))}` });
