// The kinds of event sources that are polled, one line each.
import type { EventSourceKind } from "../../functions/event-source-mappings.ts";
import type { EventSource } from "./source.ts";
import { sqsSource } from "./sources/sqs.ts";

export const eventSources: ReadonlyMap<EventSourceKind, EventSource> = new Map([sqsSource].map((source) => [source.kind, source]));
