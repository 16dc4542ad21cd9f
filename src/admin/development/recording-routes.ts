// `/_lambent/recordings/…`: what `lambent record`, `invoke --record` and `replay` ask.
import { parseRecording } from "../../core/recording.ts";
import type { Recorder } from "../../engine/development/recorder.ts";
import type { ExtraRoute } from "../../gateway/exchange.ts";
import { json, readObject } from "../json-bodies.ts";
import { localOnly } from "../local-only.ts";
import { eventLines, functionOf, invalid } from "./development-routes.ts";

export interface RecordingRouteParts {
  readonly recorder: Pick<Recorder, "open" | "files">;
  /** Aborted when the instance stops. */
  readonly ending: AbortSignal;
}

/** A line of what `last` answers. */
export interface RecordingText {
  readonly text: string;
}

/** Two bodies of an invoke as JSON in JSON, and as much again for what is escaped. */
const mostRecordingBytes = 32 * 1024 * 1024;
const mostRecordings = 1000;

export const recordingRoutes = ({ recorder, ending }: RecordingRouteParts): readonly ExtraRoute[] => [
  // Body: `function`. Answers with a RecordEvent a line, and lasts as long as its answer.
  localOnly("/_lambent/recordings/record", async (request, context) => {
    const { function: name } = await readObject(request);
    const signal = AbortSignal.any([context.connection.signal, ending]);
    return eventLines(await recorder.open({ function: functionOf(name, context), signal }));
  }),
  // Body: `function`, `count`. Answers with a RecordingText a line, oldest first.
  localOnly("/_lambent/recordings/last", async (request, context) => {
    const { function: name, count } = await readObject(request);
    if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > mostRecordings) throw invalid(`count must be a whole number from 1 to ${mostRecordings}.`);
    return eventLines(linesOf(await recorder.files.last(functionOf(name, context), count)));
  }),
  // Body: `function`, `text` of a recording. One of the same time and request is replaced.
  localOnly("/_lambent/recordings/keep", async (request, context) => {
    const { function: name, text } = await readObject(request, mostRecordingBytes);
    return json(200, { path: await recorder.files.keep(functionOf(name, context), recordingOf(text)) });
  }),
];

async function* linesOf(texts: readonly string[]): AsyncGenerator<RecordingText> {
  for (const text of texts) yield { text };
}

function recordingOf(text: unknown) {
  try {
    return parseRecording(String(text));
  } catch (error) {
    throw invalid(`text ${error instanceof Error ? error.message : String(error)}`);
  }
}
