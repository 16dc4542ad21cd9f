// `lambent layer`: what AWS's API does not tell of layers. Each subcommand asks a running Lambent.
import { Command } from "commander";
import type { LayerDetails, LayerSummary, LayerUsers } from "../admin/layers/layer-routes.ts";
import { connectionOf, getAdmin, postAdmin } from "./connection.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export function layerCommand(): Command {
  return new Command("layer")
    .description("Show what is in layers, who uses them, and give them semantic versions.")
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(tagCommand())
    .addCommand(sbomCommand())
    .addCommand(usersCommand());
}

const connected = (name: string, description: string): Command =>
  addSettingsFlags(new Command(name).description(description), ["port", "host", "dataDirectory", "region", "account"]);

async function ask<Answer>(command: Command, route: string, query: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await getAdmin(await connectionOf(settingsOf(command)), `/_lambent/layers/${route}`, query);
  return (await response.json()) as Answer;
}

const whichOne = "NAME for the newest version, NAME:3, or NAME@^1.4 by its semantic versions";

function listCommand(): Command {
  const command = connected("list", "The newest version of each layer, with its semantic versions.").option("--json", "as JSON");
  return command.action(async ({ json }: { json?: boolean }) => {
    const answer = await ask<{ readonly layers: readonly LayerSummary[] }>(command, "list", {});
    if (json === true) return print(JSON.stringify(answer));
    for (const layer of answer.layers) print([`${layer.name}:${layer.version}`, ...layer.tags, sizeOf(layer.unzippedBytes), layer.description].filter((part) => part !== "").join("  "));
  });
}

function showCommand(): Command {
  const command = connected("show", "A layer version and every file in it.").argument("<LAYER>", whichOne).option("--json", "as JSON");
  return command.action(async (layer: string, { json }: { json?: boolean }) => {
    const details = await ask<LayerDetails>(command, "show", { layer });
    if (json === true) return print(JSON.stringify(details));
    const members: readonly (readonly [string, string])[] = [
      ["ARN", details.arn],
      ["Semantic versions", details.tags.join(", ")],
      ["Description", details.description],
      ["License", details.licenseInfo],
      ["Published", new Date(details.createdMs).toISOString()],
      ["Runtimes", details.compatibleRuntimes.join(", ")],
      ["Architectures", details.compatibleArchitectures.join(", ")],
      ["Size", `${sizeOf(details.sizeBytes)} zipped, ${sizeOf(details.unzippedBytes)} in ${details.files.length} files`],
    ];
    for (const [label, value] of members) if (value !== "") print(`${label.padEnd(18)} ${value}`);
    print("");
    for (const { path, kind, sizeBytes } of details.files) print(`${(kind === "link" ? "link" : sizeOf(sizeBytes)).padStart(10)}  /opt/${printable(path)}`);
  });
}

function tagCommand(): Command {
  const command = connected("tag", "Give a layer version a semantic version, by which it can be named from then on.")
    .argument("<LAYER>", "NAME:VERSION, e.g. tools:3")
    .argument("<SEMVER>", "e.g. 1.4.2")
    .option("--remove", "take it away again");
  return command.action(async (layer: string, tag: string, { remove }: { remove?: boolean }) => {
    const body = { layer, tag, remove: remove === true };
    const response = await postAdmin(await connectionOf(settingsOf(command)), "/_lambent/layers/tag", body);
    const { tags } = (await response.json()) as { readonly tags: readonly string[] };
    print(tags.length === 0 ? `${layer} has no semantic version` : `${layer} is ${tags.join(", ")}`);
  });
}

function sbomCommand(): Command {
  const command = connected("sbom", "The software bill of materials of a layer version: CycloneDX 1.6, JSON.").argument("<LAYER>", whichOne);
  return command.action(async (layer: string) => print(JSON.stringify(await ask<object>(command, "sbom", { layer }), undefined, 2)));
}

function usersCommand(): Command {
  const command = connected("users", "Functions and versions that run on a layer, of every account of this Lambent.")
    .argument("<LAYER>", "NAME for all its versions, NAME:3, or NAME@^1.4")
    .option("--json", "as JSON");
  return command.action(async (layer: string, { json }: { json?: boolean }) => {
    const answer = await ask<LayerUsers>(command, "users", { layer });
    if (json === true) return print(JSON.stringify(answer));
    for (const { functionArn, layerVersionArn } of answer.users) print(`${functionArn}  ${layerVersionArn}`);
    if (answer.users.length === 0) process.stderr.write(`lambent: no function uses ${layer}\n`);
  });
}

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Names come from strangers' zips: what would steer a terminal is shown as what it is. */
// oxlint-disable-next-line no-control-regex
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => JSON.stringify(character).slice(1, -1));
