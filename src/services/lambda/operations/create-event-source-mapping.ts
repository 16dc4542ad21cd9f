// CreateEventSourceMapping: desired state; the reconciler of pollers settles it.
import { commitChange } from "../../../functions/change.ts";
import { putTags } from "../../../functions/documents.ts";
import { eventSourceMappings, type EventSourceMappingRecord, mappingKind } from "../../../functions/event-source-mappings.ts";
import type { LambdaHandler } from "../api.ts";
import { locateMapped, mappingOutput, requireMappable, requirePolled, requireSource } from "../model/event-source-mapping.ts";
import { locateSource, sourceRules } from "../model/event-source.ts";
import { newMappingSettings } from "../model/mapping-settings.ts";
import { checkTags } from "../model/settings.ts";
import type { LambdaParts } from "../parts.ts";
import { refuseUnappliedMapping } from "../unapplied-settings.ts";

export const createEventSourceMapping =
  (parts: LambdaParts): LambdaHandler<"CreateEventSourceMapping"> =>
  async (input, context) => {
    const target = locateMapped(input.FunctionName, context);
    const { kind, source } = locateSource(input);
    refuseUnappliedMapping(input, { functionName: target.id.name, settings: parts.settings });
    checkTags(input.Tags ?? {});
    const uuid = parts.ids.uuid();
    const nowMs = parts.clock.now();
    const enabled = input.Enabled ?? true;
    const record: EventSourceMappingRecord = {
      uuid,
      functionName: target.id.name,
      qualifier: target.qualifier,
      kind,
      source,
      settings: newMappingSettings(input, { kind, source }, { uuid, nowMs }),
      state: !enabled && sourceRules[kind].restsAtOnce ? "disabled" : "creating",
      enabled,
      lastModifiedMs: nowMs,
    };
    await requireMappable(target, record, parts);
    requirePolled(record, parts);
    await requireSource(record, target, { parts, context });
    return commitChange(parts.functions, target.id, async () => {
      const along = await requireMappable(target, record, parts);
      const tags = putTags(`${mappingKind}:${uuid}`, input.Tags ?? {});
      return { operations: [...along, eventSourceMappings.put(uuid, record, "absent"), tags], result: mappingOutput(context, record, parts) };
    });
  };
