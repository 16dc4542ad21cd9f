// Signing profiles for `lambent signing`: registered, listed and revoked here. Private keys never come here.
import type { Clock } from "../core/clock.ts";
import type { CallContext } from "../core/context.ts";
import type { Ids } from "../core/ids.ts";
import { commitChangeOf } from "../store/change.ts";
import type { FunctionRepository } from "../functions/repository.ts";
import { listSigningProfiles, readPublicKey, signingProfileArn, signingProfiles, type SigningProfileRecord } from "../functions/signing-profiles.ts";
import type { ExtraRoute } from "../gateway/exchange.ts";
import type { WireRequest, WireResponse } from "../protocol/wire.ts";
import { json, readObject } from "./json-bodies.ts";

export interface SigningParts {
  readonly functions: FunctionRepository;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A version of a profile as the command line sees it. */
export interface SigningProfile {
  readonly arn: string;
  readonly name: string;
  readonly version: string;
  readonly validityMonths: number;
  readonly createdMs: number;
  readonly revokedMs?: number;
}

/** What AWS Signer takes for its platform AWSLambda-SHA384-ECDSA, and its default. */
const longestValidityMonths = 135;
/** As AWS Signer's model has it. */
const namePattern = /^[a-zA-Z0-9_]{2,64}$/;

export const signingRoutes = (parts: SigningParts): readonly ExtraRoute[] => [
  {
    prefix: "/_lambent/signing/profiles",
    access: "signed",
    respond: async (request, context) => (request.method === "POST" ? register(request, context, parts) : list(context, parts)),
  },
  { prefix: "/_lambent/signing/revocations", access: "signed", respond: (request, context) => revoke(request, context, parts) },
];

async function list(context: CallContext, { functions }: SigningParts): Promise<WireResponse> {
  const profiles = await listSigningProfiles(functions, context);
  return json(200, { profiles: profiles.map(({ record }) => profileOutput(context, record)) });
}

/** A name that is known gets a further version. Body: `name`, `publicKey` (PEM, ECDSA on P-384), `validityMonths`. */
async function register(request: WireRequest, context: CallContext, { functions, clock, ids }: SigningParts): Promise<WireResponse> {
  const { name, publicKey, validityMonths = longestValidityMonths } = await readObject(request);
  if (typeof name !== "string" || !namePattern.test(name)) return refused("a profile's name has 2 to 64 letters, digits and underscores");
  const key = typeof publicKey === "string" ? readPublicKey(publicKey) : undefined;
  if (key === undefined) return refused("publicKey must be a public key of ECDSA on P-384 in PEM");
  if (typeof validityMonths !== "number" || !Number.isInteger(validityMonths) || validityMonths < 1 || validityMonths > longestValidityMonths)
    return refused(`signatures are valid for 1 to ${longestValidityMonths} months`);
  const record: SigningProfileRecord = {
    name,
    version: ids.hex(5),
    publicKey: key.export({ type: "spki", format: "pem" }),
    validityMonths,
    createdMs: clock.now(),
    revokedMs: undefined,
  };
  await functions.commit(context, [signingProfiles.put(signingProfileArn(context, record), record, "absent")]);
  return json(201, profileOutput(context, record));
}

/** Body: `name` for all versions of a profile, or `arn` for one. What is revoked stays so; again is no fault. */
async function revoke(request: WireRequest, context: CallContext, { functions, clock }: SigningParts): Promise<WireResponse> {
  const { name, arn } = await readObject(request);
  const revoked = await commitChangeOf(functions, context, signingProfiles.name, async () => {
    const known = await listSigningProfiles(functions, context);
    const meant = known.filter(({ key, record }) => key === arn || record.name === name);
    const changed = meant.map(({ record, ...stored }) => ({ ...stored, record: { ...record, revokedMs: record.revokedMs ?? clock.now() } }));
    const operations = changed.map(({ key, record, revision }) => signingProfiles.put(key, record, revision));
    return { operations, result: changed.map(({ record }) => record) };
  });
  if (revoked.length === 0) return json(404, { message: "There is no such signing profile." });
  return json(200, { profiles: revoked.map((record) => profileOutput(context, record)) });
}

function profileOutput(context: CallContext, record: SigningProfileRecord): SigningProfile {
  const { name, version, validityMonths, createdMs, revokedMs } = record;
  const arn = signingProfileArn(context, record);
  return { arn, name, version, validityMonths, createdMs, ...(revokedMs === undefined ? {} : { revokedMs }) };
}

const refused = (message: string): WireResponse => json(400, { message });
