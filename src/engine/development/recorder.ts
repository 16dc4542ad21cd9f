// Records the invokes of functions while somebody wants that, whoever calls them. An invoke that is not recorded costs
// one look at an empty map.
import type { Clock } from "../../core/clock.ts";
import { recordedBody, type RecordedOutcome, type Recording } from "../../core/recording.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import { functionKey, latestVersion, type FunctionId } from "../../functions/function-version.ts";
import type { RecordingFiles } from "../../observe/recording-files.ts";
import type { LocalEngine } from "../create-engine.ts";
import type { Engine, InvokeOutcome, InvokeRequest, StreamCompletion, StreamedInvoke } from "../engine.ts";
import { CopiedBody } from "./copied-body.ts";
import { recordedAlready } from "./faults.ts";
import { Feed } from "./feed.ts";

export interface RecordRequest {
  readonly function: FunctionId;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface RecordEvent {
  readonly kind: "recorded";
  readonly path: string;
  readonly requestId: string;
  readonly functionError: string | undefined;
  readonly durationMs: number;
}

export interface RecorderParts {
  readonly clock: Clock;
  readonly catalog: Pick<FunctionCatalog, "targets">;
  readonly files: RecordingFiles;
  readonly onError: (error: unknown) => void;
}

export interface RecordedEngine extends Engine {
  readonly tools: LocalEngine["tools"] & { readonly recorder: Recorder };
}

/** What an invoke shows when it has ended. */
type Ended = Pick<Recording, "executedVersion" | "outcome" | "log">;

export class Recorder {
  readonly files: RecordingFiles;
  readonly #parts: RecorderParts;
  readonly #feeds = new Map<string, Feed<RecordEvent>>();

  constructor(parts: RecorderParts) {
    this.files = parts.files;
    this.#parts = parts;
  }

  /** Records every invoke of the function from now on until the signal. Faults: those of resolving a function, RecordedAlready. */
  async open({ function: id, signal }: RecordRequest): Promise<AsyncIterable<RecordEvent>> {
    await this.#parts.catalog.targets(id, latestVersion);
    const key = functionKey(id);
    if (this.#feeds.has(key)) throw recordedAlready(id.name);
    const feed = new Feed<RecordEvent>();
    if (signal.aborted) feed.close();
    else this.#feeds.set(key, feed);
    const end = (): void => {
      if (this.#feeds.get(key) === feed) this.#feeds.delete(key);
      feed.close();
    };
    signal.addEventListener("abort", end, { once: true });
    return feed;
  }

  /** The engine, whose invokes are recorded. */
  over(engine: LocalEngine): RecordedEngine {
    return {
      ...engine,
      tools: { ...engine.tools, recorder: this },
      invoke: (request: InvokeRequest) => (this.#feeds.size === 0 ? engine.invoke(request) : this.#invoke(engine, request)),
      stream: (request: InvokeRequest) => (this.#feeds.size === 0 ? engine.stream(request) : this.#stream(engine, request)),
    };
  }

  async #invoke(engine: Engine, request: InvokeRequest): Promise<InvokeOutcome> {
    const record = this.#begin(request);
    if (record === undefined) return engine.invoke(request);
    const outcome = await engine.invoke({ ...request, logTail: true });
    const { executedVersion, payload, functionError, logTail } = outcome;
    record({ executedVersion, outcome: outcomeOf(payload, functionError), log: logTail?.toString() ?? "" });
    return request.logTail ? outcome : { ...outcome, logTail: undefined };
  }

  async #stream(engine: Engine, request: InvokeRequest): Promise<StreamedInvoke> {
    const record = this.#begin(request);
    if (record === undefined) return engine.stream(request);
    const streamed = await engine.stream({ ...request, logTail: true });
    const copy = new CopiedBody(streamed.body);
    // The function may have ended before its reader has.
    void Promise.all([streamed.completed, copy.ended]).then(([{ error, logTail }, response]) => {
      const outcome = error === undefined ? { response } : outcomeOf(error.payload, "Unhandled");
      return record({ executedVersion: streamed.executedVersion, outcome, log: logTail?.toString() ?? "" });
    });
    const completed = request.logTail ? streamed.completed : streamed.completed.then(({ error }): StreamCompletion => ({ error, logTail: undefined }));
    return { ...streamed, body: copy, completed };
  }

  /** Undefined when this function is not recorded. */
  #begin({ function: id, qualifier, clientContext, requestId, payload }: InvokeRequest): ((ended: Ended) => void) | undefined {
    const feed = this.#feeds.get(functionKey(id));
    if (feed === undefined) return undefined;
    const { clock, files, onError } = this.#parts;
    const startedMs = clock.monotonic();
    const recordedAt = new Date(clock.now()).toISOString();
    return ({ executedVersion, outcome, log }) => {
      const durationMs = Math.round((clock.monotonic() - startedMs) * 100) / 100;
      const recording: Recording = {
        lambentRecording: 1,
        function: id.name,
        ...(qualifier === undefined ? {} : { qualifier }),
        ...(clientContext === undefined ? {} : { clientContext }),
        recordedAt,
        requestId,
        executedVersion,
        event: recordedBody(payload),
        outcome,
        durationMs,
        log,
      };
      // The caller has the answer by then, and waits for no disk.
      files.keep(id, recording).then((path) => feed.push({ kind: "recorded", path, requestId, functionError: outcome.functionError, durationMs }), onError);
    };
  }
}

const outcomeOf = (payload: Uint8Array, functionError: string | undefined): RecordedOutcome => ({
  ...(functionError === undefined ? {} : { functionError }),
  response: recordedBody(payload),
});
