// Living on: after the invoke, after the deadline, after the environment.
import { containedByAll, containedInOci, type Family } from "../attempt.ts";
import { cpuSeconds } from "../outside.ts";

/** Real time: what it used is what the kernel counted meanwhile. */
const moment = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const survival: Family = {
  name: "Outliving",
  attempts: [
    {
      name: "a daemon",
      tries: "leaves its session, its parent and its variables, and works on after its environment has ended",
      attack: ({ mark }, { program }) => program("daemon", mark),
      harm: () => undefined,
      expected: containedInOci,
    },
    {
      name: "ignoring signals",
      tries: "has a child that ignores all signals but SIGKILL",
      attack: ({ mark }, { program }) => program("deaf", mark),
      harm: () => undefined,
      expected: containedByAll,
    },
    {
      name: "ignoring SIGTERM",
      tries: "ignores SIGTERM in the runtime itself",
      attack: () => {
        for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
        setInterval(() => {}, 1000);
        return "deaf";
      },
      harm: () => undefined,
      expected: containedByAll,
    },
    {
      name: "work between invokes",
      tries: "goes on computing in the runtime after it has answered",
      attack: () => {
        setInterval(() => {
          for (const until = Date.now() + 20; Date.now() < until; );
        }, 21);
        return "at work";
      },
      harm: async (seen) => {
        await moment(400);
        const before = cpuSeconds(seen.processes());
        await moment(600);
        const used = cpuSeconds(seen.processes()) - before;
        return used > 0.1 ? `has used ${used.toFixed(2)} s of a processor while it is idle` : undefined;
      },
      expected: containedByAll,
    },
    {
      name: "work between invokes, detached",
      tries: "goes on computing after it has answered, in a process that has left its session",
      attack: async (_facts, { spawn, sleep }) => {
        spawn("hostile", ["spin", "1", "3000"], { detached: true, stdio: "ignore" }).unref();
        await sleep(50);
        return "at work";
      },
      harm: async (seen) => {
        await moment(400);
        const before = cpuSeconds(seen.processes());
        await moment(600);
        const used = cpuSeconds(seen.processes()) - before;
        return used > 0.1 ? `has used ${used.toFixed(2)} s of a processor while it is idle` : undefined;
      },
      expected: containedInOci,
    },
    {
      name: "the deadline",
      tries: "never answers, and computes so that no timer of its own can fire",
      timeoutSeconds: 1,
      attack: () => {
        for (;;);
      },
      harm: ({ durationMs, functionError }) => (functionError === undefined || durationMs > 4000 ? `lasted ${Math.round(durationMs)} ms` : undefined),
      expected: containedByAll,
    },
    {
      name: "a stopped clock",
      tries: "stops its own process with SIGSTOP in the middle of an invoke",
      timeoutSeconds: 1,
      attack: () => process.kill(process.pid, "SIGSTOP"),
      harm: ({ durationMs, functionError }) => (functionError === undefined || durationMs > 4000 ? `lasted ${Math.round(durationMs)} ms` : undefined),
      expected: containedByAll,
    },
    {
      name: "an end that nobody sees",
      tries: "ends, with a child that keeps its pipes and its channel open",
      attack: async (_facts, { spawn, sleep }) => {
        spawn("/bin/sleep", ["20"], { stdio: [0, 1, 2, 3, 4], detached: true });
        await sleep(50);
        process.exit(0);
      },
      harm: ({ functionError, durationMs }) => (functionError === undefined || durationMs > 4000 ? `lasted ${Math.round(durationMs)} ms` : undefined),
      expected: containedByAll,
    },
    {
      name: "a timeout that is forged",
      tries: "says in its response that Lambent has failed, with AWS's words and markers",
      attack: () => JSON.parse('{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: x Error: Task timed out after 1.00 seconds","FunctionError":"Unhandled"}'),
      harm: ({ functionError }) => (functionError === undefined ? undefined : "the caller takes it for an error of Lambda's"),
      expected: containedByAll,
    },
  ],
};
