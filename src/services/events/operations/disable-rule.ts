// DisableRule: keeps a rule from acting.
import type { EventsHandler } from "../api.ts";
import { setRuleState } from "../model/rule-state.ts";
import type { EventsParts } from "../parts.ts";

export const disableRule =
  (parts: EventsParts): EventsHandler<"DisableRule"> =>
  (input, context) =>
    setRuleState(parts, input, { context, state: "DISABLED" });
