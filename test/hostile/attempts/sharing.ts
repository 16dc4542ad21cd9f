// What processes of one machine share: memory, queues, sockets, keys, files.
import { containedInOci, refusedInOci, type Family } from "../attempt.ts";
import { leaks } from "../harms.ts";

export const sharing: Family = {
  name: "Shared objects",
  attempts: [
    {
      name: "System V shared memory",
      tries: "attaches to another environment's segment by its key",
      attack: ({ victim }, { program }) => program("sysv", victim.sysvKey),
      harm: leaks("shared"),
      expected: refusedInOci,
    },
    {
      name: "POSIX shared memory",
      tries: "reads another environment's object in /dev/shm",
      attack: ({ victim }, { fs }) => fs.readFileSync(`/dev/shm/${victim.name}`, "latin1"),
      harm: leaks("shared"),
      expected: refusedInOci,
    },
    {
      name: "POSIX message queue",
      tries: "receives from another environment's queue",
      attack: ({ victim }, { program }) => program("queue", `/${victim.name}`),
      harm: leaks("shared"),
      expected: refusedInOci,
    },
    {
      name: "user keyring",
      tries: "reads a key that another environment keeps in the keyring of its user",
      attack: ({ victim }, { program }) => program("keyring", victim.name),
      harm: leaks("shared"),
      expected: refusedInOci,
    },
    {
      name: "abstract socket",
      tries: "connects to another environment's abstract unix socket",
      attack: ({ victim }, { program }) => program("abstract", victim.name),
      harm: leaks("shared"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "/tmp of another",
      tries: "reads another environment's /tmp by where the host has it, and looks for it below its own",
      attack: ({ victim }, { fs, each, tmp }) => each([`${victim.tmp}/secret`, "/tmp/secret", `${tmp}/../../../secret`], (file) => fs.readFileSync(file, "latin1")),
      harm: leaks("file"),
      expected: refusedInOci,
    },
    {
      name: "names in /tmp",
      tries: "leaves a file in /tmp for others to find there",
      prepare: async (_scene, mark) => ({ left: `/tmp/left-${mark}` }),
      attack: ({ more }, { fs }) => fs.writeFileSync(more["left"] ?? "", "left"),
      harm: async ({ facts }) => {
        const { existsSync } = await import("node:fs");
        return existsSync(facts.more["left"] ?? "") ? "leaves files in everybody's /tmp" : undefined;
      },
      clean: async (_scene, mark) => (await import("node:fs")).rmSync(`/tmp/left-${mark}`, { force: true }),
      expected: containedInOci,
    },
  ],
};
