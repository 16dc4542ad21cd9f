// PutFunctionConcurrency: takes executions out of the account's pool for one function, which then has them and no more.
import { provisionedTotal } from "../../../functions/account-concurrency.ts";
import { commitChange } from "../../../functions/change.ts";
import { claimInTurn, reservedConcurrency, reservedKey } from "../../../functions/concurrency.ts";
import { putFunction } from "../../../functions/documents.ts";
import type { LambdaHandler } from "../api.ts";
import { requireReservable } from "../model/concurrency.ts";
import { locateUnqualified, requireLatest } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const putFunctionConcurrency =
  (parts: LambdaParts): LambdaHandler<"PutFunctionConcurrency"> =>
  async (input, context) => {
    const id = locateUnqualified(input, context);
    const executions = input.ReservedConcurrentExecutions;
    const { concurrency: limit } = parts.settings;
    return commitChange(parts.functions, id, async () => {
      const { record, revision } = await requireLatest(parts.functions, id);
      const turn = await claimInTurn(parts.functions, id);
      const account = await parts.concurrency.of(id);
      const claimedByOthers = account.claimed - account.claimedBy(id.name);
      requireReservable(executions, provisionedTotal(account.of(id.name)), { claimedByOthers, limit });
      const reserved = reservedConcurrency.put(reservedKey(id.name), { functionName: id.name, executions });
      return { operations: [putFunction(record, revision), turn, reserved], result: { ReservedConcurrentExecutions: executions } };
    });
  };
