// Folders of files as the kernel's show what is found and written, for both versions; where this machine has groups of
// version 1 that this user may make, the real ones show that it works.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import { findCgroups } from "./cgroups.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lambent-cgroups-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};
const has = (path: string): string => readFileSync(join(root, path), "utf8");

const mount = (folder: string, type: string, options: string): string => `35 31 0:32 / ${folder} rw,relatime shared:9 - ${type} ${type} rw,${options}\n`;
const version2 = {
  "proc/self/mountinfo": mount("/sys/fs/cgroup", "cgroup2", "nsdelegate,memory_recursiveprot"),
  "proc/self/cgroup": "0::/user.slice/user-1000.slice/session.scope\n",
  "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma\n",
  "sys/fs/cgroup/cgroup.subtree_control": "",
};

describe("with control groups of version 2", () => {
  test("root makes groups below the root, with the controllers handed down", () => {
    put(version2);
    const cgroups = findCgroups(root, true);
    expect(cgroups).toMatchObject({ layout: "v2", missing: [] });
    expect(cgroups.pathOf("i.e")).toBe("/lambent/i.e");
    expect(has("sys/fs/cgroup/cgroup.subtree_control")).toBe("+memory +cpu +pids +cpuset");
    expect(has("sys/fs/cgroup/lambent/cgroup.subtree_control")).toBe("+memory +cpu +pids +cpuset");
    expect(cgroups.resourcesOf({ memoryMiB: 128 })).toEqual({
      memory: { limit: 129 * 2 ** 20, swap: 129 * 2 ** 20 },
      pids: { limit: 1026 },
      cpu: { period: 20_000 },
    });
  });

  test("a container may be bound to processors", () => {
    put(version2);
    expect(findCgroups(root, true).resourcesOf({ memoryMiB: 128 }, "1,3")).toMatchObject({ cpu: { period: 20_000, cpus: "1,3" } });
  });

  test("a user makes them below a group that was delegated", () => {
    const own = "sys/fs/cgroup/user.slice/user-1000.slice/session.scope";
    put({ ...version2, [`${own}/cgroup.subtree_control`]: "", [`${own}/cgroup.controllers`]: "memory pids\n" });
    const cgroups = findCgroups(root, false);
    expect(cgroups).toMatchObject({ layout: "v2", missing: ["cpu", "cpuset"] });
    expect(cgroups.pathOf("i.e")).toBe("/user.slice/user-1000.slice/session.scope/lambent/i.e");
    expect(has(`${own}/cgroup.subtree_control`)).toBe("+memory +pids");
  });

  test("so does root where the root of the tree is not to be changed, as in a user namespace", () => {
    const own = "sys/fs/cgroup/user.slice/user-1000.slice/session.scope";
    put({ ...version2, [`${own}/cgroup.subtree_control`]: "", [`${own}/cgroup.controllers`]: "memory pids\n" });
    rmSync(join(root, "sys/fs/cgroup/cgroup.subtree_control"));
    symlinkSync("no/folder", join(root, "sys/fs/cgroup/cgroup.subtree_control"));
    expect(findCgroups(root, true).pathOf("i.e")).toBe("/user.slice/user-1000.slice/session.scope/lambent/i.e");
  });

  test("tells that there are none where none was delegated, or without the memory controller", () => {
    put(version2);
    expect(findCgroups(root, false).layout).toBe("none");
    put({ "sys/fs/cgroup/cgroup.controllers": "pids\n" });
    expect(findCgroups(root, true).layout).toBe("none");
    expect(findCgroups(join(root, "elsewhere"), true)).toMatchObject({ layout: "none", missing: ["memory", "cpu", "pids", "freezer", "cpuset"] });
  });

  test("reads and writes the files of a container's group", async () => {
    const group = "sys/fs/cgroup/lambent/i.e";
    put({
      ...version2,
      [`${group}/memory.peak`]: "300000\n",
      [`${group}/memory.current`]: "250000\n",
      [`${group}/memory.stat`]: "anon 100000\nfile 40000\nkernel 9000\nshmem 10000\nfile_mapped 12\n",
      [`${group}/memory.events`]: "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\noom_group_kill 0\n",
      [`${group}/cgroup.freeze`]: "0",
      [`${group}/cgroup.procs`]: "12\n13\n",
    });
    const cgroup = findCgroups(root, true).open("i.e", { memoryMiB: 442 });
    if (cgroup === undefined) throw new Error("there is no group");
    put({ [`${group}/memory.peak`]: "5000000\n" });
    expect(cgroup.peakMemoryBytes()).toBe(5_000_000 - 30_000 - 250_000);
    put({ [`${group}/memory.stat`]: "anon 100000\nfile 0\nshmem 0\n" });
    // The mark has not moved.
    expect(cgroup.peakMemoryBytes()).toBe(5_000_000 - 30_000 - 250_000);
    expect(cgroup.oomKills()).toBe(1);
    expect(cgroup.pids()).toEqual([12, 13]);
    expect(cgroup.joining).toEqual([join(root, group, "cgroup.procs")]);
    cgroup.freeze();
    expect(has(`${group}/cgroup.freeze`)).toBe("1");
    cgroup.thaw();
    expect(has(`${group}/cgroup.freeze`)).toBe("0");
    cgroup.limitCpu();
    expect(has(`${group}/cpu.max`)).toBe("4997 20000");
    expect(has(`${group}/cpu.weight`)).toBe("25");
    cgroup.close();
    cgroup.freeze();
    expect(has(`${group}/cgroup.freeze`)).toBe("0");
  });
});

