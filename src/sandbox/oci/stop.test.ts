// What cannot be made or ended in order keeps nothing else from ending, and is not given up.
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ociMissing, openOciDriver } from "../../../test/harness/oci-driver.ts";
import { findCgroups } from "../linux/cgroups/cgroups.ts";
import { openKernel, type Kernel } from "../linux/kernel.ts";

const grade = { runtimeDir: undefined, languageDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512 };
const specOf = (id: string) => ({ ...grade, id, taskRoot: "/mnt", optRoot: undefined });

describe.skipIf(ociMissing !== undefined)(`a sandbox${ociMissing === undefined ? "" : ` (${ociMissing})`}`, () => {
  let folder: string;
  let kernel: Kernel;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambent-stop-"));
    kernel = openKernel();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const kernelWith = (own: Partial<Kernel>): Kernel => ({
    run: (request) => kernel.run(request),
    show: (pid, mounts) => kernel.show(pid, mounts),
    mount: (request) => kernel.mount(request),
    mountImage: (request) => kernel.mountImage(request),
    unmount: (target) => kernel.unmount(target),
    ended: (pid) => kernel.ended(pid),
    kill: (pid) => kernel.kill(pid),
    close: () => kernel.close(),
    ...own,
  });
  const open = (replaced: Parameters<typeof openOciDriver>[3]) => openOciDriver(join(folder, "sandboxes"), "ca5e", undefined, replaced);
  const containers = (): readonly string[] => readdirSync(join(folder, "sandboxes/shared/containers")).filter((name) => name.includes("."));

  test("that cannot be closed keeps neither the others nor the driver from stopping", async () => {
    const driver = open({ kernel: kernelWith({ unmount: (target) => (target.includes(".one/") ? Promise.reject(new Error("its disk is gone")) : kernel.unmount(target)) }) });
    for (const id of ["one", "two"]) await driver.open(specOf(id));
    await expect(driver.stop()).rejects.toThrow("its disk is gone");
    // Nor does its disk keep its folder.
    expect(readdirSync(join(folder, "sandboxes"))).toEqual(["shared"]);
    await expect(kernel.run({ program: "/bin/true", args: [], environment: {} })).rejects.toMatchObject({ code: "ECANCELED" });
  });

  test("whose control group cannot be used leaves no container", async () => {
    const refuse = (): never => {
      throw new Error("its group is gone");
    };
    const driver = open({ kernel, cgroups: { ...findCgroups(), open: refuse } });
    await expect(driver.open(specOf("one"))).rejects.toThrow("its group is gone");
    expect(containers()).toEqual([]);
    expect(readdirSync(join(folder, "sandboxes"))).toEqual(["shared"]);
    await driver.stop();
  });

  test("whose processes could not be ended keeps what they have until they are", async () => {
    let isLost = true;
    const lost = (): Promise<never> => Promise.reject(new Error("the kernel thread has failed"));
    const driver = open({ kernel: kernelWith({ kill: (pid) => (isLost ? lost() : kernel.kill(pid)), ended: (pid) => (isLost ? lost() : kernel.ended(pid)) }) });
    const sandbox = await driver.open(specOf("one"));
    const { exited } = await sandbox.run({ program: "/bin/sleep", args: ["1000"], cwd: "/", environment: {} }, { channel: false, log: false });
    await expect(sandbox.kill()).rejects.toThrow("the kernel thread has failed");
    await expect(sandbox.close()).rejects.toThrow("the kernel thread has failed");
    expect(readdirSync(join(folder, "sandboxes")).sort()).toEqual(["ca5e.one", "shared"]);
    isLost = false;
    await driver.stop();
    expect(await exited).toMatchObject({ signal: "SIGKILL" });
    expect(readdirSync(join(folder, "sandboxes"))).toEqual(["shared"]);
  });
});
