// The guest-facing HTTP server on real sockets, with ports that a test plays, and clients that speak byte by byte.
import { request, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { systemIds } from "../../src/core/ids.ts";
import { invalidRequestId } from "../../src/engine/environment/faults.ts";
import { nextState, type EnvironmentEvent, type EnvironmentState } from "../../src/engine/environment/lifecycle.ts";
import { createEnvironmentMetadata, type EnvironmentMetadata } from "../../src/engine/runtime-api/environment-metadata.ts";
import type { ExtensionsPort } from "../../src/engine/runtime-api/extensions-port.ts";
import { openHttpFront, type HttpFront } from "../../src/engine/runtime-api/http/http-front.ts";
import type { TelemetryPort } from "../../src/engine/runtime-api/telemetry-port.ts";
import { listenOnLoopback } from "../../src/sandbox/host-loopback.ts";
import { refusedExtensions, refusedTelemetry } from "./refused-extensions.ts";
import type {
  EventReceiver,
  Invocation,
  ReportedError,
  ResponseHead,
  ResponseSink,
  RuntimePort,
  RuntimeResponse,
} from "../../src/engine/runtime-api/runtime-port.ts";

/** Keeps a streamed response; `refusal` and `hasRoom` say how it takes the next chunk. */
export class TestSink implements ResponseSink {
  readonly head: ResponseHead;
  readonly chunks: Buffer[] = [];
  readonly errors: ReportedError[] = [];
  outcome: "open" | "ended" | "failed" | "truncated" = "open";
  hasRoom = true;
  refusal: Error | undefined;
  #onRoom: () => void = () => {};
  readonly #onOutcome: () => void;

  constructor(head: ResponseHead, onOutcome: () => void) {
    this.head = head;
    this.#onOutcome = onOutcome;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  write(bytes: Uint8Array): boolean {
    if (this.refusal !== undefined) {
      this.#close("failed");
      throw this.refusal;
    }
    this.chunks.push(Buffer.from(bytes));
    return this.hasRoom;
  }

  onRoom(listener: () => void): void {
    this.#onRoom = listener;
  }

  makeRoom(): void {
    this.hasRoom = true;
    this.#onRoom();
  }

  end(): void {
    this.#close("ended");
  }

  fail(error: ReportedError): void {
    this.errors.push(error);
    this.#close("failed");
  }

  truncate(): void {
    this.#close("truncated");
  }

  #close(outcome: TestSink["outcome"]): void {
    if (this.outcome !== "open") throw new Error(`${outcome} after ${this.outcome}`);
    this.outcome = outcome;
    this.#onOutcome();
  }
}

/** The lifecycle table with nothing behind it. */
export class TestPort implements RuntimePort {
  readonly concurrency = 1;
  state: EnvironmentState = "initialising";
  readonly requestId = "id-1";
  readonly responses: RuntimeResponse[] = [];
  readonly sinks: TestSink[] = [];
  readonly errors: ReportedError[] = [];
  readonly initErrors: ReportedError[] = [];
  onNext: (receiver: EventReceiver) => void = () => {};
  onSink: (sink: TestSink) => void = () => {};

  next(receiver: EventReceiver): void {
    this.#move("next");
    this.onNext(receiver);
  }

  respond(requestId: string, response: RuntimeResponse): void {
    this.#check(requestId);
    this.#move("response");
    this.responses.push(response);
  }

  beginResponse(requestId: string, head: ResponseHead): ResponseSink {
    this.#check(requestId);
    this.#move("response-begin");
    const sink = new TestSink(head, () => this.#move("response-end"));
    this.sinks.push(sink);
    this.onSink(sink);
    return sink;
  }

  fail(requestId: string, error: ReportedError): void {
    this.#check(requestId);
    this.#move("error");
    this.errors.push(error);
  }

  failInit(error: ReportedError): void {
    this.#move("init-error");
    this.initErrors.push(error);
  }

  violate(reason: string): void {
    throw new Error(`HTTP has error replies: ${reason}`);
  }

  #check(requestId: string): void {
    if (requestId !== this.requestId) throw invalidRequestId();
  }

  #move(event: EnvironmentEvent): void {
    this.state = nextState(this.state, event);
  }
}

export const invocation = (members: Partial<Invocation> = {}): Invocation => ({
  requestId: "id-1",
  deadlineMs: 1_767_225_600_000.5,
  invokedArn: "arn:aws:lambda:us-east-1:123456789012:function:f:live",
  trace: undefined,
  clientContext: undefined,
  payload: Buffer.from('{"a":1}'),
  ...members,
});

export interface OpenedFront {
  readonly front: HttpFront;
  readonly port: TestPort;
  readonly metadata: EnvironmentMetadata;
  readonly hostname: string;
  readonly portNumber: number;
}

export async function openFront(state: EnvironmentState = "initialising", extensions: ExtensionsPort = refusedExtensions, telemetry: TelemetryPort = refusedTelemetry): Promise<OpenedFront> {
  const port = new TestPort();
  port.state = state;
  const metadata = createEnvironmentMetadata("eu-west-1", systemIds);
  const front = await openHttpFront({ runtime: port, extensions, telemetry, metadata }, systemIds, { listen: listenOnLoopback });
  const [hostname = "", portNumber = ""] = front.address.split(":");
  return { front, port, metadata, hostname, portNumber: Number(portNumber) };
}

export type GuestAddress = Pick<OpenedFront, "hostname" | "portNumber">;

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** `path` with its API version. */
export function ask({ hostname, portNumber }: GuestAddress, path: string, { method = "POST", headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port: portNumber, method, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => void pieces.push(piece));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces).toString() }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends bytes as they are, HOST in text replaced, and returns all that comes back until the server or `end` ends it. */
export function raw(address: GuestAddress, pieces: readonly (string | Buffer)[], end = true): Promise<string> {
  const client = new RawClient(address);
  for (const piece of pieces) void client.write(piece);
  if (end) client.end();
  return client.closed;
}

/** One connection, as hostile as its test wants it. */
export class RawClient {
  /** Everything that came, once the connection is closed. */
  readonly closed: Promise<string>;
  readonly #socket: Socket;
  readonly #address: string;
  #received = "";
  #check: () => void = () => {};

  constructor({ hostname, portNumber }: GuestAddress) {
    this.#address = `${hostname}:${portNumber}`;
    this.#socket = connect({ port: portNumber, host: hostname, noDelay: true, allowHalfOpen: false });
    this.#socket.on("error", () => {});
    this.#socket.on("data", (bytes: Buffer) => {
      this.#received += bytes.toString("latin1");
      this.#check();
    });
    this.closed = new Promise((resolve) => this.#socket.on("close", () => resolve(this.#received)));
  }

  /** Resolves when the bytes have left. HOST in text is replaced. */
  write(piece: string | Buffer): Promise<void> {
    const bytes = typeof piece === "string" ? piece.replaceAll("HOST", this.#address) : piece;
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Resolves once everything that came matches; rejects when the connection closes before. */
  received(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#check = () => {
        if (pattern.test(this.#received)) resolve(this.#received);
      };
      this.#check();
      void this.closed.then((all) => reject(new Error(`closed after: ${all}`)));
    });
  }

  end(): void {
    this.#socket.end();
  }

  /** Breaks off: the server sees a reset. */
  reset(): void {
    // Node.js never closes one that it resets while it ends.
    if (this.#socket.writableEnded) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}
