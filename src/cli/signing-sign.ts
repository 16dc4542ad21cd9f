// `lambent signing sign FILE.zip --profile NAME --out SIGNED.zip`: signs a package here, with the key that is here.
import { Command } from "commander";
import type { SigningProfile } from "../admin/signing-routes.ts";
import { formatSigningJobArn } from "../core/arn.ts";
import { systemClock } from "../core/clock.ts";
import { isAccountId, isRegion } from "../core/context.ts";
import { systemIds } from "../core/ids.ts";
import { signPackage, type SigningOutcome } from "../engine/code/sign-package.ts";
import { CommandError } from "./command-error.ts";
import { connectionOf } from "./connection.ts";
import { addSettingsFlags, settingsOf } from "./settings-flags.ts";
import { loadSigningKey } from "./signing-keys.ts";
import { listProfiles, signingFlags } from "./signing-profile.ts";

interface Options {
  readonly profile: string;
  readonly out: string;
}

export function signingSignCommand(): Command {
  const command = new Command("sign")
    .description("Sign a deployment package or layer.")
    .argument("<FILE.zip>", "the package; it stays as it is")
    .requiredOption("--profile <NAME|ARN>", "a profile's name (its newest version signs), or the ARN of a version")
    .requiredOption("--out <SIGNED.zip>", "where the signed copy goes");
  addSettingsFlags(command, signingFlags);
  return command.action(async (file: string, { profile: named, out }: Options) => {
    const settings = settingsOf(command);
    const profiles = await listProfiles(await connectionOf(settings));
    const profile = profiles.findLast(({ name, arn, revokedMs }) => (arn === named || name === named) && revokedMs === undefined);
    if (profile === undefined) throw new CommandError(`there is no signing profile ${named} that is not revoked: lambent signing profile create ${named}`);
    const privateKey = await loadSigningKey(settings, profile);
    const signedAtMs = systemClock.now();
    const request = { profileVersionArn: profile.arn, privateKey, jobArn: newJobArn(profile), signedAtMs, expiresAtMs: expiryOf(profile, signedAtMs) };
    const outcome = await signPackage(file, out, request);
    if (outcome !== "signed") throw new CommandError(`${file} ${refusals[outcome]}`);
    process.stdout.write(`${request.jobArn}\n`);
  });
}

const refusals: Readonly<Record<Exclude<SigningOutcome, "signed">, string>> = {
  "signed-already": "is signed already",
  "not-signable": "cannot be signed: it is no zip, empty, a zip64, or has a comment or bytes around it. Pack it anew",
};

function newJobArn({ arn }: SigningProfile): string {
  const [, , , region = "", account = ""] = arn.split(":");
  if (!isRegion(region) || !isAccountId(account)) throw new TypeError(`no ARN of a profile: ${arn}`);
  return formatSigningJobArn({ account, region }, systemIds.uuid());
}

function expiryOf({ validityMonths }: SigningProfile, signedAtMs: number): number {
  const expiry = new Date(signedAtMs);
  return expiry.setUTCMonth(expiry.getUTCMonth() + validityMonths);
}
