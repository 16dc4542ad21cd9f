// A universal target of EventBridge Scheduler: any operation of any service, with the body as its input.
import type { PushTarget } from "./target.ts";
import { universalTargetInvalid } from "../faults.ts";

export const universalTarget: PushTarget = {
  service: "scheduler",
  async deliver({ target, body, parameters = {} }, _arn, call) {
    const { service, operation } = parameters;
    if (service === undefined || operation === undefined) throw universalTargetInvalid(target);
    const input: unknown = JSON.parse(body);
    if (typeof input !== "object" || input === null) throw universalTargetInvalid(target);
    await call(service, operation, input);
  },
};
