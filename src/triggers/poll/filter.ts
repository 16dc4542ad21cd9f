// Which records a mapping wants: those that one of its filters lets pass.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
import { type EventPattern, readEventPattern, readPatternJson } from "../../core/pattern/event-pattern.ts";
import type { MappingSettings } from "../../functions/event-source-mappings.ts";
import type { SourceRecord } from "./source.ts";

export type RecordFilter = (record: SourceRecord) => boolean;

interface Filter {
  readonly pattern: EventPattern;
  /** What it says of the data: nothing, that it is a text, or what its members are. */
  readonly means: "nothing" | "text" | "json";
}

/** `dataKey`: where the data lies in a record. The patterns were valid when they were stored. */
export function recordFilter({ FilterCriteria }: Pick<MappingSettings, "FilterCriteria">, dataKey: string): RecordFilter {
  const filters = FilterCriteria?.Filters ?? [];
  // A filter without a pattern lets everything pass.
  if (filters.length === 0 || filters.some(({ Pattern }) => Pattern === undefined || Pattern === "")) return () => true;
  const read = filters.map(({ Pattern = "" }) => readFilter(Pattern, dataKey));
  return (record) => {
    const { node, isJson } = record.filtered();
    return read.some(({ pattern, means }) => (means === "nothing" || (means === "json") === isJson) && pattern.matches(node));
  };
}

function readFilter(text: string, dataKey: string): Filter {
  const data = readPatternJson(text).members.get(dataKey);
  const means = data === undefined ? "nothing" : data.kind === "array" ? "text" : "json";
  return { pattern: readEventPattern(text, { numbers: "by-text" }), means };
}
