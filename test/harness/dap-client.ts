// The Debug Adapter Protocol as an editor speaks it with debugpy. https://microsoft.github.io/debug-adapter-protocol/
import { once } from "node:events";
import { connect, type Socket } from "node:net";

interface Message {
  readonly type: "response" | "event" | "request";
  readonly event?: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

export class DapClient implements Disposable {
  readonly #socket: Socket;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #events = new Map<string, PromiseWithResolvers<unknown>>();
  #bytes = Buffer.alloc(0);
  #lastSeq = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#onBytes(chunk));
  }

  static async connect(port: number): Promise<DapClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new DapClient(socket);
  }

  send(command: string, given: object = {}): Promise<unknown> {
    const seq = ++this.#lastSeq;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(seq, answer);
    const text = JSON.stringify({ seq, type: "request", command, arguments: given });
    this.#socket.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return answer.promise;
  }

  /** The first one of this name, whether it has come or is to come. */
  event(name: string): Promise<unknown> {
    return this.#eventOf(name).promise;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #eventOf(name: string): PromiseWithResolvers<unknown> {
    const event = this.#events.get(name) ?? Promise.withResolvers<unknown>();
    this.#events.set(name, event);
    return event;
  }

  #onBytes(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const headEnd = this.#bytes.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(this.#bytes.toString("latin1", 0, headEnd))?.[1]);
      const end = headEnd + 4 + length;
      if (this.#bytes.length < end) return;
      const message = JSON.parse(this.#bytes.toString("utf8", headEnd + 4, end)) as Message;
      this.#bytes = this.#bytes.subarray(end);
      if (message.event !== undefined) this.#eventOf(message.event).resolve(message.body);
      const answer = message.request_seq === undefined ? undefined : this.#answers.get(message.request_seq);
      if (message.success === true) answer?.resolve(message.body);
      else answer?.reject(new Error(message.message));
    }
  }
}
