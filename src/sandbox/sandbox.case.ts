// What every sandbox driver must do. A driver's own test calls this with a way to make one.
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GuestPaths, Sandbox, SandboxDriver, SandboxProcess } from "./sandbox.ts";

export interface SandboxCases {
  readonly name: string;
  /** A driver whose files are in `directory`. */
  open(directory: string): SandboxDriver;
  /** Why this machine cannot run it; undefined or empty when it can. */
  readonly missing?: string;
  /** Whether it shows a folder that only its owner may enter, though processes are another user's. Left out: it does. */
  readonly showsPrivate?: boolean;
}

interface Started {
  readonly sandbox: Sandbox;
  readonly process: SandboxProcess;
  readonly paths: GuestPaths;
  readonly printed: () => string;
  readonly received: () => string;
}

export function describeSandboxDriver(cases: SandboxCases): void {
  const { missing = "" } = cases;
  describe.skipIf(missing !== "")(`the ${cases.name} sandbox driver${missing && ` (${missing})`}`, () => {
    let folder: string;
    let driver: SandboxDriver;
    let count = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "lambent-sandbox-"));
      await mkdir(join(folder, "task"), { mode: 0o755 });
      await writeFile(join(folder, "task", "code"), "code of the function");
      driver = cases.open(join(folder, "sandboxes"));
    });
    afterAll(async () => {
      await driver.stop();
      await rm(folder, { recursive: true, force: true });
    });

    interface More {
      readonly environment?: Record<string, string>;
      /** In the task root, when it is no absolute path. */
      readonly program?: string;
    }
    const plan = { optRoot: undefined, runtimeDir: undefined, languageDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512 };
    const open = (): Promise<Sandbox> => driver.open({ ...plan, taskRoot: join(folder, "task"), id: `case-${++count}` });
    /** Runs a shell script in a sandbox of its own. */
    const start = async (script: string, more: More = {}): Promise<Started> => run(await open(), script, more);
    const run = async (sandbox: Sandbox, script: string, more: More = {}): Promise<Started> => {
      const { paths } = sandbox;
      const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", OWN: paths.tmp, LOG: `${sandbox.logDescriptor}`, ...more.environment };
      const { program = "/bin/sh" } = more;
      const launch = { program: isAbsolute(program) ? program : join(paths.taskRoot, program), args: ["-c", script], cwd: paths.taskRoot, environment };
      const process = await sandbox.run(launch, { channel: true, log: true });
      let printed = "";
      let received = "";
      process.output.onBytes((bytes) => (printed += bytes.toString()));
      process.channel?.onBytes((bytes) => (received += bytes.toString()));
      return { sandbox, process, paths, printed: () => printed, received: () => received };
    };
    const write = (process: SandboxProcess, text: string): void => process.channel?.write([Buffer.from(text)]);
    /** Files and folders of the host that are one sandbox's own. */
    const leftOf = ({ id }: Sandbox): readonly string[] =>
      readdirSync(join(folder, "sandboxes"), { recursive: true, encoding: "utf8" }).filter((path) => new RegExp(`\\.${id}(?!\\d)`).test(path));
    const until = async (holds: () => boolean): Promise<void> => expect.poll(holds, { timeout: 10_000, interval: 5 }).toBe(true);

    test("delivers standard output and error in the order written, before the exit", async () => {
      const { sandbox, process, printed } = await start("for i in 1 2 3; do echo out $i; echo err $i >&2; done; exit 7");
      expect(await process.exited).toEqual({ exitCode: 7, signal: undefined, outOfMemory: false });
      expect(printed()).toBe("out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
      await sandbox.close();
    });

    test("delivers at once, on demand, what was printed before", async () => {
      const { sandbox, process, printed, received } = await start("echo a line; echo x >&4; read end <&3");
      await until(() => received() === "x\n");
      process.drain();
      expect(printed()).toBe("a line\n");
      await sandbox.close();
    });

    test("delivers what is written to the log descriptor, on demand and before the exit", async () => {
      const { sandbox, process, received } = await start('exec 5>"/dev/fd/$LOG"; echo first >&5; echo x >&4; read go <&3; echo last >&5; echo printed > /dev/stderr');
      let logged = "";
      process.log?.onBytes((bytes) => (logged += bytes.toString()));
      await until(() => received() === "x\n");
      process.drain();
      expect(logged).toBe("first\n");
      write(process, "go\n");
      await process.exited;
      expect(logged).toBe("first\nlast\n");
      await sandbox.close();
    });

    test("carries bytes both ways through the channel, more than a pipe holds", async () => {
      const { sandbox, process, received } = await start("exec cat <&3 >&4");
      const text = "0123456789abcdef".repeat(256 * 1024);
      write(process, text);
      write(process, "the end");
      await until(() => received().length === text.length + "the end".length);
      expect(received() === `${text}the end`).toBe(true);
      await sandbox.close();
    });

    test("lets a guest wait whose channel is not read, and loses nothing", async () => {
      const { sandbox, process, printed, received } = await start("read go <&3; head -c 1000000 /dev/zero | tr '\\0' x >&4; echo written; read end <&3");
      process.channel?.pause();
      write(process, "go\n");
      // More than a pipe holds: the guest cannot have finished.
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect([received(), printed()]).toEqual(["", ""]);
      process.channel?.resume();
      await until(() => printed() === "written\n" && received().length === 1_000_000);
      await sandbox.close();
      process.channel?.resume();
    });

    test("tells when the guest has closed the channel", async () => {
      const { sandbox, process } = await start("exec 4>&-; read end <&3");
      await new Promise<void>((resolve) => process.channel?.onClosed(resolve));
      write(process, "into the void");
      await sandbox.close();
      write(process, "into nothing");
    });

    test("gives the guest the launch's environment and nothing of ours", async () => {
      const { sandbox, process, printed } = await start("env", { environment: { ONLY: "this" } });
      await process.exited;
      const names = printed().split("\n").map((line) => line.split("=")[0]);
      const setByShell = new Set(["PATH", "PWD", "SHLVL", "_", "OLDPWD", "TMPDIR"]);
      const ours = new Set(Object.keys(globalThis.process.env).filter((name) => !setByShell.has(name)));
      expect(names).toContain("ONLY");
      expect(names.filter((name) => name !== undefined && ours.has(name))).toEqual([]);
      await sandbox.close();
    });

    test.skipIf(globalThis.process.platform !== "linux")("lets it, and what it starts, open as many files as on AWS", async () => {
      const { sandbox, process, printed } = await start("read GO <&3; ulimit -n; ulimit -Hn; sh -c 'ulimit -n'");
      write(process, "go\n");
      await process.exited;
      expect(printed()).toBe("1024\n1024\n1024\n");
      await sandbox.close();
    });

    test("gives it its code, an empty place for layers and a folder of its own for files", async () => {
      const script = 'read OPT <&3; cat code; ls -A "$OPT"; echo written > "$OWN/file"; cat "$OWN/file"; pwd';
      const { sandbox, process, paths, printed } = await start(script);
      write(process, `${paths.optRoot}\n`);
      await process.exited;
      expect(printed()).toMatch(/^code of the functionwritten\n.*task\n$/);
      expect(leftOf(sandbox)).not.toEqual([]);
      await sandbox.close();
      expect(leftOf(sandbox)).toEqual([]);
    });

    test.skipIf(cases.showsPrivate === false)("shows it a folder that its owner keeps from others, as a developer's may be", async () => {
      const taskRoot = join(folder, "private");
      await mkdir(taskRoot, { mode: 0o700 });
      await writeFile(join(taskRoot, "code"), "private code", { mode: 0o600 });
      const { sandbox, process, printed } = await run(await driver.open({ ...plan, taskRoot, id: `case-${++count}` }), "cat code");
      await process.exited;
      expect(printed()).toBe("private code");
      await sandbox.close();
    });

    test("tells an invalid program from a refusal of the host, and leaves nothing", async () => {
      await expect(start("", { program: "/nowhere/bootstrap" })).rejects.toMatchObject({
        code: "Runtime.InvalidEntrypoint",
        message: "fork/exec /nowhere/bootstrap: no such file or directory",
      });
      await expect(start("", { program: "code" })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint", message: expect.stringMatching(/permission denied$/) });
    });

    const perl = "/usr/bin/perl";
    test.skipIf(!existsSync(perl))("takes connections that those inside make to the address that they are given, and reaches where they listen", async () => {
      const sandbox = await open();
      const server = createServer((socket) => socket.pipe(socket));
      const { host, port } = await sandbox.listen(server);
      expect(host).toBe("127.0.0.1");
      const inside = `use IO::Socket::INET; $| = 1;
        my $own = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die $!;
        my $ours = IO::Socket::INET->new("${host}:${port}") or die $!;
        print $ours $own->sockport . "\\n"; $ours->flush; print scalar <$ours>;
        my $came = $own->accept; print $came "from inside";`;
      const { process, printed } = await run(sandbox, `exec ${perl} -e '${inside}'`);
      await until(() => /^\d+\n/.test(printed()));
      const socket = await sandbox.connect(Number(printed()));
      let told = "";
      socket.on("data", (bytes) => (told += bytes.toString()));
      await until(() => told === "from inside");
      await process.exited;
      await expect(sandbox.connect(Number(printed()))).rejects.toMatchObject({ code: "ECONNREFUSED" });
      socket.destroy();
      server.close();
      await sandbox.close();
    });

    test("executes what the kernel does, and hands nothing else to a shell", async () => {
      const program = join(folder, "task", "program");
      const message = expect.stringMatching(/^fork\/exec \/.*program: exec format error$/);
      const contents = ["", "echo no first line"];
      // Of a processor that nobody has; unless something may run the programs of others.
      if (!existsSync("/proc/sys/fs/binfmt_misc/status")) contents.push(`\x7fELF\x02\x01\x01${"\0".repeat(9)}\x02\0\xee\xee`);
      for (const content of contents) {
        await writeFile(program, content, { encoding: "latin1", mode: 0o755 });
        await expect(start("", { program: "program" })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint", message });
      }
      const notFound = expect.stringMatching(/^fork\/exec \/.*program: no such file or directory$/);
      const shared = (await readFile("/bin/true")).toString("latin1");
      const loader = /\/lib[\w/.-]*\/ld-[\w.-]+/.exec(shared)?.[0] ?? "";
      // The second as from an editor of Windows; the last as of a system that has another C library.
      for (const content of ["#!/no/such/program -x", "#!/bin/sh\r\nexit 3", ...(loader === "" ? [] : [shared.replace(loader, loader.replace("/ld-", "/no-"))])]) {
        await writeFile(program, content, { encoding: "latin1", mode: 0o755 });
        await expect(start("", { program: "program" })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint", message: notFound });
      }
      await writeFile(program, "#! /bin/sh -e\nexit 3", { mode: 0o755 });
      const { sandbox, process } = await start("", { program: "program" });
      expect(await process.exited).toMatchObject({ exitCode: 3 });
      await sandbox.close();
    });

    test("stands still when frozen and goes on when thawed", async () => {
      const frozen = await start("exec cat <&3 >&4");
      const other = await start("exec cat <&3 >&4");
      write(frozen.process, "a");
      await until(() => frozen.received() === "a");
      frozen.sandbox.freeze();
      write(frozen.process, "b");
      // As long as another one needs for twenty answers, this one gives none.
      for (let turn = 1; turn <= 20; turn++) {
        write(other.process, "x");
        await until(() => other.received().length === turn);
      }
      expect(frozen.received()).toBe("a");
      frozen.sandbox.thaw();
      await until(() => frozen.received() === "ab");
      await Promise.all([frozen.sandbox.close(), other.sandbox.close()]);
    });

    test("asks a process to end", async () => {
      const polite = await start('trap "echo bye; exit 3" TERM; echo on >&4; while :; do read end <&3; done');
      await until(() => polite.received() === "on\n");
      polite.process.terminate();
      expect(await polite.process.exited).toMatchObject({ exitCode: 3 });
      expect(polite.printed()).toBe("bye\n");
      await polite.sandbox.close();
    });

    test("lets a frozen process see that it is asked to end", async () => {
      const { sandbox, process, received } = await start('trap "exit 3" TERM; echo on >&4; while read end <&3; do :; done; exit 4');
      await until(() => received() === "on\n");
      sandbox.freeze();
      process.terminate();
      expect((await process.exited).exitCode).toBeOneOf([3, 4]);
      await sandbox.close();
    });

    test("closes a frozen sandbox, and one that has ended, more than once", async () => {
      const { sandbox } = await start("read end <&3");
      sandbox.freeze();
      await Promise.all([sandbox.kill(), sandbox.close()]);
      await sandbox.close();
      const gone = await start("exit 0");
      await gone.process.exited;
      gone.sandbox.freeze();
      gone.sandbox.thaw();
      gone.process.terminate();
      await gone.sandbox.close();
    });

    test("keeps its files, and no process, when it was killed, and runs anew over them", async () => {
      const first = await start('echo kept > "$OWN/file"; sleep 1000 & (setsid sleep 1000 &) ; echo on >&4; wait');
      await until(() => first.received() === "on\n");
      const closed = new Promise<void>((resolve) => first.process.channel?.onClosed(resolve));
      await Promise.all([first.sandbox.kill(), first.sandbox.kill()]);
      // Every process held the channel.
      await closed;
      expect(await first.process.exited).toMatchObject({ signal: "SIGKILL" });
      const second = await run(first.sandbox, 'cat "$OWN/file" code; cat <&3 >&4', { environment: { TURN: "2" } });
      write(second.process, "through pipes of its own");
      await until(() => second.received() === "through pipes of its own");
      second.process.drain();
      expect(second.printed()).toBe("kept\ncode of the function");
      expect(first.printed() + first.received()).toBe("on\n");
      await second.sandbox.close();
      expect(leftOf(second.sandbox)).toEqual([]);
    });

    test("runs several processes over the same files, each with pipes of its own, and ends them together", async () => {
      const sandbox = await open();
      const first = await run(sandbox, 'echo shared > "$OWN/file"; echo one; echo on >&4; read end <&3');
      await until(() => first.received() === "on\n");
      const second = await run(sandbox, 'cat "$OWN/file" >&4; read end <&3; echo two; exit 5');
      await until(() => second.received() === "shared\n");
      write(second.process, "end\n");
      expect(await second.process.exited).toMatchObject({ exitCode: 5 });
      first.process.drain();
      expect([first.printed(), second.printed()]).toEqual(["one\n", "two\n"]);
      await sandbox.close();
      expect(await first.process.exited).toMatchObject({ signal: "SIGKILL" });
    });

    test("ends one process with its children, and leaves the others", async () => {
      const sandbox = await open();
      const stays = await run(sandbox, "exec cat <&3 >&4");
      const goes = await run(sandbox, "sleep 1000 & echo on >&4; wait");
      await until(() => goes.received() === "on\n");
      const closed = new Promise<void>((resolve) => goes.process.channel?.onClosed(resolve));
      goes.process.kill();
      expect(await goes.process.exited).toMatchObject({ signal: "SIGKILL" });
      await closed;
      write(stays.process, "here");
      await until(() => stays.received() === "here");
      await sandbox.close();
    });

    test("still has its files when a program cannot be run, and may be tried again", async () => {
      const { sandbox, process } = await start('echo kept > "$OWN/file"');
      await process.exited;
      await expect(run(sandbox, "", { program: "/nowhere/bootstrap" })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint" });
      const again = await run(sandbox, 'cat "$OWN/file"');
      await again.process.exited;
      expect(again.printed()).toBe("kept\n");
      await again.sandbox.close();
      expect(leftOf(sandbox)).toEqual([]);
    });

    test("ends every process of a tree, also those that left their group", async () => {
      const script = "sleep 1000 & (setsid sleep 1000 &) ; echo on >&4; wait";
      const { sandbox, process, received } = await start(script);
      await until(() => received() === "on\n");
      // Each of them holds the channel: it closes with the last.
      const closed = new Promise<void>((resolve) => process.channel?.onClosed(resolve));
      await sandbox.close();
      await closed;
    });

    test("is not held up, and keeps nothing, while a process prints without end", async () => {
      const { sandbox, process, printed } = await start("exec yes flood");
      await until(() => printed().length > 4 * 1024 * 1024);
      process.drain();
      await sandbox.close();
      expect(await process.exited).toMatchObject({ signal: "SIGKILL" });
    });

    test.runIf(globalThis.process.platform === "linux")("knows the highest memory, of children too", async () => {
      const { sandbox, received } = await start("sh -c 'x=$(head -c 8000000 /dev/zero | tr \"\\0\" x); echo on >&4; read end <&3' & wait");
      await until(() => received() === "on\n");
      const bytes = sandbox.peakMemoryBytes();
      expect(bytes).toBeGreaterThan(6_000_000);
      expect(bytes).toBeLessThan(100_000_000);
      await sandbox.close();
      expect(sandbox.peakMemoryBytes()).toBe(bytes);
    });

    test("shows what was compiled ahead, which no function of a driver that isolates writes", async () => {
      const compiledDir = join(folder, "compiled");
      await mkdir(compiledDir, { recursive: true, mode: 0o755 });
      await writeFile(join(compiledDir, "entry"), "compiled\n");
      const code = { taskRoot: join(folder, "task"), optRoot: undefined, compiledDir };
      const early = await driver.open({ ...plan, ...code, id: `case-${++count}` });
      const late = await driver.prepare?.({ ...plan, id: `case-${++count}` });
      await late?.load(code);
      for (const sandbox of late === undefined ? [early] : [early, late]) {
        const at = sandbox.paths.compiledDir ?? "";
        const { process, printed } = await run(sandbox, `cat ${at}/entry; echo x 2>/dev/null >${at}/other; rm -f ${at}/entry 2>/dev/null; mv ${at}/entry ${at}/gone 2>/dev/null`);
        await process.exited;
        expect(printed()).toContain("compiled\n");
        if (driver.warning === undefined) expect(readdirSync(compiledDir)).toEqual(["entry"]);
        await sandbox.close();
      }
    });

    test("ends everything when the driver stops, and starts nothing after", async () => {
      const own = cases.open(join(folder, "others"));
      const launch = { program: "/bin/sleep", args: ["1000"], cwd: "/", environment: {} };
      const openOwn = (id: string): Promise<Sandbox> => own.open({ ...plan, taskRoot: join(folder, "task"), id });
      const [running, killed, starting] = await Promise.all(["running", "killed", "starting"].map(openOwn));
      if (running === undefined || killed === undefined || starting === undefined) throw new Error("three were opened");
      const process = await running.run(launch, { channel: false, log: false });
      await killed.run(launch, { channel: false, log: false });
      await killed.kill();
      const begun = starting.run(launch, { channel: false, log: false });
      const opening = openOwn("opening");
      await Promise.all([own.stop(), begun.catch(() => undefined), opening.catch(() => undefined)]);
      expect(await process.exited).toMatchObject({ signal: "SIGKILL" });
      expect(readdirSync(join(folder, "others")).filter((name) => name !== "shared")).toEqual([]);
      await expect(killed.run(launch, { channel: false, log: false })).rejects.toMatchObject({ code: "SandboxStartFailed" });
      await expect(openOwn("late")).rejects.toMatchObject({ code: "SandboxStartFailed" });
    });
  });
}
