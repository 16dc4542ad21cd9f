// `lambent signing profile create|list|revoke`: who may sign packages.
import { Command } from "commander";
import type { SigningProfile } from "../admin/signing-routes.ts";
import { connectionOf, getAdmin, postAdmin, type Connection } from "./connection.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";
import { newSigningKeys, saveSigningKey } from "./signing-keys.ts";

/** Where commands find the server and the keys. */
export const signingFlags = ["port", "host", "dataDirectory", "region", "account"] as const;
const profilesPath = "/_lambent/signing/profiles";

export const signingProfileCommand = (): Command =>
  new Command("profile").description("Signing profiles: who may sign packages.").addCommand(createCommand()).addCommand(listCommand()).addCommand(revokeCommand());

export async function listProfiles(connection: Connection): Promise<readonly SigningProfile[]> {
  const { profiles } = (await (await getAdmin(connection, profilesPath, {})).json()) as { profiles: SigningProfile[] };
  return profiles;
}

function createCommand(): Command {
  const command = new Command("create")
    .description("Make a key and register its public half; prints the ARN of the profile's new version.")
    .argument("<NAME>", "2 to 64 letters, digits and underscores; a name that is there gets a further version")
    .option("--validity <MONTHS>", "how long signatures are good for", "135");
  addSettingsFlags(command, signingFlags);
  return command.action(async (name: string, { validity }: { validity: string }) => {
    const settings = settingsOf(command);
    const { publicKey, privateKey } = newSigningKeys();
    const body = { name, publicKey: publicKey.export({ type: "spki", format: "pem" }), validityMonths: Number(validity) };
    const response = await postAdmin(await connectionOf(settings), profilesPath, body);
    const profile = (await response.json()) as SigningProfile;
    const file = await saveSigningKey(settings, profile, privateKey);
    process.stdout.write(`${profile.arn}\n`);
    process.stderr.write(`The private key is ${file}: whoever has it signs as this profile.\n`);
  });
}

function listCommand(): Command {
  const command = new Command("list").description("List the versions of all signing profiles.");
  addSettingsFlags(command, signingFlags);
  return command.action(async () => {
    const profiles = await listProfiles(await connectionOf(settingsOf(command)));
    for (const profile of profiles) process.stdout.write(profileLine(profile));
  });
}

function revokeCommand(): Command {
  const command = new Command("revoke")
    .description("Take back all signatures of a profile, or of one version of it.")
    .argument("<NAME|ARN>", "a profile's name, or the ARN of a version");
  addSettingsFlags(command, signingFlags);
  return command.action(async (which: string) => {
    const body = which.startsWith("arn:") ? { arn: which } : { name: which };
    const response = await postAdmin(await connectionOf(settingsOf(command)), "/_lambent/signing/revocations", body);
    const { profiles } = (await response.json()) as { profiles: SigningProfile[] };
    for (const profile of profiles) process.stdout.write(profileLine(profile));
  });
}

const profileLine = ({ arn, validityMonths, revokedMs }: SigningProfile): string =>
  `${arn}  ${revokedMs === undefined ? "active" : `revoked ${new Date(revokedMs).toISOString()}`}  ${validityMonths} months\n`;
