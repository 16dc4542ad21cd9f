// The oci driver as tests take it, where it can run.
import { existsSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import { findCgroups } from "../../src/sandbox/linux/cgroups/cgroups.ts";
import { openKernel } from "../../src/sandbox/linux/kernel.ts";
import { openNetworks } from "../../src/sandbox/linux/network/networks.ts";
import { createOciDriver, type OciDriverOptions } from "../../src/sandbox/oci/driver.ts";
import type { SandboxDriver } from "../../src/sandbox/sandbox.ts";

const program = ["/usr/bin/crun", "/usr/sbin/crun", "/usr/local/bin/crun"].find((path) => existsSync(path));

/** Why it cannot run here; undefined: it can. */
export const ociMissing = program === undefined ? "crun is not installed" : process.getuid?.() === 0 ? undefined : "needs root";

/** `onWarning`: of what is made up for, and worth a person's attention all the same. `replaced`: parts of its own. */
export function openOciDriver(directory: string, instanceId: string, onWarning: (warning: object) => void = () => undefined, replaced: Partial<OciDriverOptions> = {}): SandboxDriver {
  if (program === undefined) throw new Error(ociMissing);
  const networks = openNetworks({ egress: "none", allowed: [], functions: () => undefined, clock: systemClock });
  const log = { warn: (fields: object, event: string) => onWarning({ event, ...fields }) };
  return createOciDriver({ directory, instanceId, program, system: "/", rootsFolder: "/run/lambent", kernel: replaced.kernel ?? openKernel(), cgroups: findCgroups(), networks, log, ...replaced });
}
