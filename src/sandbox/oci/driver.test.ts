import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { findCgroups } from "../linux/cgroups/cgroups.ts";
import { openKernel } from "../linux/kernel.ts";
import { openBestNetworks } from "../linux/network/networks.ts";
import { describeSandboxDriver } from "../sandbox.case.ts";
import { createOciDriver } from "./driver.ts";

const isRoot = process.getuid?.() === 0;

for (const name of ["crun", "runc"]) {
  const program = ["/usr/bin", "/usr/sbin", "/usr/local/bin"].map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? "";
  const missing = program === "" ? `${name} is not installed` : isRoot ? "" : "needs root";
  describeSandboxDriver({
    name: `oci (${name})`,
    missing,
    // The option that maps owners is crun's.
    showsPrivate: name === "crun",
    open: (directory) =>
      createOciDriver({
        directory,
        instanceId: "ca5e",
        program,
        system: "/",
        rootsFolder: "/run/lambent",
        kernel: openKernel(),
        cgroups: findCgroups(),
        networks: openBestNetworks({ allowed: [], functions: () => undefined, clock: systemClock }),
        log: { warn: () => undefined },
      }),
  });
}
