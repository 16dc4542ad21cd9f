import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CpuSets, parseCpuList } from "./cpu-sets.ts";
import { openMachine } from "./machine.ts";

const meminfo = `MemTotal:       24684084 kB
MemFree:        18492412 kB
MemAvailable:   22836848 kB
Active(anon):       1688 kB
SwapTotal:          1024 kB
CommitLimit:    12342040 kB
VmallocTotal:   34359738367 kB
HugePages_Total:       3
Hugepagesize:       2048 kB
`;
const processor = (number: number): string => `processor\t: ${number}\nmodel name\t: AMD EPYC\nsiblings\t: 4\ncpu cores\t: 4\nflags\t\t: fpu vme\n\n`;
const stat = `cpu  10 0 20 30 0 0 0 0 0 0
cpu0 1 0 2 3 0 0 0 0 0 0
cpu1 2 0 2 3 0 0 0 0 0 0
cpu2 3 0 2 3 0 0 0 0 0 0
cpu3 4 0 2 3 0 0 0 0 0 0
intr 54200084 0 9
btime 1795263822
processes 1154912
`;

let root: string;
let directory: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lambent-machine-"));
  directory = join(root, "own");
  await mkdir(join(root, "proc/self"), { recursive: true });
  await writeFile(join(root, "proc/meminfo"), meminfo);
  await writeFile(join(root, "proc/cpuinfo"), [0, 1, 2, 3].map(processor).join(""));
  await writeFile(join(root, "proc/stat"), stat);
  await writeFile(join(root, "proc/self/status"), "Name:\tnode\nCpus_allowed_list:\t0-3\nMems_allowed:\t1\n");
});
afterAll(() => rm(root, { recursive: true }));

test("a function sees its own memory, all of it free", async () => {
  const { files } = await openMachine(directory, root).see(1769);
  expect(files[0]?.target).toBe("/proc/meminfo");
  expect(readFileSync(files[0]?.source ?? "", "utf8")).toBe(`MemTotal:        1811456 kB
MemFree:         1811456 kB
MemAvailable:    1811456 kB
Active(anon):          0 kB
SwapTotal:             0 kB
CommitLimit:     1811456 kB
VmallocTotal:   34359738367 kB
HugePages_Total:       0
Hugepagesize:       2048 kB
`);
});

test("a small function sees two of four processors, numbered from 0, and runs on those with the fewest others", async () => {
  const machine = openMachine(directory, root);
  const first = await machine.see(128);
  const second = await machine.see(3008);
  expect([first.cpus, second.cpus]).toEqual(["0,1", "2,3"]);
  const shown = Object.fromEntries(first.files.map(({ source, target }) => [target, readFileSync(source, "utf8")]));
  expect(shown["/proc/cpuinfo"]).toBe([0, 1].map(processor).join("").replaceAll(": 4", ": 2"));
  expect(shown["/proc/stat"]).toBe(`cpu  10 0 20 30 0 0 0 0 0 0
cpu0 1 0 2 3 0 0 0 0 0 0
cpu1 2 0 2 3 0 0 0 0 0 0
intr 0 0 0
btime 1795263822
processes 0
`);
  second.release();
  expect((await machine.see(3009)).cpus).toBe("0,2,3");
});

test("processors are free again when their files cannot be written", async () => {
  const own = join(root, "blocked");
  const machine = openMachine(own, root);
  // A folder stands where the file belongs.
  await mkdir(join(own, "cpuinfo-2"), { recursive: true });
  await expect(machine.see(128)).rejects.toMatchObject({ code: "EISDIR" });
  await rm(join(own, "cpuinfo-2"), { recursive: true });
  expect((await machine.see(128)).cpus).toBe("0,1");
});

test("one that may see as many as the machine has runs on all", async () => {
  const { cpus, files } = await openMachine(directory, root).see(5308);
  expect(cpus).toBeUndefined();
  expect(files.map(({ target }) => target)).toEqual(["/proc/meminfo"]);
});

test("functions of more memory see up to six processors", () => {
  const sets = new CpuSets(parseCpuList("0-3,8,10-15"));
  expect([128, 3008, 3009, 5307, 5308, 7077, 8846, 10_240].map((memoryMiB) => sets.take(memoryMiB).cpus?.length)).toEqual([2, 2, 3, 3, 4, 5, 6, 6]);
});
