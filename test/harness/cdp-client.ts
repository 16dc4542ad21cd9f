// The Chrome DevTools Protocol as a debugger speaks it, over Node.js's own WebSocket.
import { once } from "node:events";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class CdpClient implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #awaited = new Map<string, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#onMessage(JSON.parse(String(data)) as Message));
    socket.addEventListener("close", () => {
      for (const answer of this.#answers.values()) answer.reject(new Error("the inspector has gone"));
    });
  }

  /** Attaches to the one program behind the port; to the next one if that is just ending. */
  static async attach(port: number): Promise<CdpClient> {
    const list = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/json/list`);
    const [program] = (await (await list().catch(list)).json()) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(program?.webSocketDebuggerUrl ?? "");
    await once(socket, "open");
    return new CdpClient(socket);
  }

  async send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  }

  /** The next one of this name. */
  event(method: string): Promise<unknown> {
    const awaited = this.#awaited.get(method) ?? Promise.withResolvers<unknown>();
    this.#awaited.set(method, awaited);
    return awaited.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #onMessage({ id, method, params, result, error }: Message): void {
    if (method !== undefined) {
      this.#awaited.get(method)?.resolve(params);
      this.#awaited.delete(method);
    }
    const answer = id === undefined ? undefined : this.#answers.get(id);
    if (id !== undefined) this.#answers.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(error.message));
  }
}