test("finds each controller of version 1, also beside a version 2 that has none", () => {
  const tree = "sys/fs/cgroup";
  put({
    "proc/self/mountinfo":
      `31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n${mount("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct")}` +
      `${mount("/sys/fs/cgroup/memory", "cgroup", "memory")}${mount("/sys/fs/cgroup/pids", "cgroup", "pids")}` +
      `${mount("/sys/fs/cgroup/my\\040freezer", "cgroup", "freezer")}${mount("/sys/fs/cgroup/unified", "cgroup2", "nsdelegate")}`,
    [`${tree}/memory/memory.limit_in_bytes`]: "9223372036854771712",
    [`${tree}/pids/pids.max`]: "",
    [`${tree}/cpu,cpuacct/lambent/i.e/cpu.cfs_quota_us`]: "-1",
    [`${tree}/my freezer/lambent/i.e/freezer.state`]: "THAWED",
  });
  const cgroups = findCgroups(root, true);
  expect(cgroups).toMatchObject({ layout: "hybrid", missing: ["cpuset"] });
  // Without accounting of swap, as by the file that is missing, a limit of it would be refused.
  expect(cgroups.resourcesOf({ memoryMiB: 128 })).toMatchObject({ memory: { limit: 129 * 2 ** 20 } });
  const cgroup = cgroups.open("i.e", { memoryMiB: 10_240 });
  cgroup?.limitCpu();
  expect(has(`${tree}/cpu,cpuacct/lambent/i.e/cpu.cfs_quota_us`)).toBe("115772");
  expect(has(`${tree}/cpu,cpuacct/lambent/i.e/cpu.shares`)).toBe("5928");
  cgroup?.freeze();
  expect(has(`${tree}/my freezer/lambent/i.e/freezer.state`)).toBe("FROZEN");
});

test("removes groups that were left, and none that is new or has processes", () => {
  put({ ...version2, "sys/fs/cgroup/lambent/busy/cgroup.procs": "12\n" });
  const groups = join(root, "sys/fs/cgroup/lambent");
  for (const name of ["left", "new"]) mkdirSync(join(groups, name));
  for (const name of ["left", "busy"]) utimesSync(join(groups, name), 100, 100);
  findCgroups(root, true).removeLeftovers(systemClock.now());
  expect(readdirSync(groups).sort()).toEqual(["busy", "cgroup.subtree_control", "new"]);
});

const real = findCgroups();
const missing = real.layout === "none" || real.layout === "v2" ? "no groups of version 1 that this user may make" : "";

