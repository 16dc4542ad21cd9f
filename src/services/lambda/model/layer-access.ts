// Which layer versions a caller may have: those of the own account, and those of others whose policy says so.
import { formatLayerArn } from "../../../core/arn.ts";
import type { CallContext } from "../../../core/context.ts";
import { callerName } from "../../../core/principal-names.ts";
import { findLayerVersion, type LayerVersionRecord } from "../../../functions/layers.ts";
import { layerAccessDenied, layerResourceNotFound, layerVersionTooLow } from "../faults/layers.ts";
import type { LambdaParts } from "../parts.ts";
import { isGrantedTo } from "./layer-policy.ts";
import type { LayerVersionAddress } from "./layers.ts";

/** Fault: another account's whose policy does not let the caller have it, or that is not there at all (403). */
export async function requireLayerAccess(
  address: LayerVersionAddress,
  context: CallContext,
  parts: Pick<LambdaParts, "functions">,
): Promise<void> {
  const { id, version } = address;
  if (id.account === context.account || (await isGrantedTo(context.account, address, parts))) return;
  throw layerAccessDenied(callerName(context), "GetLayerVersion", formatLayerArn(id, version));
}

/** Faults: no such number (400), not there (404), another account's (403). */
export async function requireLayerVersion(
  address: LayerVersionAddress,
  context: CallContext,
  parts: Pick<LambdaParts, "functions">,
): Promise<LayerVersionRecord> {
  const { id, version } = address;
  if (version < 1) throw layerVersionTooLow();
  if (id.region !== context.region) throw layerResourceNotFound();
  await requireLayerAccess(address, context, parts);
  const stored = await findLayerVersion(parts.functions, id, version);
  if (stored === undefined) throw layerResourceNotFound();
  return stored.record;
}
