// An invoke whose response is there as the function writes it. It runs as every invoke does (invoke.ts); between the
// environment, which brings chunks, and the caller, who asks for them, lies a queue of bounded length.
import { Fault } from "../core/faults.ts";
import { Pieces } from "../core/pieces.ts";
import type { Bandwidth } from "./bandwidth.ts";
import type { InvokeOutcome, InvokeRequest, StreamCompletion, StreamedInvoke } from "./engine.ts";
import { invoke, type InvokeParts, type StreamReceiver } from "./invoke.ts";
import { maxStreamedBytes, type ResponseHead } from "./runtime-api/runtime-port.ts";

/** What lies here for a slow reader before the guest is told to wait. */
const mostQueuedBytes = 256 * 1024;

export async function stream(parts: InvokeParts, request: InvokeRequest, bandwidth?: Bandwidth): Promise<StreamedInvoke> {
  const response = new QueuedResponse(bandwidth);
  const outcome = invoke(parts, request, response);
  const completed = outcome.then(
    (settled) => completionOf(settled),
    (error: unknown) => hostFailed(error),
  );
  // Whoever reads to the end finds `completed` settled.
  void completed.then(() => response.close());
  const head = await Promise.race([response.begun, outcome]);
  if ("payload" in head) return answeredWhole(head, completed);
  const { executedVersion, trace } = response.run;
  return { executedVersion, trace, isStreamed: true, contentType: head.contentType, body: response, completed };
}

function answeredWhole(outcome: InvokeOutcome, completed: Promise<StreamCompletion>): StreamedInvoke {
  const { executedVersion, trace, contentType = "application/json", functionError, payload } = outcome;
  const body = functionError === undefined ? onePiece(payload) : onePiece(new Uint8Array());
  return { executedVersion, trace, isStreamed: false, contentType, body, completed };
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

const completionOf = ({ functionError, errorType = "", payload, logTail }: InvokeOutcome): StreamCompletion => ({
  error: functionError === undefined ? undefined : { errorType, payload },
  logTail,
});

/** After the first byte there is no other way to tell of it. */
function hostFailed(error: unknown): StreamCompletion {
  const errorType = error instanceof Fault ? error.code : "Sandbox.Failure";
  const errorMessage = error instanceof Fault ? error.message : "The invocation was ended by a failure of the server.";
  return { error: { errorType, payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) }, logTail: undefined };
}

/** One reader; `next` is not called again before it has resolved. */
class QueuedResponse implements StreamReceiver, AsyncIterableIterator<Uint8Array> {
  readonly limitBytes = maxStreamedBytes;
  readonly begun: Promise<ResponseHead>;
  run: Pick<InvokeOutcome, "executedVersion" | "trace"> = { executedVersion: "", trace: "" };
  readonly #bandwidth: Bandwidth | undefined;
  /** What waits for the reader, who gets all of it at once: many small chunks cost no more than a large one. */
  #queued = new Pieces();
  #isClosed = false;
  #isAbandoned = false;
  #isPostponed = false;
  #begin: (head: ResponseHead) => void = () => {};
  #waiting: ((result: IteratorResult<Uint8Array>) => void) | undefined;
  #onRoom: () => void = () => {};

  constructor(bandwidth: Bandwidth | undefined) {
    this.#bandwidth = bandwidth;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  dispatched(run: QueuedResponse["run"]): void {
    this.run = run;
  }

  begin(head: ResponseHead): void {
    this.#begin(head);
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isAbandoned || bytes.length === 0) return true;
    this.#queued.add(bytes);
    this.#serve();
    return this.#queued.bytes < mostQueuedBytes;
  }

  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  /** Nothing more comes. A guest that waits goes on: who was too late in an environment of several events lives on. */
  close(): void {
    this.#isClosed = true;
    this.#serve();
    this.#onRoom();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#serve();
    });
  }

  /** The reader leaves: the function runs on, and what it writes is dropped. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#isAbandoned = true;
    this.#queued = new Pieces();
    this.#onRoom();
    return { done: true, value: undefined };
  }

  #postpone(): boolean {
    this.#isPostponed =
      this.#bandwidth?.postpone(() => {
        this.#isPostponed = false;
        this.#serve();
      }) ?? false;
    return this.#isPostponed;
  }

  #serve(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const { bytes } = this.#queued;
    if (this.#isPostponed || (bytes > 0 && this.#postpone()) || (bytes === 0 && !this.#isClosed)) return;
    this.#waiting = undefined;
    if (bytes === 0) {
      waiting({ done: true, value: undefined });
      return;
    }
    const value = this.#queued.whole();
    this.#queued = new Pieces();
    this.#bandwidth?.spend(bytes);
    waiting({ done: false, value });
    if (bytes >= mostQueuedBytes) this.#onRoom();
  }
}
