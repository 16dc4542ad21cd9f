// What every sandbox driver must do. A driver's own test calls this with a way to make one.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GuestPaths, MakeLaunch, Sandbox, SandboxDriver } from "./sandbox.ts";

export interface SandboxCases {
  readonly name: string;
  /** A driver whose files are in `directory`. */
  open(directory: string): SandboxDriver;
}

interface Started {
  readonly sandbox: Sandbox;
  readonly paths: GuestPaths;
  readonly printed: () => string;
  readonly received: () => string;
}

export function describeSandboxDriver(cases: SandboxCases): void {
  describe(`the ${cases.name} sandbox driver`, () => {
    let folder: string;
    let driver: SandboxDriver;
    let count = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "lambent-sandbox-"));
      await mkdir(join(folder, "task"));
      await writeFile(join(folder, "task", "code"), "code of the function");
      driver = cases.open(join(folder, "sandboxes"));
    });
    afterAll(async () => {
      await driver.stop();
      await rm(folder, { recursive: true, force: true });
    });

    interface More {
      readonly environment?: Record<string, string>;
      readonly program?: string;
    }
    /** Runs a shell script as the sandbox's first process. */
    const start = (script: string, more: More = {}): Promise<Started> => {
      const id = `case-${++count}`;
      const plan = { taskRoot: join(folder, "task"), optRoot: undefined, runtimeDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512 };
      return run((launch) => driver.start({ ...plan, id, channel: true, launch }), script, more);
    };
    const restart = (sandbox: Sandbox, script: string, more: More = {}): Promise<Started> =>
      run((launch) => sandbox.restart(launch), script, more);
    const run = async (begin: (launch: MakeLaunch) => Promise<Sandbox>, script: string, more: More): Promise<Started> => {
      let seen: GuestPaths | undefined;
      const sandbox = await begin((paths) => {
        seen = paths;
        const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", OWN: paths.tmp, ...more.environment };
        return { program: more.program ?? "/bin/sh", args: ["-c", script], cwd: paths.taskRoot, environment };
      });
      if (seen === undefined) throw new Error("launch was not called");
      let printed = "";
      let received = "";
      sandbox.output.onBytes((bytes) => (printed += bytes.toString()));
      sandbox.channel?.onBytes((bytes) => (received += bytes.toString()));
      return { sandbox, paths: seen, printed: () => printed, received: () => received };
    };
    const write = (sandbox: Sandbox, text: string): void => sandbox.channel?.write([Buffer.from(text)]);
    const until = async (holds: () => boolean): Promise<void> => expect.poll(holds, { timeout: 10_000, interval: 5 }).toBe(true);

    test("delivers standard output and error in the order written, before the exit", async () => {
      const { sandbox, printed } = await start("for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 7");
      expect(await sandbox.exited).toEqual({ exitCode: 7, signal: undefined, outOfMemory: false });
      expect(printed()).toBe("out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
      await sandbox.stop(0);
    });

    test("delivers at once, on demand, what was printed before", async () => {
      const { sandbox, printed, received } = await start("echo a line; echo x >&4; read end <&3");
      await until(() => received() === "x\n");
      sandbox.output.drain();
      expect(printed()).toBe("a line\n");
      await sandbox.stop(0);
    });

    test("carries bytes both ways through the channel, more than a pipe holds", async () => {
      const { sandbox, received } = await start("exec cat <&3 >&4");
      const text = "0123456789abcdef".repeat(256 * 1024);
      write(sandbox, text);
      write(sandbox, "the end");
      await until(() => received().length === text.length + "the end".length);
      expect(received() === `${text}the end`).toBe(true);
      await sandbox.stop(0);
    });

    test("tells when the guest has closed the channel", async () => {
      const { sandbox } = await start("exec 4>&-; read end <&3");
      await new Promise<void>((resolve) => sandbox.channel?.onClosed(resolve));
      write(sandbox, "into the void");
      await sandbox.stop(0);
      write(sandbox, "into nothing");
    });

    test("gives the guest the launch's environment and nothing of ours", async () => {
      const { sandbox, printed } = await start("env", { environment: { ONLY: "this" } });
      await sandbox.exited;
      const names = printed().split("\n").map((line) => line.split("=")[0]);
      const setByShell = new Set(["PATH", "PWD", "SHLVL", "_", "OLDPWD", "TMPDIR"]);
      const ours = new Set(Object.keys(process.env).filter((name) => !setByShell.has(name)));
      expect(names).toContain("ONLY");
      expect(names.filter((name) => name !== undefined && ours.has(name))).toEqual([]);
      await sandbox.stop(0);
    });

    test("gives it its code, an empty place for layers and a folder of its own for files", async () => {
      const script = 'read OPT <&3; cat code; ls -A "$OPT"; echo written > "$OWN/file"; cat "$OWN/file"; pwd';
      const { sandbox, paths, printed } = await start(script);
      write(sandbox, `${paths.optRoot}\n`);
      await sandbox.exited;
      expect(printed()).toMatch(/^code of the functionwritten\n.*task\n$/);
      await sandbox.stop(0);
      expect(existsSync(paths.tmp)).toBe(false);
    });

    test("tells an invalid program from a refusal of the host, and leaves nothing", async () => {
      await expect(start("", { program: "/nowhere/bootstrap" })).rejects.toMatchObject({
        code: "Runtime.InvalidEntrypoint",
        message: "fork/exec /nowhere/bootstrap: no such file or directory",
      });
      await expect(start("", { program: join(folder, "task", "code") })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint", message: expect.stringMatching(/permission denied$/) });
    });

    test("stands still when frozen and goes on when thawed", async () => {
      const frozen = await start("exec cat <&3 >&4");
      const other = await start("exec cat <&3 >&4");
      write(frozen.sandbox, "a");
      await until(() => frozen.received() === "a");
      frozen.sandbox.freeze();
      write(frozen.sandbox, "b");
      // As long as another one needs for twenty answers, this one gives none.
      for (let turn = 1; turn <= 20; turn++) {
        write(other.sandbox, "x");
        await until(() => other.received().length === turn);
      }
      expect(frozen.received()).toBe("a");
      frozen.sandbox.thaw();
      await until(() => frozen.received() === "ab");
      await Promise.all([frozen.sandbox.stop(0), other.sandbox.stop(0)]);
    });

    test("asks a process to end before it kills it", async () => {
      const polite = await start('trap "echo bye; exit 3" TERM; echo on >&4; while :; do read end <&3; done');
      await until(() => polite.received() === "on\n");
      await polite.sandbox.stop(10_000);
      expect(await polite.sandbox.exited).toMatchObject({ exitCode: 3 });
      expect(polite.printed()).toBe("bye\n");
      const deaf = await start('trap "" TERM; echo on >&4; while :; do sleep 1; done');
      await until(() => deaf.received() === "on\n");
      await deaf.sandbox.stop(50);
      expect(await deaf.sandbox.exited).toMatchObject({ exitCode: undefined, signal: "SIGKILL" });
    });

    test("stops a frozen sandbox, and one that has ended, more than once", async () => {
      const { sandbox } = await start("read end <&3");
      sandbox.freeze();
      await Promise.all([sandbox.stop(1000), sandbox.stop(0)]);
      await sandbox.stop(0);
      const gone = await start("exit 0");
      await gone.sandbox.exited;
      gone.sandbox.freeze();
      gone.sandbox.thaw();
      await gone.sandbox.stop(0);
    });

    test("keeps its files, and no process, when it was killed, and starts anew over them", async () => {
      const first = await start('echo kept > "$OWN/file"; sleep 1000 & (setsid sleep 1000 &) ; echo on >&4; wait');
      await until(() => first.received() === "on\n");
      const closed = new Promise<void>((resolve) => first.sandbox.channel?.onClosed(resolve));
      await Promise.all([first.sandbox.kill(), first.sandbox.kill()]);
      // Every process held the channel.
      await closed;
      expect(await first.sandbox.exited).toMatchObject({ signal: "SIGKILL" });
      expect(existsSync(join(first.paths.tmp, "file"))).toBe(true);

      const second = await restart(first.sandbox, 'cat "$OWN/file" code; cat <&3 >&4', { environment: { TURN: "2" } });
      expect(second.sandbox.id).toBe(first.sandbox.id);
      write(second.sandbox, "through pipes of its own");
      await until(() => second.received() === "through pipes of its own");
      second.sandbox.output.drain();
      expect(second.printed()).toBe("kept\ncode of the function");
      expect(first.printed() + first.received()).toBe("on\n");

      // The first one has nothing left to end.
      await first.sandbox.stop(0);
      write(second.sandbox, "!");
      await until(() => second.received() === "through pipes of its own!");
      await second.sandbox.stop(0);
      expect(existsSync(second.paths.tmp)).toBe(false);
    });

    test("restarts what still runs, and what has ended by itself", async () => {
      const running = await start('echo 1 >> "$OWN/runs"; echo on >&4; read end <&3');
      await until(() => running.received() === "on\n");
      const ending = await restart(running.sandbox, 'echo 2 >> "$OWN/runs"; exit 3');
      expect(await running.sandbox.exited).toMatchObject({ signal: "SIGKILL" });
      expect(await ending.sandbox.exited).toMatchObject({ exitCode: 3 });
      const last = await restart(ending.sandbox, 'cat "$OWN/runs"');
      await last.sandbox.exited;
      expect(last.printed()).toBe("1\n2\n");
      await last.sandbox.stop(0);
    });

    test("still has its files when a restart fails, and may be tried again", async () => {
      const { sandbox, paths } = await start('echo kept > "$OWN/file"');
      await sandbox.exited;
      await expect(restart(sandbox, "", { program: "/nowhere/bootstrap" })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint" });
      const again = await restart(sandbox, 'cat "$OWN/file"');
      await again.sandbox.exited;
      expect(again.printed()).toBe("kept\n");
      await expect(restart(again.sandbox, "", { program: "/nowhere/bootstrap" })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint" });
      await again.sandbox.stop(0);
      expect(existsSync(paths.tmp)).toBe(false);
    });

    test("ends every process of a tree, also those that left their group", async () => {
      const script = "sleep 1000 & (setsid sleep 1000 &) ; echo on >&4; wait";
      const { sandbox, received } = await start(script);
      await until(() => received() === "on\n");
      // Each of them holds the channel: it closes with the last.
      const closed = new Promise<void>((resolve) => sandbox.channel?.onClosed(resolve));
      await sandbox.stop(0);
      await closed;
    });

    test("is not held up, and keeps nothing, while a process prints without end", async () => {
      const { sandbox, printed } = await start("exec yes flood");
      await until(() => printed().length > 4 * 1024 * 1024);
      sandbox.output.drain();
      await sandbox.stop(0);
      expect(await sandbox.exited).toMatchObject({ signal: "SIGKILL" });
    });

    test.runIf(process.platform === "linux")("knows the highest memory, of children too", async () => {
      const { sandbox, received } = await start("sleep 1000 & echo on >&4; wait");
      await until(() => received() === "on\n");
      const bytes = sandbox.peakMemoryBytes();
      expect(bytes).toBeGreaterThan(500_000);
      expect(bytes).toBeLessThan(100_000_000);
      await sandbox.stop(0);
      expect(sandbox.peakMemoryBytes()).toBe(bytes);
    });

    test("ends everything when the driver stops, and starts nothing after, anew or again", async () => {
      const own = cases.open(join(folder, "others"));
      const plan = { taskRoot: join(folder, "task"), optRoot: undefined, runtimeDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512, channel: false };
      const tmps: string[] = [];
      const launch = (paths: GuestPaths) => {
        tmps.push(paths.tmp);
        return { program: "/bin/sleep", args: ["1000"], cwd: "/", environment: {} };
      };
      const sandbox = await own.start({ ...plan, id: "one", launch });
      const killed = await own.start({ ...plan, id: "killed", launch });
      await killed.kill();
      const restarted = await own.start({ ...plan, id: "restarted", launch });
      const restarting = restarted.restart(launch);
      const starting = own.start({ ...plan, id: "two", launch });
      await Promise.all([own.stop(), restarting.catch(() => undefined), starting.catch(() => undefined)]);
      expect(await sandbox.exited).toMatchObject({ signal: "SIGKILL" });
      expect(tmps.filter((tmp) => existsSync(tmp))).toEqual([]);
      await expect(killed.restart(launch)).rejects.toMatchObject({ code: "SandboxStartFailed" });
      await expect(own.start({ ...plan, id: "three", launch })).rejects.toMatchObject({ code: "SandboxStartFailed" });
    });
  });
}
