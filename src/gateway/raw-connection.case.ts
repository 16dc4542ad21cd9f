// For tests: a client that sends any bytes at all.
import { connect, type Socket } from "node:net";

export class RawConnection {
  readonly socket: Socket;
  readonly #ended: Promise<void>;
  #text = "";

  constructor(url: string, allowHalfOpen = false) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port), allowHalfOpen });
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text: string) => void (this.#text += text));
    // Resets are an answer too.
    this.socket.on("error", () => {});
    this.#ended = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  send(...lines: readonly string[]): this {
    this.socket.write(lines.join("\r\n"), "latin1");
    return this;
  }

  /** Everything received, once it matches. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#text)) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.#text)}`);
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          this.socket.off("data", settle).off("close", settle);
          resolve();
        };
        this.socket.on("data", settle).on("close", settle);
      });
    }
    return this.#text;
  }

  /** Everything received, once the other side has closed. */
  async untilClosed(): Promise<string> {
    await this.#ended;
    return this.#text;
  }
}

/** Sends and reads to the end. */
export const exchangeRaw = (url: string, ...lines: readonly string[]): Promise<string> =>
  new RawConnection(url).send(...lines).untilClosed();
