// DescribeEventBus: a bus and its policy.
import type { EventsHandler } from "../api.ts";
import { busOutput, requireBus } from "../model/bus.ts";
import { locateBus } from "../model/names.ts";
import type { EventsParts } from "../parts.ts";

export const describeEventBus =
  ({ records }: EventsParts): EventsHandler<"DescribeEventBus"> =>
  async (input, context) => {
    const { record } = await requireBus(records, context, locateBus(input.Name, context).bus);
    const { deadLetterArn } = record;
    return {
      ...busOutput(context, record),
      ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
    };
  };
