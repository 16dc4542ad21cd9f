// Events as rules see them and targets get them: AWS's envelope around what a caller has put.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
import type { Scope } from "../../../core/context.ts";
import { type JsonNode, jsonTextOf, JsonTextError, readJsonText } from "../../../core/pattern/json-text.ts";
import type { EventsInput } from "../api.ts";

export type EventEntry = NonNullable<EventsInput<"PutEvents">["Entries"]>[number];

export interface BusEvent {
  /** UUID. */
  readonly id: string;
  /** Compact JSON, members in AWS's order. */
  readonly text: string;
  readonly node: JsonNode;
  /** When it arrived, Unix epoch milliseconds. */
  readonly arrivedMs: number;
  /** Of the event itself, which the caller may have said: whole seconds. */
  readonly timeMs: number;
  readonly trace: string | undefined;
}

/** Why one entry of a PutEvents is not taken; the others of the call are. */
export interface EntryFault {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export const isFault = (event: BusEvent | EntryFault): event is EntryFault => "ErrorCode" in event;

interface Arrival {
  readonly id: string;
  readonly scope: Scope;
  readonly nowMs: number;
  readonly trace: string | undefined;
}

export function readEntry(entry: EventEntry, arrival: Arrival): BusEvent | EntryFault {
  for (const member of ["Source", "DetailType", "Detail"] as const) {
    if (entry[member] === undefined || entry[member] === "")
      return { ErrorCode: "InvalidArgument", ErrorMessage: `Parameter ${member} is not valid. Reason: ${member} is a required argument.` };
  }
  const { Source = "", DetailType = "", Detail = "", Resources = [], Time, TraceHeader } = entry;
  if (Source.startsWith("aws.")) return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  const detail = readDetail(Detail);
  if (detail === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const trace = TraceHeader ?? arrival.trace;
  return busEvent({ ...arrival, trace, source: Source, detailType: DetailType, resources: Resources, timeMs: Time?.getTime() ?? arrival.nowMs, detail });
}

interface EventContent extends Arrival {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly timeMs: number;
  readonly detail: JsonNode;
}

/** `at` of what no text was read for. */
const at = 0;
const text = (value: string): JsonNode => ({ kind: "string", value, at });

export function busEvent({ id, scope, nowMs, trace, source, detailType, resources, timeMs, detail }: EventContent): BusEvent {
  const node: JsonNode = {
    kind: "object",
    at,
    members: new Map<string, JsonNode>([
      ["version", text("0")],
      ["id", text(id)],
      ["detail-type", text(detailType)],
      ["source", text(source)],
      ["account", text(scope.account)],
      ["time", text(isoSeconds(timeMs))],
      ["region", text(scope.region)],
      ["resources", { kind: "array", items: resources.map(text), at }],
      ["detail", detail],
    ]),
  };
  return { id, text: jsonTextOf(node), node, arrivedMs: nowMs, timeMs, trace };
}

/** An event that was kept, sent once more: the same, but for the name of the replay behind its region. */
export function replayedEvent(kept: string, { replay, nowMs }: { readonly replay: string; readonly nowMs: number }): BusEvent {
  const node = readJsonText(kept);
  if (node.kind !== "object") throw new TypeError("an event in an archive is no object");
  const members = [...node.members].flatMap(([name, value]): [string, JsonNode][] =>
    name === "region" ? [[name, value], ["replay-name", text(replay)]] : [[name, value]],
  );
  const replayed: JsonNode = { ...node, members: new Map(members) };
  const [id, time] = [node.members.get("id"), node.members.get("time")];
  return {
    id: id?.kind === "string" ? id.value : "",
    text: jsonTextOf(replayed),
    node: replayed,
    arrivedMs: nowMs,
    timeMs: time?.kind === "string" ? Date.parse(time.value) : nowMs,
    trace: undefined,
  };
}

/** `2026-01-02T03:04:05Z`. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Undefined: not JSON, or not an object. */
function readDetail(detail: string): JsonNode | undefined {
  try {
    const node = readJsonText(detail);
    return node.kind === "object" ? node : undefined;
  } catch (error) {
    if (error instanceof JsonTextError) return undefined;
    throw error;
  }
}

/** As AWS counts them: 14 for Time, and the bytes of what is text. */
export const entryBytes = ({ Time, Source = "", DetailType = "", Detail = "", Resources = [] }: EventEntry): number =>
  (Time === undefined ? 0 : 14) + [Source, DetailType, Detail, ...Resources].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
