// UpdateEventSourceMapping: replaces what was sent; the reconciler of pollers settles it.
import type { CallContext } from "../../../core/context.ts";
import { commitChange } from "../../../functions/change.ts";
import { commitChangeOf, type ChangePlan } from "../../../store/change.ts";
import { eventSourceMappings, type EventSourceMappingRecord, mappingArn, type MappingState } from "../../../functions/event-source-mappings.ts";
import type { LambdaHandler, LambdaInput } from "../api.ts";
import { locateMapped, mappingOutput, requireIdleMapping, requireMappable, requirePolled, requireSource } from "../model/event-source-mapping.ts";
import { changedMappingSettings } from "../model/mapping-settings.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedMapping } from "../unapplied-settings.ts";

type UpdateInput = LambdaInput<"UpdateEventSourceMapping">;

export const updateEventSourceMapping =
  (parts: LambdaParts): LambdaHandler<"UpdateEventSourceMapping"> =>
  async (input, context) => {
    const { FunctionName, UUID } = input;
    refuseUnappliedMapping(input, { functionName: FunctionName ?? "", settings: parts.settings });
    const plan = (): Promise<ChangePlan<ReturnType<typeof mappingOutput>>> => planUpdate(input, context, parts);
    return FunctionName === undefined
      ? commitChangeOf(parts.functions, context, mappingArn(context, UUID), plan)
      : commitChange(parts.functions, locateMapped(FunctionName, context).id, plan);
  };

async function planUpdate(
  input: UpdateInput,
  context: CallContext,
  parts: LambdaParts,
): Promise<ChangePlan<ReturnType<typeof mappingOutput>>> {
  const { record: current, revision } = await requireIdleMapping(parts.functions, context, { uuid: input.UUID, verb: "update" });
  const target = input.FunctionName === undefined ? undefined : locateMapped(input.FunctionName, context);
  const enabled = input.Enabled ?? current.enabled;
  const record: EventSourceMappingRecord = {
    ...current,
    ...(target === undefined ? {} : { functionName: target.id.name, qualifier: target.qualifier }),
    settings: changedMappingSettings(current.settings, input, current),
    state: stateOf(current.enabled, enabled),
    enabled,
    lastModifiedMs: parts.clock.now(),
  };
  const along = target === undefined ? [] : await requireMappable(target, record, parts);
  requirePolled(record, parts);
  if (enabled && !current.enabled) await requireSource(record, target ?? mappedBy(record, context), { parts, context });
  return { operations: [...along, eventSourceMappings.put(record.uuid, record, revision)], result: mappingOutput(context, record, parts) };
}

const stateOf = (before: boolean, after: boolean): MappingState => (before === after ? "updating" : after ? "enabling" : "disabling");

const mappedBy = ({ functionName, qualifier }: EventSourceMappingRecord, { account, region }: CallContext): ReturnType<typeof locateMapped> => ({
  id: { account, region, name: functionName },
  qualifier,
});
