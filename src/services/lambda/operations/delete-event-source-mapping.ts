// DeleteEventSourceMapping: it is there in state Deleting until the reconciler of pollers has ended it.
import { commitChangeOf } from "../../../store/change.ts";
import { eventSourceMappings, mappingArn } from "../../../functions/event-source-mappings.ts";
import type { LambdaHandler } from "../api.ts";
import { mappingOutput, requireIdleMapping } from "../model/event-source-mapping.ts";
import type { LambdaParts } from "../parts.ts";

export const deleteEventSourceMapping =
  ({ functions, clock, polling }: LambdaParts): LambdaHandler<"DeleteEventSourceMapping"> =>
  async ({ UUID }, context) =>
    commitChangeOf(functions, context, mappingArn(context, UUID), async () => {
      const { record, revision } = await requireIdleMapping(functions, context, { uuid: UUID, verb: "delete" });
      const deleting = { ...record, state: "deleting", lastModifiedMs: clock.now() } as const;
      return { operations: [eventSourceMappings.put(UUID, deleting, revision)], result: mappingOutput(context, deleting, { polling }) };
    });
