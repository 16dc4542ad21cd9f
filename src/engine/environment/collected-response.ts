// A streamed response for a caller who wants it whole.
import { Pieces } from "../../core/pieces.ts";
import { maxResponseBytes, type ResponseHead } from "../runtime-api/runtime-port.ts";
import type { ResponseReceiver } from "./response.ts";

export class CollectedResponse implements ResponseReceiver {
  readonly limitBytes = maxResponseBytes;
  contentType = "";
  readonly #pieces = new Pieces();

  begin({ contentType }: ResponseHead): void {
    this.contentType = contentType;
  }

  write(bytes: Uint8Array): boolean {
    this.#pieces.add(bytes);
    return true;
  }

  onRoom(): void {}

  bytes(): Uint8Array {
    return this.#pieces.whole();
  }
}
