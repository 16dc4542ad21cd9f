// Signing profiles and signed packages for tests.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newSigningKeys } from "../../src/cli/signing-keys.ts";
import { signPackage } from "../../src/engine/code/sign-package.ts";
import type { SigningProfile } from "../../src/admin/signing-routes.ts";

const keys = newSigningKeys();
export const publicKey = keys.publicKey.export({ type: "spki", format: "pem" });

/** Registers a version of a profile with a live server, as `lambent signing profile create` does. */
export async function registerProfile(endpoint: string, name: string): Promise<SigningProfile> {
  const response = await fetch(`${endpoint}/_lambent/signing/profiles`, { method: "POST", body: JSON.stringify({ name, publicKey }) });
  return (await response.json()) as SigningProfile;
}

export async function revokeProfile(endpoint: string, name: string): Promise<void> {
  await fetch(`${endpoint}/_lambent/signing/revocations`, { method: "POST", body: JSON.stringify({ name }) });
}

export const jobArn = "arn:aws:signer:us-east-1:000000000000:/signing-jobs/11111111-2222-4333-8444-555555555555";

/** Signed by the key of every registered profile, in the name of one version. */
export async function signedZip(zip: Buffer, profileVersionArn: string, expiresAtMs = Date.UTC(2100, 0)): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "lambent-signed-"));
  try {
    await writeFile(join(folder, "plain.zip"), zip);
    const request = { profileVersionArn, privateKey: keys.privateKey, jobArn, signedAtMs: 0, expiresAtMs };
    await signPackage(join(folder, "plain.zip"), join(folder, "signed.zip"), request);
    return await readFile(join(folder, "signed.zip"));
  } finally {
    await rm(folder, { recursive: true });
  }
}
