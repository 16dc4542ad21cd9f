// EnableRule: lets a rule act.
import type { EventsHandler } from "../api.ts";
import { setRuleState } from "../model/rule-state.ts";
import type { EventsParts } from "../parts.ts";

export const enableRule =
  (parts: EventsParts): EventsHandler<"EnableRule"> =>
  (input, context) =>
    setRuleState(parts, input, { context, state: "ENABLED" });