describe.skipIf(missing !== "")(`real groups of version 1${missing && ` (${missing})`}`, () => {
  const name = `test-${process.pid}`;
  const spec = { memoryMiB: 64 };
  const makeGroup = (): NonNullable<ReturnType<typeof real.open>> => {
    const found = real.open(name, spec);
    if (found === undefined) throw new Error("there is no group");
    found.close();
    for (const file of found.joining) mkdirSync(dirname(file), { recursive: true });
    const folderOf = (controller: string): string => dirname(found.joining.find((file) => file.includes(`/${controller}/`)) ?? "");
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const inherited = join(folderOf("cpuset"), "..", file);
      writeFileSync(inherited, readFileSync(join(dirname(inherited), "..", file)));
      writeFileSync(join(folderOf("cpuset"), file), readFileSync(inherited));
    }
    writeFileSync(join(folderOf("memory"), "memory.limit_in_bytes"), `${real.resourcesOf(spec).memory?.limit}`);
    writeFileSync(join(folderOf("cpu"), "cpu.cfs_period_us"), `${real.resourcesOf(spec).cpu?.period}`);
    return real.open(name, spec) ?? found;
  };
  const children: ChildProcess[] = [];
  /** A program that begins inside, and waits for a byte before it does what it should. */
  const startIn = async (cgroup: ReturnType<typeof makeGroup>, script: string): Promise<ChildProcess> => {
    const waiting = `process.stdin.once("data", () => { ${script} }); process.stdout.write("ready");`;
    const enter = cgroup.joining.map((file) => `echo 0 > '${file}'`).join(" && ");
    const child = spawn("/bin/sh", ["-c", `${enter} && exec '${process.execPath}' -e '${waiting}'`], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  };
  afterEach(async () => {
    real.open(name, spec)?.thaw();
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await expect.poll(() => real.open(name, spec)?.remove()).toBe(true);
  });

  test("counts the most memory that was there at one time, without what is only cached", async () => {
    const cgroup = makeGroup();
    const before = await startIn(cgroup, `let all = Buffer.alloc(24 << 20, 1); all = undefined; process.exit(0)`);
    const booted = cgroup.peakMemoryBytes();
    before.stdin?.write("x");
    await once(before, "exit");
    expect(cgroup.peakMemoryBytes() - booted).toBeGreaterThan(20 << 20);
    expect(cgroup.peakMemoryBytes()).toBeLessThan(64 << 20);
    const peak = cgroup.peakMemoryBytes();
    const file = join(root, "big");
    const reader = await startIn(cgroup, `require("fs").writeFileSync("${file}", Buffer.alloc(1 << 20)); for (let i = 0; i < 60; i++) require("fs").appendFileSync("${file}", Buffer.alloc(1 << 20)); process.exit(0)`);
    reader.stdin?.write("x");
    await once(reader, "exit");
    expect(cgroup.peakMemoryBytes()).toBeLessThan(peak + (16 << 20));
    await expect.poll(() => cgroup.remove()).toBe(true);
    expect(cgroup.peakMemoryBytes()).toBeGreaterThan(20 << 20);
  });

  test("tells that a process was killed for its memory, and that one was not", async () => {
    const cgroup = makeGroup();
    const child = await startIn(cgroup, `const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));`);
    expect(cgroup.oomKills()).toBe(0);
    child.stdin?.write("x");
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    expect(cgroup.oomKills()).toBe(1);
  });

  test("stops all processes and lets them go on", async () => {
    const cgroup = makeGroup();
    const child = await startIn(cgroup, `process.stdout.write("answer")`);
    cgroup.freeze();
    child.stdin?.write("x");
    const answer = once(child.stdout ?? child, "data");
    const state = join(dirname(cgroup.joining.find((file) => file.includes("/freezer/")) ?? ""), "freezer.state");
    await expect.poll(() => readFileSync(state, "utf8")).toBe("FROZEN\n");
    cgroup.thaw();
    expect(String((await answer)[0])).toBe("answer");
  });

  test("removes a group without processes, in all trees", async () => {
    const cgroup = makeGroup();
    const child = await startIn(cgroup, ``);
    const folders = cgroup.joining.map((file) => dirname(file));
    expect(cgroup.pids()).toEqual([child.pid]);
    expect(cgroup.remove()).toBe(false);
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    await expect.poll(() => cgroup.remove()).toBe(true);
    expect(cgroup.pids()).toEqual([]);
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(cgroup.remove()).toBe(true);
  });
});
