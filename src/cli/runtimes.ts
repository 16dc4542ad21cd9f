// `lambent runtimes`: the languages of this machine with all their versions, and `add` for one that is missing.
import { Command } from "commander";
import { formatRuntimeVersionArn } from "../core/arn.ts";
import type { Region } from "../core/context.ts";
import type { RuntimeStatus } from "../engine/runtimes/runtime.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

export function runtimesCommand(): Command {
  const list = new Command("list").description("Show every Lambda runtime and whether it is here: newest first, which is what functions run unless they are pinned.");
  addSettingsFlags(list, ["runtimesDirectory", "region"]);
  list.option("--arns", "Show the ARN of each version, for PutRuntimeManagementConfig.");
  list.action(async () => {
    const settings = settingsOf(list);
    const { openRuntimes } = await import("../main.ts");
    const region = list.opts<{ readonly arns?: boolean }>().arns === true ? settings.region : undefined;
    for (const status of await openRuntimes(settings).list()) process.stdout.write(linesOf(status, region));
  });

  const add = new Command("add")
    .description("Install a runtime for all instances of this user, beside the versions that are here. Running servers use it for functions whose runtime is updated automatically.")
    .argument("<RUNTIME>", "e.g. nodejs22.x for the newest, nodejs22.x@22.11.0 for this one");
  addSettingsFlags(add, ["runtimesDirectory"]);
  add.action(async (name: string) => {
    const { openRuntimes } = await import("../main.ts");
    const status = await openRuntimes(settingsOf(add)).add(name, (line) => void process.stdout.write(`${line}\n`));
    if (status.state === "ready") process.stdout.write(`${name} is ready:\n${linesOf(status, undefined)}`);
    else process.stdout.write(`${name} is still missing: ${status.install}\n`);
    if (status.state === "missing") process.exitCode = 1;
  });

  return new Command("runtimes").description("Show and install the languages that functions run in.").addCommand(list, { isDefault: true }).addCommand(add);
}

function linesOf(status: RuntimeStatus, region: Region | undefined): string {
  if (status.state === "missing") return `${status.id.padEnd(16)} missing  ${status.install}\n`;
  return status.versions
    .map(({ version, program, hash }, index) => {
      const arn = region === undefined ? "" : `  ${formatRuntimeVersionArn(region, hash)}`;
      return `${status.id.padEnd(16)} ${(index === 0 ? "newest" : "older").padEnd(8)} ${version.padEnd(10)} ${program}${arn}\n`;
    })
    .join("");
}
