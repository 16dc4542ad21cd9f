import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { describeSandboxDriver } from "../sandbox.case.ts";
import { createProcessDriver } from "./driver.ts";

describeSandboxDriver({
  name: "process",
  open: (directory) => createProcessDriver({ directory, instanceId: "case", clock: systemClock }),
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
  const driver = createProcessDriver({ directory: folder, instanceId: "loud", clock: systemClock });
  expect(driver.warning).toMatch(/NOT ISOLATED/);
  await driver.stop();
  await rm(folder, { recursive: true });
});

test.runIf(process.platform === "linux")("gives a guest its own descriptors and none of the server's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-driver-"));
  const driver = createProcessDriver({ directory: folder, instanceId: "fds", clock: systemClock });
  const plan = { id: "one", optRoot: undefined, runtimeDir: undefined, taskRoot: folder, memoryMiB: 128, ephemeralStorageMiB: 512, channel: true };
  const launch = () => ({ program: "/bin/ls", args: ["/proc/self/fd"], cwd: "/", environment: {} });
  const sandbox = await driver.start({ ...plan, launch });
  let printed = "";
  sandbox.output.onBytes((bytes) => (printed += bytes.toString()));
  await sandbox.exited;
  // The last one is how `ls` reads the folder.
  expect(printed.trim().split(/\s+/)).toEqual(["0", "1", "2", "3", "4", "5"]);
  await driver.stop();
  await rm(folder, { recursive: true });
});

test.runIf(process.platform === "linux")("removes what a killed server left, folders and processes that did not notice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-driver-"));
  const script = `
    import { createProcessDriver } from ${JSON.stringify(new URL("driver.ts", import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL("../../core/clock.ts", import.meta.url).href)};
    const driver = createProcessDriver({ directory: ${JSON.stringify(folder)}, instanceId: "dead", clock: systemClock });
    const plan = { optRoot: undefined, runtimeDir: undefined, taskRoot: "/", memoryMiB: 128, ephemeralStorageMiB: 512, channel: true };
    const launch = (shell) => (paths) => ({ program: "/bin/sh", args: ["-c", shell], cwd: "/", environment: { PATH: "/usr/bin:/bin" } });
    const listening = await driver.start({ ...plan, id: "listening", launch: launch("echo $$; read end <&3") });
    const deaf = await driver.start({ ...plan, id: "deaf", launch: launch("echo $$; setsid sleep 1000 3>&- 4>&- & wait") });
    await (await driver.start({ ...plan, id: "killed", launch: launch("exit 0") })).kill();
    for (const sandbox of [listening, deaf]) sandbox.output.onBytes((bytes) => process.stdout.write(bytes));`;
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

  const next = createProcessDriver({ directory: folder, instanceId: "next", clock: systemClock });
  await next.stop();
  await expect.poll(() => isRunning(deaf), { timeout: 10_000 }).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
