// Reading and hurting other processes: what /proc shows, memory, descriptors, signals.
import { readFileSync } from "node:fs";
import { containedByAll, containedInOci, refusedInOci, type Attempt, type Family } from "../attempt.ts";
import { holds, hurtsProcess, leaks } from "../harms.ts";
import { hostProcess, listeningPorts } from "../outside.ts";
import { holdPrey, type Prey } from "../prey.ts";

const prey = new Map<string, Prey>();

/** The event has how secrets begin, and no secret. */
const searchOfSelf = `
import re

def handler(event, context):
    needle = event["victim"]["needle"].encode()
    found, size = set(), 0
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            bounds = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if bounds is None or "[v" in line:
                continue
            start, end = (int(text, 16) for text in bounds.groups())
            try:
                memory.seek(start)
                text = memory.read(min(end - start, 64 << 20))
            except OSError:
                continue
            size += len(text)
            found.update(re.findall(re.escape(needle) + rb"[0-9a-f]{24}", text))
    return {"answer": [text.decode() for text in found], "searched": size}
`;

/** Looks at every process that comes, from before the runtime is started. */
const watchingExtension = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
hostile watch 1500 > "\${TMPDIR:-/tmp}/seen" &
sleep 0.1
id=$(curl -s -D - -o /dev/null -X POST -H "Lambda-Extension-Name: watch" -d '{"events":["INVOKE"]}' "$api/register" | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
while curl -s -o /dev/null -H "Lambda-Extension-Identifier: $id" "$api/event/next"; do :; done
`;

/** Processes that are there to be hurt: one of the host, one of another environment. */
const hurting = (rest: Pick<Attempt, "name" | "tries" | "attack" | "expected">, who: "bystander" | "prey"): Attempt => ({
  ...rest,
  prepare: async (scene, mark) => {
    if (who === "bystander") return { bystander: `${scene.spawnBystander()}` };
    const held = await holdPrey(scene.guarded, mark);
    prey.set(mark, held);
    return { prey: `${held.process.pid}` };
  },
  harm: async (seen) => {
    const harm = await hurtsProcess(who)(seen);
    await prey.get(seen.facts.mark)?.end();
    return harm;
  },
});

export const processes: Family = {
  name: "Other processes",
  attempts: [
    {
      name: "environments of all processes",
      tries: "reads /proc/PID/environ of every process",
      attack: (_facts, { fs, each, pids }) => each(pids(), (pid) => /HOSTILE-.*/.exec(fs.readFileSync(`/proc/${pid}/environ`, "latin1"))?.[0] ?? ""),
      harm: leaks("environment", "server", "host process"),
      expected: containedInOci,
    },
    {
      name: "arguments of all processes",
      tries: "reads /proc/PID/cmdline of every process",
      attack: (_facts, { fs, each, pids }) => each(pids(), (pid) => /HOSTILE-.*/.exec(fs.readFileSync(`/proc/${pid}/cmdline`, "latin1"))?.[0] ?? ""),
      harm: leaks("shared"),
      expected: containedInOci,
    },
    {
      name: "environment of the server",
      tries: "reads the environment of its parent, and of the process that the server is",
      attack: ({ host }, { fs, each }) => each([process.ppid, host.serverPid], (pid) => fs.readFileSync(`/proc/${pid}/environ`, "latin1")),
      harm: leaks("server"),
      expected: containedInOci,
    },
    {
      name: "memory by /proc",
      tries: "searches /proc/PID/mem of another environment's runtime for a secret",
      attack: ({ victim }, { program }) => program("search-mem", victim.pid, victim.needle),
      harm: leaks("memory", "event"),
      expected: refusedInOci,
    },
    {
      name: "memory by process_vm_readv",
      tries: "searches the memory of another environment's runtime with process_vm_readv",
      attack: ({ victim }, { program }) => program("search-vm", victim.pid, victim.needle),
      harm: leaks("memory", "event"),
      expected: refusedInOci,
    },
    {
      name: "memory of the server",
      tries: "searches the memory of the server with process_vm_readv for another function's variables",
      attack: ({ victim, host }, { program }) => program("search-vm", host.serverPid, victim.needle),
      harm: leaks("environment", "file", "server"),
      expected: refusedInOci,
    },
    {
      name: "memory that it began with",
      tries: "in Python, searches its own memory for what it was forked from: variables of the server, secrets of others",
      attack: { runtime: "python3.11", files: { "index.py": searchOfSelf } },
      harm: leaks(),
      expected: containedByAll,
    },
    {
      name: "ptrace",
      tries: "attaches to another environment's process as its tracer",
      attack: ({ victim }, { program }) => program("trace", victim.carelessPid),
      harm: ({ facts }) => (hostProcess(facts.victim.carelessPid).status("TracerPid") === "0" ? undefined : "traces the victim"),
      expected: refusedInOci,
    },
    {
      name: "files by another's root",
      tries: "reads another environment's /tmp by /proc/PID/root and /proc/PID/cwd",
      attack: ({ victim }, { fs, each }) =>
        each([`/proc/${victim.pid}/root/tmp/secret`, `/proc/${victim.pid}/root${victim.tmp}/secret`, `/proc/${victim.pid}/cwd/../../secret`], (file) => fs.readFileSync(file, "latin1")),
      harm: leaks("file"),
      expected: refusedInOci,
    },
    {
      name: "descriptors by /proc",
      tries: "opens descriptors of another environment's process by /proc/PID/fd",
      attack: ({ victim }, { fs, each }) => each(fs.readdirSync(`/proc/${victim.carelessPid}/fd`), (fd) => fs.readlinkSync(`/proc/${victim.carelessPid}/fd/${fd}`)),
      harm: ({ facts, answer }) => {
        const links = [...hostProcess(facts.victim.carelessPid).descriptors().values()].filter((link) => link.startsWith("socket:"));
        return links.some((link) => answer.includes(link)) ? "sees the victim's descriptors" : undefined;
      },
      expected: refusedInOci,
    },
    {
      name: "descriptors that came along",
      tries: "runs, and is looked at: whether a process of its environment has a file of the host open",
      attack: () => "",
      harm: (seen) => {
        const links = seen.processes().flatMap((found) => [...found.descriptors().values()]);
        return links.find((link) => link.startsWith("/") && !/^\/(dev\/(null|urandom)$|proc\/|tmp\/|var\/task\/)/.test(link));
      },
      expected: containedByAll,
    },
    {
      name: "descriptors of newcomers",
      tries: "as an extension, watches what makes the runtime's process inside, and opens what that has open",
      layer: { "extensions/watch": watchingExtension },
      attack: async (_facts, { fs, sleep, tmp }) => {
        await sleep(1600);
        return fs.readFileSync(`${tmp}/seen`, "latin1");
      },
      harm: ({ answer }) => (answer.includes("looked at") ? /opened [^\\]*/.exec(answer)?.[0] : "did not look"),
      expected: { process: "not tried", oci: "contained" },
    },
    {
      name: "descriptors by pidfd_getfd",
      tries: "takes a copy of the socket that another environment listens on",
      attack: async ({ victim }, { program }) => {
        const taken = [await program("steal-descriptor", victim.carelessPid, 3)];
        // Those that are not open are no reason to stop.
        for (let fd = 4; fd < 10; fd += 1) taken.push(await program("steal-descriptor", victim.carelessPid, fd).catch(() => ""));
        return taken;
      },
      harm: (seen) => {
        const sockets = [...hostProcess(seen.facts.victim.carelessPid).descriptors().values()].filter((link) => link.startsWith("socket:"));
        return sockets.map((link) => holds(new RegExp(link.replaceAll(/[[\]]/g, "\\$&")))(seen)).find((harm) => harm !== undefined);
      },
      expected: refusedInOci,
    },
    hurting({
      name: "a signal to the host",
      tries: "kills a process of the host that is none of Lambent's",
      attack: ({ more }, { program }) => program("signal", more["bystander"] ?? "", 9),
      expected: refusedInOci,
    }, "bystander"),
    hurting({
      name: "a signal to another function",
      tries: "kills the runtime of another function",
      attack: ({ more }, { program }) => program("signal", more["prey"] ?? "", 9),
      expected: refusedInOci,
    }, "prey"),
    hurting({
      name: "a stop of another function",
      tries: "stops the runtime of another function with SIGSTOP",
      attack: ({ more }, { program }) => program("signal", more["prey"] ?? "", 19),
      expected: refusedInOci,
    }, "prey"),
    {
      name: "the server's inspector",
      tries: "sends SIGUSR1 to the server, on which Node.js opens its debugger's port",
      prepare: async ({ guarded }) => ({ ports: listeningPorts(guarded.process.pid ?? 0).join() }),
      attack: async ({ host }, { program, sleep }) => {
        const said = await program("signal", host.serverPid, 10);
        await sleep(300);
        return said;
      },
      harm: ({ scene, facts }) => {
        const before = new Set((facts.more["ports"] ?? "").split(",").map(Number));
        const opened = listeningPorts(scene.guarded.process.pid ?? 0).filter((port) => !before.has(port));
        // Of these one is the Runtime API of the attempt's own environment.
        return opened.length > 1 ? "the server listens for a debugger" : undefined;
      },
      alone: true,
      expected: refusedInOci,
    },
    {
      name: "limits of others",
      tries: "changes a resource limit of another environment's process with prlimit",
      attack: ({ victim }, { program }) => program("prlimit", victim.carelessPid),
      harm: ({ facts }) => (/^Max core file size\s+7\s/m.test(readFileSync(`/proc/${facts.victim.carelessPid}/limits`, "latin1")) ? "has limited the victim" : undefined),
      expected: refusedInOci,
    },
    {
      name: "a signal to everybody",
      tries: "kill(-1, SIGKILL): every process that it may signal",
      attack: (_facts, { program }) => program("signal", -1, 9),
      harm: () => undefined,
      expected: { process: "not tried", oci: "contained" },
    },
    {
      name: "a signal to the first process",
      tries: "kill(1, SIGKILL) and kill(1, SIGTERM): the first process of what it sees",
      attack: async (_facts, { program }) => [await program("signal", 1, 9), await program("signal", 1, 15)],
      harm: () => undefined,
      expected: { process: "not tried", oci: "contained" },
    },
  ],
};
