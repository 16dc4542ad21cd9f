// PutProvisionedConcurrencyConfig: asks for environments that are there before anyone invokes; the engine starts them.
import { provisionedTotal } from "../../../functions/account-concurrency.ts";
import { commitChange } from "../../../functions/change.ts";
import { claimInTurn, provisionedConcurrency, type ProvisionedConcurrencyRecord } from "../../../functions/concurrency.ts";
import { putFunction, qualifiedKey } from "../../../functions/documents.ts";
import { latestVersion } from "../../../functions/function-version.ts";
import type { LambdaHandler } from "../api.ts";
import { unpublishedNotProvisionable } from "../faults/concurrency.ts";
import { requireProvisionable } from "../model/concurrency.ts";
import { locateProvisioned, provisionedOutput, requireNoneManaged, requireProvisionedOnce, requireTarget } from "../model/provisioned-concurrency.ts";
import type { LambdaParts } from "../parts.ts";

export const putProvisionedConcurrencyConfig =
  (parts: LambdaParts): LambdaHandler<"PutProvisionedConcurrencyConfig"> =>
  async (input, context) => {
    const target = locateProvisioned(input, context);
    const { id, qualifier } = target;
    if (qualifier === latestVersion) throw unpublishedNotProvisionable();
    return commitChange(parts.functions, id, async () => {
      const { record, revision, versions } = await requireTarget(target, parts);
      await requireNoneManaged(id, versions, parts);
      const turn = await claimInTurn(parts.functions, id);
      const account = await parts.concurrency.of(id);
      const settings = account.of(id.name);
      await requireProvisionedOnce(target, versions, settings, parts);
      const executions = input.ProvisionedConcurrentExecutions;
      requireProvisionable(executions, {
        reserved: settings.reserved,
        provisionedElsewhere: provisionedTotal(settings) - (settings.provisioned.get(qualifier)?.executions ?? 0),
        claimedByOthers: account.claimed - account.claimedBy(id.name),
        limit: parts.settings.concurrency,
      });
      const config: ProvisionedConcurrencyRecord = {
        functionName: id.name,
        qualifier,
        executions,
        lastModifiedMs: parts.clock.now(),
        allocationId: parts.ids.uuid(),
      };
      const written = provisionedConcurrency.put(qualifiedKey(id.name, qualifier), config);
      return { operations: [putFunction(record, revision), turn, written], result: provisionedOutput(id, config, parts) };
    });
  };
