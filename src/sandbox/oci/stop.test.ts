// What cannot be ended in order keeps nothing else from ending.
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ociMissing, openOciDriver } from "../../../test/harness/oci-driver.ts";
import { openKernel, type Kernel } from "../linux/kernel.ts";

test.skipIf(ociMissing !== undefined)(`a sandbox that cannot be closed keeps neither the others nor the driver from stopping${ociMissing === undefined ? "" : ` (${ociMissing})`}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-stop-"));
  const kernel = openKernel();
  const stubborn: Kernel = {
    run: (request) => kernel.run(request),
    show: (pid, mounts) => kernel.show(pid, mounts),
    mount: (request) => kernel.mount(request),
    mountImage: (request) => kernel.mountImage(request),
    unmount: (target) => (target.includes(".one/") ? Promise.reject(new Error("its disk is gone")) : kernel.unmount(target)),
    ended: (pid) => kernel.ended(pid),
    kill: (pid) => kernel.kill(pid),
    close: () => kernel.close(),
  };
  const driver = openOciDriver(join(folder, "sandboxes"), "ca5e", undefined, stubborn);
  const grade = { runtimeDir: undefined, languageDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512 };
  for (const id of ["one", "two"]) await driver.open({ ...grade, id, taskRoot: "/mnt", optRoot: undefined });
  await expect(driver.stop()).rejects.toThrow("its disk is gone");
  // Nor does its disk keep its folder.
  expect(readdirSync(join(folder, "sandboxes"))).toEqual(["shared"]);
  await expect(kernel.run({ program: "/bin/true", args: [], environment: {} })).rejects.toMatchObject({ code: "ECANCELED" });
  await rm(folder, { recursive: true });
});
