// RemovePermission: one statement of a bus's policy, or all.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { statementNotFound } from "../faults/buses.ts";
import { buses, requireBus } from "../model/bus.ts";
import { busArn, defaultBus } from "../model/names.ts";
import { withoutStatement } from "../model/permission.ts";
import type { EventsParts } from "../parts.ts";

export const removePermission =
  ({ records, clock }: EventsParts): EventsHandler<"RemovePermission"> =>
  async (input, context) => {
    const { EventBusName: name = defaultBus, StatementId: sid } = input;
    return commitChangeOf(records, context, busArn(context, name), async () => {
      const { record, revision } = await requireBus(records, context, name);
      if (input.RemoveAllPermissions !== true && sid === undefined) throw statementNotFound();
      const policy = input.RemoveAllPermissions === true || sid === undefined ? undefined : withoutStatement(record.policy, sid);
      return { operations: [buses.put(name, { ...record, policy, modifiedMs: clock.now() }, revision)], result: {} };
    });
  };
