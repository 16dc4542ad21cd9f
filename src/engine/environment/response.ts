// The response of one invoke between its guest, which streams it, and whoever takes it.
import { requestEntityTooLarge } from "../runtime-api/faults.ts";
import type { ReportedError, ResponseHead, ResponseSink } from "../runtime-api/runtime-port.ts";
import { reported, responseTooLarge, responseTruncated, type Failure } from "./failure.ts";

/** Takes a streamed response from its environment. */
export interface ResponseReceiver {
  readonly limitBytes: number;
  begin(head: ResponseHead): void;
  /** Takes all of it; false: rather nothing more until `onRoom`. */
  write(bytes: Uint8Array): boolean;
  onRoom(listener: () => void): void;
}

/** The environment's side of a sink. */
export interface SinkOwner {
  readonly requestId: string;
  /** Whether the invoke has its outcome: a timeout or a crash may come before the end of the response. */
  isOver(): boolean;
  onEnd(): void;
  onFailure(failure: Failure): void;
}

export class ReceiverSink implements ResponseSink {
  readonly #receiver: ResponseReceiver;
  readonly #owner: SinkOwner;
  #bytes = 0;

  constructor(receiver: ResponseReceiver, owner: SinkOwner) {
    this.#receiver = receiver;
    this.#owner = owner;
  }

  /** What came so far. */
  get bytes(): number {
    return this.#bytes;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#owner.isOver()) return true;
    const { limitBytes } = this.#receiver;
    this.#bytes += bytes.length;
    if (this.#bytes > limitBytes) {
      this.#owner.onFailure(responseTooLarge(limitBytes));
      throw requestEntityTooLarge(limitBytes);
    }
    return this.#receiver.write(bytes);
  }

  onRoom(listener: () => void): void {
    this.#receiver.onRoom(listener);
  }

  end(): void {
    if (!this.#owner.isOver()) this.#owner.onEnd();
  }

  fail(error: ReportedError): void {
    if (!this.#owner.isOver()) this.#owner.onFailure(reported(error));
  }

  truncate(): void {
    if (!this.#owner.isOver()) this.#owner.onFailure(responseTruncated(this.#owner.requestId));
  }
}
