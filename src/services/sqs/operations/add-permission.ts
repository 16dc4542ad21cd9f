// AddPermission: one more statement in the queue's policy.
import type { SqsHandler } from "../api.ts";
import { queueNotFound } from "../faults/queues.ts";
import { permissionStatement, withStatement } from "../model/permissions.ts";
import type { SqsParts } from "../parts.ts";

export const addPermission =
  ({ queues, clock }: SqsParts): SqsHandler<"AddPermission"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    const statement = permissionStatement(id, input);
    await queues.change(id, (queue) => {
      if (queue === undefined) throw queueNotFound();
      const attributes = { ...queue.record.attributes, Policy: withStatement(queue, statement) };
      return { record: { ...queue.record, attributes, modifiedAtMs: clock.now() } };
    });
    return {};
  };
