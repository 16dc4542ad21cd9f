// The kernel thread against real namespaces: a process that `unshare` has put into its own.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openKernel, type Kernel } from "./kernel.ts";

/** Of this process. */
const openFiles = (): { readonly fd: number; readonly is: string }[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [{ fd: Number(fd), is: readlinkSync(`/proc/self/fd/${fd}`) }];
    } catch {
      // That of the folder itself.
      return [];
    }
  });

const asRoot = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(!asRoot)("the kernel thread (needs root on Linux)", () => {
  let kernel: Kernel;
  let folder: string;
  beforeAll(async () => {
    kernel = openKernel();
    folder = await mkdtemp(join(tmpdir(), "lambent-kernel-"));
    await mkdir(join(folder, "code"));
    await writeFile(join(folder, "code", "file"), "of the host");
  });
  afterAll(async () => {
    await kernel.close();
    await rm(folder, { recursive: true, force: true });
  });

  const shell = (script: string, more: { input?: string; descriptors?: ReadonlyMap<number, number>; cwd?: string } = {}) =>
    kernel.run({ program: "/bin/sh", args: ["-c", script], environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, ...more });

  /** A process in namespaces of its own that reads shell commands; `say` runs one and resolves with what it prints. */
  const startInside = async (...flags: readonly string[]): Promise<Inside> => {
    const child = spawn("unshare", [...flags, "--fork", "--kill-child", "sh"], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const say = async (command: string): Promise<string> => {
      let printed = "";
      const done = new Promise<string>((resolve) => {
        const take = (bytes: Buffer): void => {
          printed += bytes.toString();
          if (!printed.endsWith("<done>\n")) return;
          child.stdout.off("data", take);
          resolve(printed.slice(0, -"<done>\n".length).trimEnd());
        };
        child.stdout.on("data", take);
      });
      child.stdin.write(`{ ${command}; } 2>&1; echo '<done>'\n`);
      return done;
    };
    await say("true");
    const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
    return { child, say, pid };
  };
  interface Inside {
    readonly child: ChildProcess;
    readonly say: (command: string) => Promise<string>;
    readonly pid: number;
  }

  test("runs a program and tells how it ended and what it printed", async () => {
    expect(await shell("cat; pwd; echo $A; echo problem >&2; exit 3", { input: "given\n", cwd: "/usr" })).toEqual({
      exitCode: 3, signal: undefined, stdout: "given\n/usr\n\n", stderr: "problem\n",
    });
    expect(await shell("kill -KILL $$")).toMatchObject({ exitCode: undefined, signal: "SIGKILL" });
  });

  test("runs a program among the host's mounts alone, if asked to, and is home again afterwards", async () => {
    const target = join(folder, "code");
    await kernel.mount({ source: "tmpfs", target, type: "tmpfs", flags: 0 });
    const look = { program: "/bin/sh", args: ["-c", `ls ${target}`], environment: { PATH: "/usr/bin:/bin" } };
    expect(await kernel.run({ ...look, isBare: true })).toMatchObject({ exitCode: 0, stdout: "file\n" });
    expect(await kernel.run(look)).toMatchObject({ exitCode: 0, stdout: "" });
    await kernel.unmount(target);
    expect(await kernel.run(look)).toMatchObject({ exitCode: 0, stdout: "file\n" });
  });

  test("gives a program the descriptors it is given, in any order, and no others", async () => {
    const [one, two] = [openSync(join(folder, "one"), "w+"), openSync(join(folder, "two"), "w+")];
    // Crosswise: each one's number is another's target.
    const { stdout } = await shell(`echo one > /proc/$$/fd/${two}; echo two > /proc/$$/fd/${one}; ls /proc/$$/fd`, { descriptors: new Map([[two, one], [one, two]]) });
    expect(readFileSync(join(folder, "one"), "utf8")).toBe("one\n");
    expect(readFileSync(join(folder, "two"), "utf8")).toBe("two\n");
    expect(stdout.trim().split("\n").map(Number).toSorted((a, b) => a - b)).toEqual([0, 1, 2, one, two].toSorted((a, b) => a - b));
    closeSync(one);
    closeSync(two);
  });

  test("starts programs with the signals of a fresh process, in a session of their own", async () => {
    const { stdout } = await shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; ps -o sid= -p $$; echo $$");
    const [blocked, ignored, session, pid] = stdout.trim().split("\n");
    expect([blocked, ignored]).toEqual(["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"]);
    expect(session?.trim()).toBe(pid);
  });

  test("says which program it could not start", async () => {
    await expect(kernel.run({ program: "/nowhere/crun", args: [], environment: {} })).rejects.toMatchObject({
      code: "ENOENT",
      syscall: "posix_spawn",
      message: "posix_spawn of /nowhere/crun failed: ENOENT",
    });
  });

  test("runs many programs at a time and mixes nothing up", async () => {
    const results = await Promise.all(Array.from({ length: 40 }, (_, index) => shell(`echo ${index}; exit ${index}`)));
    expect(results.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(results.map((_, index) => [index, `${index}\n`]));
  });

  test("mounts where its programs see it and the host does not", async () => {
    const target = join(folder, "mounted");
    await mkdir(target);
    await kernel.mount({ source: "tmpfs", target, type: "tmpfs", flags: 0, options: "size=64k" });
    const { stdout, exitCode } = await shell(`echo x > ${target}/inside; ls ${target}; head -c 100000 /dev/zero > ${target}/much`);
    expect([stdout, exitCode]).toEqual(["inside\n", 1]);
    expect(readdirSync(target)).toEqual([]);
    await kernel.unmount(target);
    expect((await shell(`ls ${target}`)).stdout).toBe("");
    await expect(kernel.unmount(target)).rejects.toMatchObject({ code: "EINVAL", message: `umount2 of ${target} failed: EINVAL` });
  });

  test("shows folders and files inside a running container, read-only where asked", async () => {
    const inside = await startInside("--user", "--map-root-user", "--mount", "--net", "--pid");
    const [readOnly, writable, file] = [join(folder, "ro"), join(folder, "rw"), join(folder, "shown-file")];
    await Promise.all([mkdir(readOnly), mkdir(writable), writeFile(file, "")]);
    const source = join(folder, "code");
    await kernel.show(inside.pid, [
      { source, target: readOnly, readOnly: true },
      { source, target: writable, readOnly: false },
      { source: join(source, "file"), target: file, readOnly: true },
    ]);
    expect(await inside.say(`cat ${readOnly}/file ${file}; touch ${readOnly}/new`)).toBe(`of the hostof the hosttouch: cannot touch '${readOnly}/new': Read-only file system`);
    expect(await inside.say(`touch ${writable}/new && ls ${writable}`)).toBe("file\nnew");
    expect(await inside.say(`grep -h ${readOnly} /proc/self/mounts`)).toContain(" ro,nosuid,nodev");
    expect(existsSync(join(readOnly, "file"))).toBe(false);
    expect((await shell(`ls ${readOnly}`)).stdout).toBe("");
  });

  test("says what it could not show, and to whom", async () => {
    const inside = await startInside("--mount", "--pid");
    const missing = join(folder, "missing");
    await expect(kernel.show(inside.pid, [{ source: missing, target: "/mnt", readOnly: true }])).rejects.toMatchObject({ code: "ENOENT", syscall: "open_tree", message: expect.stringContaining(missing) });
    await expect(kernel.show(inside.pid, [{ source: folder, target: missing, readOnly: true }])).rejects.toMatchObject({ code: "ENOENT", syscall: "move_mount" });
    // The thread is back home: it still sees the host's files.
    expect((await shell(`ls ${folder}/code`)).exitCode).toBe(0);
  });

  test("goes on with its mounts and waits, by a new thread, when it is lost in a container", async () => {
    const homes = (): number[] => openFiles().filter(({ is }) => is.startsWith("mnt:")).map(({ fd }) => fd);
    await shell("true");
    const before = homes();
    const own = openKernel();
    onTestFinished(() => own.close());
    const run = (script: string) => own.run({ program: "/bin/sh", args: ["-c", script], environment: { PATH: "/usr/bin:/bin" } });
    const inside = await startInside("--user", "--map-root-user", "--mount", "--pid");
    const [target, go] = [join(folder, "kept"), join(folder, "go")];
    await mkdir(target);
    await own.mount({ source: "tmpfs", target, type: "tmpfs", flags: 0 });
    await run(`mkfifo ${go}; touch ${target}/file`);
    const running = run(`read LINE < ${go}; echo $LINE`);
    const ended = own.ended(inside.pid);
    // Its way home is a descriptor of the process, so that it can be misled here for a while.
    const [bare, home, ...others] = homes().filter((fd) => !before.includes(fd));
    if (bare === undefined || home === undefined || others.length > 0) throw new Error("two descriptors lead to namespaces, the second one home");
    const duplicate = koffi.load(null).func("int dup2(int from, int to)");
    const [way, nowhere] = [openSync(`/proc/self/fd/${home}`, "r"), openSync("/dev/null", "r")];
    duplicate(nowhere, home);
    const lost = own.show(inside.pid, [{ source: folder, target: "/mnt", readOnly: true }]);
    const after = run(`ls ${target}`);
    await expect(lost).rejects.toMatchObject({ message: `the kernel thread was lost in the mount namespace of process ${inside.pid}: setns of the kernel thread's own mounts failed: EINVAL` });
    duplicate(way, home);
    for (const fd of [way, nowhere]) closeSync(fd);
    expect((await after).stdout).toBe("file\n");
    await writeFile(go, "waited\n");
    expect((await running).stdout).toBe("waited\n");
    await own.kill(inside.pid);
    await ended;
  });

  test("can be closed at any time, and keeps nothing open", async () => {
    const eventFds = (): number => openFiles().filter(({ is }) => is === "anon_inode:[eventfd]").length;
    const before = eventFds();
    for (let round = 0; round < 20; round += 1) {
      const own = openKernel();
      const ended = Array.from({ length: 20 }, () => own.run({ program: "/bin/sh", args: ["-c", "exit 0"], environment: {} }).catch(() => undefined));
      await Promise.race(ended);
      // The thread is busy with the other ends, and may see that it is to end before it is woken for that.
      await own.close();
    }
    expect(eventFds()).toBe(before);
  });

  test("works without privileges of the host, when the server was started in a user namespace", async () => {
    const script = join(folder, "server.ts");
    await writeFile(script, `
      import { openKernel } from ${JSON.stringify(new URL("kernel.ts", import.meta.url).href)};
      const kernel = openKernel();
      const run = (script) => kernel.run({ program: "/bin/sh", args: ["-c", script], environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
      await kernel.mount({ source: "tmpfs", target: "/mnt", type: "tmpfs", flags: 0 });
      const { stdout, stderr } = await run("cat /proc/self/uid_map; touch /mnt/file; ls /mnt; ls /sys/fs/cgroup/unified 2>/dev/null");
      process.stdout.write(stdout + stderr);
      await kernel.close();
    `);
    const { stdout } = await shell(`unshare --user --map-root-user ${process.execPath} ${script}`);
    expect(stdout.trim().split(/\s+/)).toEqual(["0", "0", "1", "file"]);
  });

  test("takes notice of what programs leave behind, so that their namespaces can end, and of nobody else's children", async () => {
    // One each: who comes to a pipe after its writer has gone waits for ever.
    const leave = async (what: string, go: string): Promise<string> => (await shell(`mkfifo ${go}; ${what} < ${go} >/dev/null 2>&1 & echo $!`)).stdout.trim();
    const [otherGoes, ownGoes] = [join(folder, "other-goes"), join(folder, "own-goes")];
    const [other, own] = [await leave("cat", otherGoes), await leave("(read LINE; exit 0)", ownGoes)];
    for (const pid of [other, own]) expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(new RegExp(`^PPid:\t${process.pid}$`, "m"));
    for (const go of [otherGoes, ownGoes]) await writeFile(go, "\n");
    await expect.poll(() => readFileSync(`/proc/${other}/stat`, "utf8")).toMatch(/\) Z /);
    // The other one is told of first each time.
    await expect.poll(async () => (await shell("exit 0")) && existsSync(`/proc/${own}`)).toBe(false);
    expect(existsSync(`/proc/${other}`)).toBe(true);
    await kernel.run({ program: "/bin/cat", args: [], environment: {} });
    await expect.poll(() => existsSync(`/proc/${other}`)).toBe(false);
  });

  test("takes notice of it at the latest when it is closed", async () => {
    const [own, go] = [openKernel(), join(folder, "last-orphan-goes")];
    const run = (script: string) => own.run({ program: "/bin/sh", args: ["-c", script], environment: { PATH: "/usr/bin:/bin" } });
    const pid = (await run(`mkfifo ${go}; (read LINE; exit 0) < ${go} >/dev/null 2>&1 & echo $!`)).stdout.trim();
    await expect.poll(() => existsSync(go)).toBe(true);
    await writeFile(go, "\n");
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
    await own.close();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("tells when a process that is no child has ended, and ends it", async () => {
    const inside = await startInside("--pid", "--mount-proc");
    const ended = kernel.ended(inside.pid);
    const other = await inside.say("sleep 1000 >/dev/null 2>&1 & echo on");
    expect(other).toBe("on");
    await kernel.kill(inside.pid);
    await ended;
    await kernel.ended(inside.pid);
    await kernel.kill(inside.pid);
  });

  test("says that a process has ended whose namespaces are asked for", async () => {
    const inside = await startInside("--pid");
    await kernel.kill(inside.pid);
    const gone = { code: "ESRCH", message: expect.stringContaining(`process ${inside.pid}`) };
    await expect(kernel.show(inside.pid, [{ source: folder, target: "/mnt", readOnly: true }])).rejects.toMatchObject(gone);
  });
});
