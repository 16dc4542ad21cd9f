// An event bus: the body is the detail of an event.
import { entryRefused } from "../faults.ts";
import type { PushTarget } from "./target.ts";

/** Of PutEvents: an entry may fail in a call that succeeds. */
interface PutEventsAnswer {
  readonly FailedEntryCount?: number;
  readonly Entries?: readonly { readonly ErrorCode?: string; readonly ErrorMessage?: string }[];
}

export const busTarget: PushTarget = {
  service: "events",
  async deliver({ target, body, parameters = {}, trace }, _arn, call) {
    const { source, detailType, resources, time } = parameters;
    const answer: PutEventsAnswer = await call("events", "PutEvents", {
      Entries: [
        {
          EventBusName: target,
          Source: source,
          DetailType: detailType,
          Detail: body,
          ...(resources === undefined ? {} : { Resources: resources }),
          ...(time === undefined ? {} : { Time: new Date(time) }),
          ...(trace === undefined ? {} : { TraceHeader: trace }),
        },
      ],
    });
    const [entry] = answer.Entries ?? [];
    if ((answer.FailedEntryCount ?? 0) > 0) throw entryRefused(entry?.ErrorCode, entry?.ErrorMessage);
  },
};
