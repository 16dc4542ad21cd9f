// Taking more than its share: processes, memory, descriptors, disk, processors, output. All bounded: what is not contained
// must not hurt the machine that it is measured on.
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { containedByAll, containedInOci, refusedInOci, type Family, type Harm } from "../attempt.ts";
import { anyOf, exceedsCpuShare, exceedsMemory } from "../harms.ts";
import { hostProcess, residentMiB, threadCount, usageOf, variableOf } from "../outside.ts";

/** Of what AWS gives an execution environment. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const [mostProcesses, mostFiles] = [1024, 1024];

const serverMiB = (pid: number | undefined): number => residentMiB([hostProcess(pid ?? 0)]);

/** What an attempt costs the server in memory and in log files. */
const burdensServer: Harm = ({ scene, facts, functionName }) => {
  const grownMiB = serverMiB(scene.guarded.process.pid) - Number(facts.more["serverMiB"]);
  if (grownMiB > 512) return `the server has grown by ${Math.round(grownMiB)} MiB`;
  const logs = usageOf(join(scene.guarded.folder, "logs", "000000000000", "us-east-1", encodeURIComponent(`/aws/lambda/${functionName}`)));
  // Two files a stream, and what waits for the disk.
  return logs.usedMiB > 128 ? `its log has ${Math.round(logs.usedMiB)} MiB` : undefined;
};

const weighServer = async ({ guarded }: { guarded: { process: { pid?: number | undefined } } }): Promise<Readonly<Record<string, string>>> => ({ serverMiB: `${serverMiB(guarded.process.pid)}` });

