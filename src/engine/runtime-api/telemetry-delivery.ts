// Brings batches of telemetry to a subscriber: JSON arrays over HTTP, or lines over TCP. A subscriber that is slow, or
// stands still between invokes, is waited for; one batch is on its way at a time.
import { request } from "node:http";
import type { Socket } from "node:net";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { TelemetryDestination } from "./telemetry-port.ts";

export interface TelemetryDelivery {
  /** `records` are JSON. Rejects when they were not taken. Not called again before it has settled. */
  send(records: readonly string[]): Promise<void>;
  /** Gives up what is on its way. */
  close(): void;
}

type Connect = Sandbox["connect"];

export const openTelemetryDelivery = (destination: TelemetryDestination, connect: Connect): TelemetryDelivery =>
  destination.protocol === "HTTP" ? openHttpDelivery(destination, connect) : new TcpDelivery(destination.port, connect);

type HttpDestination = Extract<TelemetryDestination, { readonly protocol: "HTTP" }>;

/** A connection a batch: one that was left open may have been closed while its owner was frozen. */
function openHttpDelivery({ host, port, path, method }: HttpDestination, connect: Connect): TelemetryDelivery {
  const closing = new AbortController();
  return {
    async send(records) {
      const socket = await connect(port);
      await new Promise<void>((resolve, reject) => {
        const body = Buffer.from(`[${records.join(",")}]`);
        const headers = { host, "content-type": "application/json", "content-length": body.length };
        const sent = request({ createConnection: () => socket, path, method, headers, signal: closing.signal });
        sent.on("error", reject);
        // Also of one that would rather speak another protocol, which is no error to node.
        sent.once("close", () => reject(new Error("the subscriber closed the connection")));
        sent.once("response", (response) => {
          const { statusCode = 0 } = response;
          if (statusCode < 400) resolve();
          else reject(new Error(`the subscriber answered ${statusCode}`));
          // Nobody reads what else it has to say.
          response.destroy();
        });
        sent.end(body);
      });
    },
    close: () => closing.abort(),
  };
}

class TcpDelivery implements TelemetryDelivery {
  readonly #port: number;
  readonly #connect: Connect;
  #socket: Socket | undefined;
  #isClosed = false;

  constructor(port: number, connect: Connect) {
    this.#port = port;
    this.#connect = connect;
  }

  async send(records: readonly string[]): Promise<void> {
    const socket = await this.#open();
    await new Promise<void>((resolve, reject) => {
      const lost = (): void => reject(new Error("the subscriber closed the connection"));
      socket.once("error", reject);
      socket.once("close", lost);
      socket.write(`${records.join("\n")}\n`, (error) => {
        socket.off("error", reject);
        socket.off("close", lost);
        // `null` and `undefined` both mean that it was written.
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  async #open(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = await this.#connect(this.#port);
    // What it has to say is not read; that it fails while nothing is on its way shows with the next batch.
    socket.on("error", () => socket.destroy());
    socket.resume();
    if (this.#isClosed) socket.destroy();
    this.#socket = socket;
    return socket;
  }
}
