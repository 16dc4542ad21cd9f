// `lambent runtimes`: the languages of this machine, and `add` for one that is missing.
import { Command } from "commander";
import { openRuntimes } from "../main.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

export function runtimesCommand(): Command {
  const list = new Command("list").description("Show every Lambda runtime and whether it is here.");
  addSettingsFlags(list, ["runtimesDirectory"]);
  list.action(async () => {
    for (const status of await openRuntimes(settingsOf(list)).list()) {
      process.stdout.write(
        status.state === "ready"
          ? `${status.id.padEnd(16)} ready    ${status.version}  ${status.program}\n`
          : `${status.id.padEnd(16)} missing  ${status.install}\n`,
      );
    }
  });

  const add = new Command("add").description("Install a runtime for all instances of this user.").argument("<RUNTIME>", "e.g. nodejs22.x");
  addSettingsFlags(add, ["runtimesDirectory"]);
  add.action(async (id: string) => {
    const status = await openRuntimes(settingsOf(add)).add(id, (line) => void process.stdout.write(`${line}\n`));
    process.stdout.write(status.state === "ready" ? `${id} is ready: ${status.program}\n` : `${id} is still missing: ${status.install}\n`);
    if (status.state === "missing") process.exitCode = 1;
  });

  return new Command("runtimes").description("Show and install the languages that functions run in.").addCommand(list, { isDefault: true }).addCommand(add);
}