export const resources: Family = {
  name: "More than its share",
  attempts: [
    {
      name: "fork bomb",
      tries: "forks until it may not, at most 1,200 times",
      attack: (_facts, { program }) => program("fork", 1200),
      harm: (seen) => {
        const count = threadCount(seen.processes());
        // And the shells that it is started by.
        return count > mostProcesses + 8 ? `has ${count} processes and threads` : undefined;
      },
      alone: true,
      expected: containedInOci,
    },
    {
      name: "zombies",
      tries: "leaves 500 children that have ended unreaped",
      attack: (_facts, { program }) => program("zombies", 500),
      harm: () => undefined,
      alone: true,
      expected: containedByAll,
    },
    {
      name: "orphans",
      tries: "leaves 300 children of children that end later, for whoever takes orphans",
      attack: async (_facts, { program, sleep }) => {
        const said = await program("orphans", 300);
        await sleep(200);
        return said;
      },
      harm: () => undefined,
      alone: true,
      expected: containedByAll,
    },
    {
      name: "memory bomb",
      tries: "touches 512 MiB with 128 MiB to its name",
      memoryMiB: 128,
      attack: (_facts, { program }) => program("memory", 512),
      harm: exceedsMemory(128),
      alone: true,
      expected: containedInOci,
    },
    {
      name: "memory bomb in the runtime",
      tries: "fills the runtime's own process with 512 MiB of buffers",
      memoryMiB: 128,
      attack: () => {
        const kept = Array.from({ length: 32 }, () => Buffer.alloc(16 * 1024 * 1024, 1));
        Object.assign(globalThis, { kept });
        return kept.length;
      },
      harm: exceedsMemory(128),
      alone: true,
      expected: containedInOci,
    },
    {
      name: "memory bomb of many",
      tries: "touches 128 MiB in each of 6 processes, with 256 MiB to its name",
      memoryMiB: 256,
      timeoutSeconds: 4,
      attack: (_facts, { program }) => Promise.all(Array.from({ length: 6 }, () => program("memory", 128))),
      harm: exceedsMemory(256),
      alone: true,
      expected: containedInOci,
    },
    {
      name: "memory as a file",
      tries: "touches 384 MiB of a memfd",
      memoryMiB: 128,
      attack: (_facts, { program }) => program("memfd", 384),
      harm: exceedsMemory(128),
      alone: true,
      expected: containedInOci,
    },
    {
      name: "memory as a shared segment",
      tries: "touches 384 MiB of System V shared memory",
      memoryMiB: 128,
      attack: (_facts, { program }) => program("sysv-memory", 384),
      harm: exceedsMemory(128),
      alone: true,
      expected: containedInOci,
    },
    {
      name: "memory as /dev/shm",
      tries: "writes 256 MiB to /dev/shm",
      memoryMiB: 128,
      attack: ({ mark }, { program }) => program("fill", `/dev/shm/${mark}`, 256),
      harm: ({ facts }) => {
        const { usedMiB } = usageOf("/dev/shm");
        return usedMiB > 100 ? `has ${Math.round(usedMiB)} MiB in the host's /dev/shm ${facts.mark}` : undefined;
      },
      clean: async (_scene, mark) => (await import("node:fs")).rmSync(`/dev/shm/${mark}`, { force: true }),
      alone: true,
      expected: refusedInOci,
    },
    {
      name: "memory of the kernel",
      tries: "fills the buffers of 400 sockets that nobody reads",
      memoryMiB: 128,
      attack: (_facts, { program }) => program("sockets", 400),
      harm: ({ answer }) => {
        const heldMiB = Number(/held (\d+)/.exec(answer)?.[1] ?? 0) / (1 << 20);
        return heldMiB > 160 ? `holds ${Math.round(heldMiB)} MiB in the kernel` : undefined;
      },
      alone: true,
      expected: containedInOci,
    },
    {
      name: "the page cache",
      tries: "writes 256 MiB to its /tmp with 128 MiB of memory",
      memoryMiB: 128,
      attack: (_facts, { program, tmp }) => program("fill", `${tmp}/file`, 256, "write"),
      harm: exceedsMemory(128),
      alone: true,
      expected: containedByAll,
    },
    {
      name: "open files",
      tries: "raises its limit and opens 2,000 files",
      attack: (_facts, { program }) => program("open", 2000),
      harm: (seen) => {
        const most = Math.max(...seen.processes().map((found) => found.descriptors().size));
        return most > mostFiles ? `has ${most} files open` : undefined;
      },
      variesByMachine: true,
      expected: containedInOci,
    },
    {
      name: "disk",
      tries: "writes 600 MiB to its /tmp of 512",
      attack: (_facts, { program, tmp }) => program("fill", `${tmp}/file`, 600),
      harm: ({ facts, scene }) => {
        const { usedMiB } = usageOf(join(scene.guarded.folder, "sandboxes"));
        return usedMiB > 560 ? `has ${Math.round(usedMiB)} MiB on disk ${facts.mark}` : undefined;
      },
      alone: true,
      expected: refusedInOci,
    },
    {
      name: "inodes",
      tries: "makes 60,000 files in its /tmp",
      attack: (_facts, { program, tmp }) => program("files", `${tmp}/files`, 60_000),
      harm: ({ scene }) => {
        const { files } = usageOf(join(scene.guarded.folder, "sandboxes"));
        return files > 50_000 ? `has ${files} files on the host's disk` : undefined;
      },
      alone: true,
      expected: refusedInOci,
    },
    {
      name: "other places to write",
      tries: "looks for folders beside /tmp that it may write to, and fills them with 64 MiB",
      attack: async (_facts, { fs, program, each }) => {
        const folders = ["/", "/var/task", "/opt", "/var/runtime", "/var/lang", "/var/tmp", "/run", "/dev", "/dev/shm", "/dev/mqueue", "/etc", "/home", "/root", "/proc/self", process.env["LAMBDA_RUNTIME_DIR"] ?? "/"];
        const open = each(folders, (folder) => {
          fs.accessSync(folder, fs.constants.W_OK);
          return folder;
        });
        const file = `${open[0]}/hostile-${process.pid}`;
        await program("fill", file, 64).finally(() => fs.rmSync(file, { force: true }));
        return `allowed ${open.join()}`;
      },
      harm: ({ answer }) => /allowed (.*)"/.exec(answer)?.[0],
      expected: refusedInOci,
    },
    {
      name: "processors",
      tries: "spins with 4 threads, with memory that buys 0.07 of a processor",
      memoryMiB: 128,
      attack: (_facts, { program }) => program("spin", 4, 2500),
      harm: exceedsCpuShare(128),
      alone: true,
      expected: containedInOci,
    },
    {
      name: "a flood of lines",
      tries: "prints 64 MiB in short lines",
      prepare: weighServer,
      attack: (_facts, { fs }) => {
        const lines = "a line of a flood that nobody will read\n".repeat(1600);
        for (let sent = 0; sent < 64 * 1024 * 1024; sent += fs.writeSync(1, lines));
        return "done";
      },
      harm: burdensServer,
      alone: true,
      expected: containedByAll,
    },
    {
      name: "a line without end",
      tries: "prints 512 MiB without a newline",
      prepare: weighServer,
      attack: (_facts, { fs }) => {
        const bytes = Buffer.alloc(65_536, "x");
        for (let sent = 0; sent < 512 * 1024 * 1024; sent += fs.writeSync(1, bytes));
        return "done";
      },
      harm: burdensServer,
      alone: true,
      expected: containedByAll,
    },
    {
      name: "a response without end",
      tries: "answers with 16 MiB",
      prepare: weighServer,
      attack: () => "x".repeat(16 * 1024 * 1024),
      harm: anyOf(burdensServer, ({ answer }) => (answer.length > 7 * 1024 * 1024 ? "the caller gets all of it" : undefined)),
      alone: true,
      expected: containedByAll,
    },
    {
      name: "the file system of the host",
      tries: "is looked at: whether /tmp is a file system of its own, of its own size",
      attack: ({ mark }, { fs, tmp }) => {
        fs.writeFileSync(`${tmp}/${mark}`, "");
        return "";
      },
      harm: ({ scene, processes }) => {
        const [found] = processes();
        if (found === undefined) return "is not there";
        const [own, host] = [statfsSync(`/proc/${found.pid}/root${variableOf(found, "TMPDIR") ?? "/tmp"}`), statfsSync(scene.guarded.folder)];
        return own.blocks * own.bsize === host.blocks * host.bsize ? "has all the room that the host has" : undefined;
      },
      expected: containedInOci,
    },
  ],
};
