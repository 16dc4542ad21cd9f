// RemovePermission: the statement of a label goes, and the policy with its last one.
import type { SqsHandler } from "../api.ts";
import { queueNotFound } from "../faults/queues.ts";
import { withoutStatement } from "../model/permissions.ts";
import type { SqsParts } from "../parts.ts";

export const removePermission =
  ({ queues, clock }: SqsParts): SqsHandler<"RemovePermission"> =>
  async (input, context) => {
    const id = await queues.require(input.QueueUrl, context);
    await queues.change(id, (queue) => {
      if (queue === undefined) throw queueNotFound();
      const { Policy: _former, ...attributes } = queue.record.attributes;
      const policy = withoutStatement(queue, input.Label);
      return { record: { ...queue.record, attributes: policy === undefined ? attributes : { ...attributes, Policy: policy }, modifiedAtMs: clock.now() } };
    });
    return {};
  };
