// PutPermission: lets another account put events on a bus; or a whole policy in place of what is there.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { incompletePermission } from "../faults/buses.ts";
import { buses, requireBus } from "../model/bus.ts";
import { busArn, defaultBus } from "../model/names.ts";
import { permissionStatement, readPolicy, withStatement } from "../model/permission.ts";
import type { EventsParts } from "../parts.ts";

export const putPermission =
  ({ records, clock }: EventsParts): EventsHandler<"PutPermission"> =>
  async (input, context) => {
    const { EventBusName: name = defaultBus, StatementId: sid, Action: action, Principal: principal, Condition: condition } = input;
    const arn = busArn(context, name);
    return commitChangeOf(records, context, arn, async () => {
      const { record, revision } = await requireBus(records, context, name);
      const policyOf = () => {
        if (input.Policy !== undefined) return readPolicy(input.Policy);
        if (sid === undefined || action === undefined || principal === undefined) throw incompletePermission();
        return withStatement(record.policy, permissionStatement(arn, { sid, action, principal, condition }));
      };
      return { operations: [buses.put(name, { ...record, policy: policyOf(), modifiedMs: clock.now() }, revision)], result: {} };
    });
  };
