// What a kind of event source is, as the poller sees it: where records come from, how they look in an event, and how the
// source is told that they need not come again. Batches, filters, invokes and failures are the poller's.
import type { JsonNode } from "../../core/pattern/json-text.ts";
import type { EventSourceKind, MappingSettings } from "../../functions/event-source-mappings.ts";

export interface SourceRecord {
  /** As the function names it in batchItemFailures. */
  readonly id: string;
  /** As it stands in the event, JSON. */
  readonly text: string;
  /** What filters are held against: the record, its data read as far as it is JSON. */
  readonly filtered: () => FilteredRecord;
  /** Value of `X-Amzn-Trace-Id`, where the record carries one. */
  readonly trace: string | undefined;
}

export interface FilteredRecord {
  readonly node: JsonNode;
  /** Whether the data is JSON: a filter of members then does not mean a text, nor one of a text members. */
  readonly isJson: boolean;
}

export interface ReadRequest {
  /** At least 1; a source may give fewer than there are. */
  readonly limit: number;
  /** For the first record. */
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

/** One mapping's reading of its source. Rejects with what the source's service says. */
export interface SourceReader<Content extends SourceRecord = SourceRecord> {
  read(request: ReadRequest): Promise<readonly Content[]>;
  /** How long what was read stays with this reader, milliseconds; afterwards it may be read again. */
  holdMs(): Promise<number>;
  /** They were handled, or wanted by no filter. */
  forget(records: readonly Content[]): Promise<void>;
}

/** How many batches of a mapping are worked on at once. */
export interface Pace {
  readonly start: number;
  readonly least: number;
  readonly most: number;
  readonly morePerMinute: number;
}

/** An operation of a service, on behalf of the function's execution role. */
export type SourceCall = (service: string, operation: string, input: object, signal?: AbortSignal) => Promise<object>;

export interface EventSource {
  readonly kind: EventSourceKind;
  /** Name of the data in a record, as filters spell it. */
  readonly filterKey: string;
  open(source: string, call: SourceCall): SourceReader;
  pace(settings: MappingSettings): Pace;
}
