import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSyscalls } from "../../syscalls.ts";
import { openKernel, type Kernel } from "../kernel.ts";
import { openEphemeralStorage, type EphemeralStorage } from "./ephemeral-storage.ts";

const reason = process.getuid?.() !== 0 ? " (needs root)" : existsSync("/dev/loop-control") ? "" : " (needs loop devices)";

describe.skipIf(reason !== "")(`ephemeral storage${reason}`, () => {
  let folder: string;
  let kernel: Kernel;
  let storage: EphemeralStorage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambent-storage-"));
    kernel = openKernel();
    storage = await openEphemeralStorage({ directory: join(folder, "images"), kernel, syscalls: loadSyscalls() });
  });
  afterAll(async () => {
    await kernel.close();
    await rm(folder, { recursive: true });
  });

  /** What a shell prints for whom it is mounted. */
  const run = async (script: string): Promise<string> => {
    const { stdout, stderr } = await kernel.run({ program: "/bin/sh", args: ["-c", script], environment: { PATH: "/usr/bin:/bin" } });
    return stdout + stderr;
  };
  let count = 0;
  const open = async (sizeMiB: number, owner = { uid: 0, gid: 0 }): Promise<string> => {
    count += 1;
    const target = join(folder, `${count}`);
    await mkdir(target);
    await storage.open({ target, id: `${count}`, sizeMiB, owner });
    return target;
  };

  test("is empty, its owner's, and for everybody as /tmp is", async () => {
    expect(storage.shortcoming).toBeUndefined();
    const target = await open(512, { uid: 200_993, gid: 200_990 });
    expect(await run(`cd '${target}' && ls -A && stat -c '%u %g %a' .`)).toBe("200993 200990 1777\n");
    await storage.close(target);
  });

  test.each([512, 1000, 10_240])("holds %i MB and not much more", async (sizeMiB) => {
    const target = await open(sizeMiB);
    // Reserves the space as writing would.
    expect(await run(`fallocate -l ${sizeMiB}MiB '${target}/all' && echo fits`)).toBe("fits\n");
    expect(await run(`fallocate -l ${Math.ceil(sizeMiB / 100)}MiB '${target}/more'`)).toMatch(/No space left on device/);
    await storage.close(target);
  });

  test("is mounted for nobody else, and gone when it is closed: its device, its files and their space", async () => {
    const target = await open(512);
    const device = (await run(`df --output=source '${target}' | tail -1`)).trim();
    await run(`echo secret > '${target}/file'`);
    expect(readdirSync(target)).toEqual([]);
    expect(execFileSync("losetup", [device], { encoding: "utf8" })).toMatch(/\(deleted\)/);
    await storage.close(target);
    expect(await run(`ls '${target}'`)).toBe("");
    // A device lets go of its file a moment after the last mount.
    await expect.poll(() => existsSync(`/sys/block/${device.slice("/dev/".length)}/loop/backing_file`), { timeout: 5000 }).toBe(false);
    expect(readdirSync(join(folder, "images"))).toEqual(["trial"]);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(target);
  });

  test("is tried in spite of what a killed server has left of its try", async () => {
    const directory = join(folder, "left");
    await mkdir(directory);
    await writeFile(join(directory, "trial.image"), "half of it");
    expect((await openEphemeralStorage({ directory, kernel, syscalls: loadSyscalls() })).shortcoming).toBeUndefined();
  });

  test("is not mounted when it cannot be given to its owner", async () => {
    // A number that no user can have.
    await expect(open(512, { uid: 2 ** 32, gid: 0 })).rejects.toMatchObject({ code: "ERR_OUT_OF_RANGE" });
    expect(await run("cat /proc/self/mounts")).not.toContain(join(folder, `${count}`));
  });

  test("holds up nothing else while what was written is given up", async () => {
    const target = await open(2048);
    await run(`dd if=/dev/zero of='${target}/all' bs=1M count=1000`);
    const closed = storage.close(target);
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    // A number that no process has: the answer takes no longer than the thread is busy.
    await kernel.ended(2 ** 22 + 1);
    expect(isClosed).toBe(false);
    await closed;
  });

  test("says why where none can be made, and takes memory instead", async () => {
    const refusing: Kernel = Object.assign(Object.create(kernel), { mountImage: () => Promise.reject(new Error("no loop devices")) });
    const inMemory = await openEphemeralStorage({ directory: join(folder, "other"), kernel: refusing, syscalls: loadSyscalls() });
    expect(inMemory.shortcoming).toMatch(/counts as the function's.*no loop devices/);
  });
});
