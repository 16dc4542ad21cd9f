// A server that is killed leaves no process of a function, and what it leaves on disk the next one removes.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ociMissing, openOciDriver } from "../../../test/harness/oci-driver.ts";

/** Of this machine: those whose command line has it. */
const processesWith = (text: string): readonly string[] =>
  readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && Number(name) !== process.pid && readFileSync(`/proc/${name}/cmdline`, "latin1").includes(text);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });

test.skipIf(ociMissing !== undefined)(`when a server is killed everything in its containers ends, and the next one removes what is left${ociMissing === undefined ? "" : ` (${ociMissing})`}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-leftovers-"));
  // Found in the processes' command lines, and not in this one's.
  const mark = `deaf-${Math.trunc(performance.timeOrigin)}-${process.pid}`;
  const script = `
    import { openOciDriver } from ${JSON.stringify(new URL("../../../test/harness/oci-driver.ts", import.meta.url).href)};
    const driver = openOciDriver(${JSON.stringify(join(folder, "sandboxes"))}, "dead");
    const grade = { runtimeDir: undefined, languageDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512 };
    const sandbox = await driver.open({ ...grade, id: "one", taskRoot: "/mnt", optRoot: undefined, compiledDir: undefined });
    // Neither a signal nor the end of its descriptors does anything to it.
    const shell = "trap '' TERM INT HUP PIPE; exec 3<&- 4>&- >/dev/null 2>&1; while :; do sleep 1; done; : ${mark}";
    for (const _ of [1, 2]) await sandbox.run({ program: "/bin/sh", args: ["-c", shell], cwd: "/", environment: { PATH: "/usr/bin:/bin" } }, { channel: true, log: false });
    process.stdout.write("running");
    setInterval(() => {}, 1000);`;
  const server = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => server.stdout.once("data", resolve));
  await expect.poll(() => processesWith(mark).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  server.kill("SIGKILL");
  await expect.poll(() => processesWith(mark), { timeout: 10_000 }).toEqual([]);
  expect(readdirSync(join(folder, "sandboxes"))).toContain("dead.one");

  const next = openOciDriver(join(folder, "sandboxes"), "next");
  await expect.poll(() => readdirSync(join(folder, "sandboxes")), { timeout: 20_000 }).toEqual(["shared"]);
  expect(readdirSync(join(folder, "sandboxes", "shared", "containers")).filter((name) => name.includes("."))).toEqual([]);
  await next.stop();
  await rm(folder, { recursive: true });
});
