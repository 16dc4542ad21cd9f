// Changing what the next environment runs: code, layers, the runtime, the language, caches.
import { rmSync } from "node:fs";
import { containedByAll, refusedByAll, refusedInOci, type Attempt, type Family } from "../attempt.ts";

/** Leaves a file in one of the folders that environments share, and lets the next environment look. */
const leavesFileIn = (name: string, place: string, tries: string, expected: Attempt["expected"] = refusedInOci): Attempt => ({
  name,
  tries,
  variables: { PLACE: place },
  attack: ({ mark }, { fs, folders }) => {
    const folder = folders[process.env["PLACE"] ?? ""] ?? "/nowhere";
    fs.writeFileSync(`${folder}/${mark}`, "left");
  },
  harm: async ({ scene, facts, functionName }) => {
    await scene.guarded.renew(functionName);
    const { text } = await scene.guarded.invoke(functionName, { look: true });
    const found: readonly string[] = JSON.parse(text).answer.filter((path: string) => path.endsWith(facts.mark));
    for (const path of scene.driver === "process" ? found : []) rmSync(path);
    return found.length > 0 ? `the next environment finds ${place}/…` : undefined;
  },
  expected,
});

export const persistence: Family = {
  name: "The next environment",
  attempts: [
    {
      name: "its own code",
      tries: "writes other code to /var/task",
      attack: (_facts, { fs }) => {
        const file = `${process.env["LAMBDA_TASK_ROOT"]}/index.mjs`;
        fs.chmodSync(file, 0o666);
        fs.writeFileSync(file, "export const handler = async () => 'poisoned';");
      },
      harm: async ({ scene, functionName }) => {
        await scene.guarded.renew(functionName);
        const { text } = await scene.guarded.invoke(functionName, { alive: true });
        return text.includes("poisoned") ? "the next environment runs other code" : undefined;
      },
      expected: refusedInOci,
    },
    {
      name: "remounting /var/task",
      tries: "makes the mount of its code writable, and writes",
      attack: async (_facts, { fs, program }) => {
        const root = process.env["LAMBDA_TASK_ROOT"] ?? "";
        await program("remount", root).catch((error: unknown) => (root === "/var/task" ? Promise.reject(error) : ""));
        const file = `${root}/index.mjs`;
        fs.writeFileSync(file, "export const handler = async () => 'poisoned';");
      },
      harm: async ({ scene, functionName }) => {
        await scene.guarded.renew(functionName);
        const { text } = await scene.guarded.invoke(functionName, { alive: true });
        return text.includes("poisoned") ? "the next environment runs other code" : undefined;
      },
      expected: refusedInOci,
    },
    leavesFileIn("layers", "opt", "leaves a file in /opt"),
    leavesFileIn("the runtime", "runtime", "leaves a file in /var/runtime, where the bootstrap looks for modules"),
    leavesFileIn("the language", "lang", "leaves a file in /var/lang, beside the language's program"),
    leavesFileIn("the compile cache", "cache", "leaves a file in the folder where compiled code is kept, if it finds one", refusedByAll),
    {
      name: "/tmp of the next",
      tries: "leaves a file in /tmp for the next environment of the function",
      attack: ({ mark }, { fs, tmp }) => fs.writeFileSync(`${tmp}/${mark}`, "left"),
      harm: async ({ scene, facts, functionName }) => {
        await scene.guarded.renew(functionName);
        const { text } = await scene.guarded.invoke(functionName, { look: true });
        return text.includes(facts.mark) ? "the next environment finds it" : undefined;
      },
      expected: containedByAll,
    },
  ],
};
