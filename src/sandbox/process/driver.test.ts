import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeSandboxDriver } from "../sandbox.case.ts";
import { createProcessDriver } from "./driver.ts";

describeSandboxDriver({
  name: "process",
  open: (directory) => createProcessDriver({ directory, instanceId: "case" }),
});

/** One that has ended and that nobody has asked about yet has no command line. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

test("says loudly that it does not isolate", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-driver-"));
  const driver = createProcessDriver({ directory: folder, instanceId: "loud" });
  expect(driver.warning).toMatch(/NOT ISOLATED/);
  await driver.stop();
  await rm(folder, { recursive: true });
});

test.runIf(process.platform === "linux")("gives a guest its own descriptors and none of the server's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-driver-"));
  const driver = createProcessDriver({ directory: folder, instanceId: "fds" });
  const plan = { id: "one", optRoot: undefined, runtimeDir: undefined, languageDir: undefined, taskRoot: folder, memoryMiB: 128, ephemeralStorageMiB: 512 };
  const launch = { program: "/bin/ls", args: ["/proc/self/fd"], cwd: "/", environment: {} };
  const guest = await (await driver.open(plan)).run(launch, { channel: true, log: true });
  let printed = "";
  guest.output.onBytes((bytes) => (printed += bytes.toString()));
  await guest.exited;
  // Of these, 5 is how `ls` reads the folder.
  expect(printed.trim().split(/\s+/)).toEqual(["0", "1", "2", "3", "4", "5", "62"]);
  await driver.stop();
  await rm(folder, { recursive: true });
});

test.runIf(process.platform === "linux")("removes what a killed server left, folders and processes that did not notice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-driver-"));
  const script = `
    import { createProcessDriver } from ${JSON.stringify(new URL("driver.ts", import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL("../../core/clock.ts", import.meta.url).href)};
    const driver = createProcessDriver({ directory: ${JSON.stringify(folder)}, instanceId: "dead" });
    const plan = { optRoot: undefined, runtimeDir: undefined, languageDir: undefined, taskRoot: "/", memoryMiB: 128, ephemeralStorageMiB: 512 };
    const run = async (id, shell) => {
      const sandbox = await driver.open({ ...plan, id });
      const launch = { program: "/bin/sh", args: ["-c", shell], cwd: "/", environment: { PATH: "/usr/bin:/bin" } };
      return { sandbox, process: await sandbox.run(launch, { channel: true, log: true }) };
    };
    const listening = await run("listening", "echo $$; read end <&3");
    const deaf = await run("deaf", "echo $$; setsid sleep 1000 3>&- 4>&- & wait");
    await (await run("killed", "exit 0")).sandbox.kill();
    for (const guest of [listening, deaf]) guest.process.output.onBytes((bytes) => process.stdout.write(bytes));`;
  const server = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  server.stdout.on("data", (bytes: Buffer) => (printed += bytes.toString()));
  await expect.poll(() => printed.split("\n").length, { timeout: 20_000 }).toBe(3);
  const [listening = 0, deaf = 0] = printed.split("\n").map(Number);
  server.kill("SIGKILL");
  // The end of its channel is all that a guest gets to know.
  await expect.poll(() => isRunning(listening), { timeout: 10_000 }).toBe(false);
  expect(isRunning(deaf)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["dead.deaf", "dead.killed", "dead.listening"]);

  const next = createProcessDriver({ directory: folder, instanceId: "next" });
  await next.stop();
  await expect.poll(() => isRunning(deaf), { timeout: 10_000 }).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
