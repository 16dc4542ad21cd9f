// Private keys of signing profiles: files of the data directory that their owner alone reads. The server has no use for
// them, and none of its routes leads here.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningProfile } from "../admin/signing-routes.ts";
import type { Settings } from "../config.ts";
import { CommandError } from "./command-error.ts";

export const newSigningKeys = (): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } =>
  generateKeyPairSync("ec", { namedCurve: "secp384r1" });

function folderOf({ dataDirectory }: Settings): string {
  if (dataDirectory === undefined) throw new CommandError("keys need a data directory: give one with --data, and leave --memory away");
  return join(dataDirectory, "signing-keys");
}

/** One file a version, whatever its account and region. */
const fileOf = (settings: Settings, { arn }: SigningProfile): string => join(folderOf(settings), `${arn.replaceAll(/[^\w-]+/g, ".")}.pem`);

/** Durable when it resolves; returns the file. A key that is there is never replaced. */
export async function saveSigningKey(settings: Settings, profile: SigningProfile, key: KeyObject): Promise<string> {
  await mkdir(folderOf(settings), { recursive: true, mode: 0o700 });
  const file = fileOf(settings, profile);
  await using handle = await open(file, "wx", 0o600);
  await handle.writeFile(key.export({ type: "pkcs8", format: "pem" }));
  await handle.sync();
  return file;
}

export async function loadSigningKey(settings: Settings, profile: SigningProfile): Promise<KeyObject> {
  const file = fileOf(settings, profile);
  try {
    return createPrivateKey(await readFile(file));
  } catch (error) {
    throw new CommandError(`the private key of ${profile.arn} is not in ${file}: sign where the profile was created, or give its data directory with --data`, { cause: error });
  }
}
