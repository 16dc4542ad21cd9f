// TestEventPattern: whether a pattern would match an event; nothing is kept.
import { type JsonNode, JsonTextError, readJsonText } from "../../../core/pattern/json-text.ts";
import type { EventsHandler } from "../api.ts";
import { invalidTestEvent } from "../faults/rules.ts";
import { readPattern } from "../model/pattern.ts";

const required = ["id", "account", "source", "time", "region", "resources", "detail-type"];

export const testEventPattern = (): EventsHandler<"TestEventPattern"> => async (input) => {
  const event = readEvent(input.Event);
  return { Result: readPattern(input.EventPattern).matches(event) };
};

function readEvent(text: string): JsonNode {
  try {
    const event = readJsonText(text);
    if (event.kind === "object" && required.every((name) => event.members.has(name))) return event;
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
  }
  throw invalidTestEvent();
}
