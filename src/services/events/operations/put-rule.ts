// PutRule: makes a rule or replaces all of one but its targets and tags.
import { commitChangeOf } from "../../../store/change.ts";
import type { EventsHandler } from "../api.ts";
import { limitExceeded } from "../faults/base.ts";
import { neitherPatternNorSchedule, scheduleOnOtherBus } from "../faults/rules.ts";
import { limits } from "../limits.ts";
import { requireBus } from "../model/bus.ts";
import { defaultBus, locateBus, ruleArn } from "../model/names.ts";
import { readPattern } from "../model/pattern.ts";
import { type RuleRecord, ruleKey, rules, rulesOf } from "../model/rule.ts";
import { readSchedule, scheduleTimer } from "../model/rule-schedule.ts";
import { putTags, tagMap } from "../model/tags.ts";
import type { EventsParts } from "../parts.ts";

export const putRule =
  ({ records, clock }: EventsParts): EventsHandler<"PutRule"> =>
  async (input, context) => {
    const { bus } = locateBus(input.EventBusName, context);
    const { Name: name, Description: description, RoleArn: roleArn, State: state = "ENABLED" } = input;
    const [pattern, schedule] = [given(input.EventPattern), given(input.ScheduleExpression)];
    if (pattern === undefined && schedule === undefined) throw neitherPatternNorSchedule();
    if (pattern !== undefined) readPattern(pattern);
    if (schedule !== undefined && bus !== defaultBus) throw scheduleOnOtherBus();
    if (schedule !== undefined) readSchedule(schedule);
    const arn = ruleArn(context, bus, name);
    return commitChangeOf(records, context, arn, async () => {
      await requireBus(records, context, bus);
      const stored = await records.get(context, rules, ruleKey(bus, name));
      if (stored === undefined && (await records.scan(context, rules, { prefix: rulesOf(bus) })).length >= limits.rulesOfBus)
        throw limitExceeded();
      const keptSchedule = stored?.record.schedule === schedule && stored?.record.state === state ? stored?.record.scheduledSinceMs : undefined;
      const record: RuleRecord = {
        bus,
        name,
        pattern,
        schedule,
        state,
        description,
        roleArn,
        targets: stored?.record.targets ?? [],
        scheduledSinceMs: keptSchedule ?? clock.now(),
      };
      return {
        operations: [
          rules.put(ruleKey(bus, name), record, stored?.revision ?? "absent"),
          ...(keptSchedule === undefined ? [scheduleTimer(record, clock.now())] : []),
          ...(stored === undefined ? [putTags(arn, tagMap(input.Tags))] : []),
        ],
        result: { RuleArn: arn },
      };
    });
  };

/** Clients send an empty text for none. */
const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text);
