// What keeps one sandbox from taking what is others': memory, processor time, processes, disk; and that it sees its own.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { findCgroups } from "../linux/cgroups/cgroups.ts";
import { openKernel } from "../linux/kernel.ts";
import { openNetworks } from "../linux/network/networks.ts";
import type { Sandbox, SandboxDriver, SandboxExit } from "../sandbox.ts";
import { createOciDriver } from "./driver.ts";

const program = ["/usr/bin/crun", "/usr/local/bin/crun"].find((path) => existsSync(path)) ?? "";
const cgroups = findCgroups();
const missing = program === "" ? "crun is not installed" : process.getuid?.() !== 0 ? "needs root" : cgroups.layout === "none" ? "no control groups" : undefined;

describe.skipIf(missing !== undefined)(`the limits of a container${missing === undefined ? "" : ` (${missing})`}`, () => {
  let folder: string;
  let driver: SandboxDriver;
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambent-limits-"));
    await mkdir(join(folder, "task"));
    const kernel = openKernel();
    const networks = openNetworks({ egress: "none", allowed: [], functions: () => undefined, clock: systemClock });
    driver = createOciDriver({ directory: join(folder, "sandboxes"), instanceId: "11417", program, system: "/", rootsFolder: "/run/lambent", kernel, cgroups, networks, log: { warn: () => undefined } });
  });
  afterAll(async () => {
    await driver.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (grade: { readonly memoryMiB?: number; readonly ephemeralStorageMiB?: number } = {}): Promise<Sandbox> =>
    driver.open({ id: `limits-${++count}`, taskRoot: join(folder, "task"), optRoot: undefined, runtimeDir: undefined, languageDir: join(process.execPath, "../.."), memoryMiB: 256, ephemeralStorageMiB: 512, ...grade });
  interface Ended {
    readonly exit: SandboxExit;
    readonly printed: string;
  }
  const run = async (sandbox: Sandbox, command: string, ...args: string[]): Promise<Ended> => {
    const environment = { PATH: "/var/lang/bin:/usr/bin:/bin" };
    const process = await sandbox.run({ program: command, args, cwd: "/tmp", environment }, { channel: false, log: false });
    let printed = "";
    process.output.onBytes((bytes) => (printed += bytes.toString()));
    return { exit: await process.exited, printed };
  };
  const shell = (sandbox: Sandbox, script: string): Promise<Ended> => run(sandbox, "/bin/sh", "-c", script);
  const node = (sandbox: Sandbox, script: string): Promise<Ended> => run(sandbox, "/var/lang/bin/node", "-e", script);

  test("a process that takes more memory than there is is killed for it, and leaves its files", async () => {
    const sandbox = await open();
    const { exit } = await node(sandbox, `require("fs").writeFileSync("kept", "yes"); const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));`);
    expect(exit).toEqual({ exitCode: undefined, signal: "SIGKILL", outOfMemory: true });
    expect(sandbox.peakMemoryBytes()).toBeGreaterThan(240 << 20);
    expect(sandbox.peakMemoryBytes()).toBeLessThan(258 << 20);
    await sandbox.kill();
    expect((await shell(sandbox, "cat kept")).printed).toBe("yes");
    await sandbox.close();
  });

  test("one that kills itself has not run out of memory", async () => {
    const sandbox = await open();
    expect((await shell(sandbox, "sleep 0.1; kill -9 $$")).exit).toEqual({ exitCode: undefined, signal: "SIGKILL", outOfMemory: false });
    await sandbox.close();
  });

  test("files of /tmp do not count as memory, and fill it at its size", async () => {
    const sandbox = await open({ memoryMiB: 128, ephemeralStorageMiB: 600 });
    const { exit, printed } = await shell(sandbox, "dd if=/dev/zero of=all bs=1M count=700 2>&1; stat -c %s all");
    expect(printed).toMatch(/No space left on device/);
    expect(Number(printed.trim().split("\n").at(-1)) >> 20).toBeGreaterThanOrEqual(600);
    expect(exit).toMatchObject({ exitCode: 0 });
    expect(sandbox.peakMemoryBytes()).toBeLessThan(64 << 20);
    await sandbox.close();
  });

  test("it has as much of /tmp as it asks for, up to 10,240 MB", async () => {
    const sandbox = await open({ ephemeralStorageMiB: 10_240 });
    expect((await shell(sandbox, "ls -A; fallocate -l 10240MiB all && df -m --output=size /tmp | tail -1")).printed).toMatch(/^ *10[2-4]\d\d\n$/);
    await sandbox.close();
  });

  test("no more than 1,024 processes and threads are there at one time", async () => {
    const sandbox = await open();
    const { printed } = await shell(sandbox, "i=0; while [ $i -lt 1100 ]; do sleep 1000 & i=$((i+1)); done 2>&1");
    expect(printed).toMatch(/Cannot fork/);
    await sandbox.close();
    // The next one has room.
    const next = await open();
    expect((await shell(next, "echo fine")).printed).toBe("fine\n");
    await next.close();
  });

  test("a process sees its own memory and processors", async () => {
    const sandbox = await open({ memoryMiB: 1769 });
    const { printed } = await node(sandbox, `console.log(JSON.stringify([os.totalmem(), os.cpus().length, os.availableParallelism(), require("fs").readdirSync("/sys")]))`);
    const { availableParallelism } = await import("node:os");
    const cpus = Math.min(2, availableParallelism());
    expect(JSON.parse(printed)).toEqual([1769 * 2 ** 20, cpus, cpus, []]);
    expect((await shell(sandbox, "nproc; free -m 2>/dev/null | awk '/Mem/ {print $2}'")).printed).toMatch(new RegExp(`^${cpus}\n(?:1769\n)?$`));
    await sandbox.close();
  });

  /** Processor time, microseconds, that each gets when all want all of it at the same time. */
  const spin = `const end = performance.now() + 1500; while (performance.now() < end); const { user, system } = process.cpuUsage(); console.log(user + system)`;
  const compete = async (...sandboxes: readonly Sandbox[]): Promise<readonly number[]> => {
    const ended = await Promise.all(sandboxes.map((sandbox) => node(sandbox, spin)));
    return ended.map(({ printed }) => Number(printed));
  };

  test("system calls are filtered in every container as in the first, whose filter the others are given", async () => {
    const look = async (sandbox: Sandbox): Promise<string> => (await shell(sandbox, "grep ^Seccomp /proc/self/status; unshare --user true 2>&1; unshare --net true 2>&1; setpriv --list-caps >/dev/null && echo runs")).printed;
    const looks: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const sandbox = await open();
      looks.push(await look(sandbox));
      await sandbox.close();
    }
    expect(looks[0]).toMatch(/^Seccomp:\t2\nSeccomp_filters:\t1\nunshare: .*Operation not permitted\nunshare: .*Operation not permitted\nruns\n$/);
    expect(looks.slice(1)).toEqual([looks[0], looks[0]]);
  });

  test("memory buys processor time", async () => {
    const [small, large] = await Promise.all([open({ memoryMiB: 442 }), open({ memoryMiB: 1769 })]);
    small.limitCpu();
    large.limitCpu();
    const [less = 0, more = 0] = await compete(small, large);
    // A quarter, and what it has got before the kernel looked. On a busy machine the other gets less than its whole.
    expect(less).toBeLessThan(0.3 * 1_500_000);
    expect(less).toBeGreaterThan(0.1 * more);
    expect(more).toBeGreaterThan(1.2 * less);
    await Promise.all([small.close(), large.close()]);
  });
});
