// The policy of a layer version: who of other accounts may use it, and how its operations change it.
import { formatLayerArn } from "../../../core/arn.ts";
import type { AccountId, CallContext } from "../../../core/context.ts";
import { parsePolicy } from "../../../core/policy/document.ts";
import { evaluate } from "../../../core/policy/evaluate.ts";
import { contextValues } from "../../../core/policy/request.ts";
import { rootArn } from "../../../core/principal-names.ts";
import { versionKey } from "../../../functions/documents.ts";
import { commitLayerChange, findLayerPolicy, findLayerVersion, layerPolicies, putLayer, type LayerId } from "../../../functions/layers.ts";
import { mostPolicyBytes, policyText, requirePolicyRevision, type PolicyRecord, type PolicyStatement } from "../../../functions/policies.ts";
import type { LambdaInput } from "../api.ts";
import { layerVersionNotFound, layerVersionTooLow } from "../faults/layers.ts";
import type { LambdaParts } from "../parts.ts";
import { locateOwnLayer, type LayerVersionAddress } from "./layers.ts";
import type { PolicyChange } from "./resource-policy.ts";

export interface LayerPolicyTarget extends LayerVersionAddress {
  readonly arn: string;
}

/** Policies of other accounts' layers are theirs to see and change. Faults: below version 1; those of locateOwnLayer. */
export function locateLayerPolicy(
  { LayerName, VersionNumber: version }: { readonly LayerName: string; readonly VersionNumber: number },
  action: string,
  context: CallContext,
): LayerPolicyTarget {
  if (version < 1) throw layerVersionTooLow();
  const id = locateOwnLayer(LayerName, action, context);
  return { id, version, arn: formatLayerArn(id, version) };
}

/** Fault: 404. */
export async function requirePolicyHolder({ id, version, arn }: LayerPolicyTarget, { functions }: Pick<LambdaParts, "functions">): Promise<void> {
  if ((await findLayerVersion(functions, id, version)) === undefined) throw layerVersionNotFound(arn);
}

interface LayerPolicyEdit<Result> {
  /** What the caller saw last. */
  readonly revisionId: string | undefined;
  readonly edit: (current: PolicyRecord | undefined) => PolicyChange<Result>;
}

/** Faults: no such version (404), another RevisionId (412), and those of `edit`. */
export const changeLayerPolicy = <Result>(
  target: LayerPolicyTarget,
  parts: Pick<LambdaParts, "functions">,
  { revisionId, edit }: LayerPolicyEdit<Result>,
): Promise<Result> =>
  commitLayerChange(parts.functions, target.id, async (layer) => {
    await requirePolicyHolder(target, parts);
    if (layer === undefined) throw layerVersionNotFound(target.arn);
    const stored = await findLayerPolicy(parts.functions, target.id, target.version);
    const { policy, result } = edit(stored?.record);
    requirePolicyRevision(stored?.record.revisionId, revisionId, "GetLayerPolicy");
    const key = versionKey(target.id.name, target.version);
    const write = policy === undefined ? layerPolicies.delete(key) : layerPolicies.put(key, policy);
    return { operations: [putLayer(layer.record, layer.revision), write], result };
  });

/** AddLayerVersionPermission's members as a statement, in the shape in which AWS shows it. */
export const layerPermission = (
  { StatementId, Action, Principal, OrganizationId }: LambdaInput<"AddLayerVersionPermission">,
  { id, arn }: LayerPolicyTarget,
): PolicyStatement & { readonly Sid: string } => ({
  Sid: StatementId,
  Effect: "Allow",
  Principal: Principal === "*" ? "*" : { AWS: /^\d{12}$/.test(Principal) ? rootArn(Principal, id.region) : Principal },
  Action,
  Resource: arn,
  ...(OrganizationId === undefined ? {} : { Condition: { StringEquals: { "aws:PrincipalOrgID": OrganizationId } } }),
});

/** Whether the policy of a layer version lets another account have it. Nobody here belongs to an organization yet. */
export async function isGrantedTo(
  account: AccountId,
  { id, version }: { readonly id: LayerId; readonly version: number },
  { functions }: Pick<LambdaParts, "functions">,
): Promise<boolean> {
  const stored = await findLayerPolicy(functions, id, version);
  if (stored === undefined) return false;
  const root = rootArn(account, id.region);
  const { outcome } = evaluate({
    policies: [{ name: formatLayerArn(id, version), policy: parsePolicy(policyText(stored.record), { kind: "resource", mostBytes: mostPolicyBytes }) }],
    request: {
      principal: { kind: "aws", account, names: [root] },
      action: "lambda:GetLayerVersion",
      resource: formatLayerArn(id, version),
      context: contextValues({ "aws:PrincipalAccount": account, "aws:PrincipalArn": root }),
    },
  });
  return outcome === "allow";
}
