// Signs packages: for the command line, where the private keys are. The server only reads signatures.
import { rm } from "node:fs/promises";
import { inspectArchive } from "./inspect-archive.ts";
import { createSignature, type SigningRequest } from "./code-signature.ts";
import { attachSignature, digestZip } from "./signed-zip.ts";

export type SigningOutcome =
  | "signed"
  | "signed-already"
  /** Empty, a zip64, with a comment or with bytes around it. */
  | "not-signable";

/** Writes a signed copy to `target`, or nothing. Faults: what CreateFunction would say of the package. */
export async function signPackage(path: string, target: string, request: SigningRequest): Promise<SigningOutcome> {
  const digest = await digestZip(path);
  if (digest === undefined) return "not-signable";
  if ((await inspectArchive(path)).isSigned) return "signed-already";
  await attachSignature(path, createSignature(digest, request), target);
  if ((await inspectArchive(target)).isSigned) return "signed";
  // Its directory has more than it counts: the engine would not find the signature.
  await rm(target);
  return "not-signable";
}
