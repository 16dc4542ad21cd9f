// A streamed response for a caller who wants it whole.
import { maxResponseBytes, type ResponseHead } from "../runtime-api/runtime-port.ts";
import type { ResponseReceiver } from "./response.ts";

export class CollectedResponse implements ResponseReceiver {
  readonly limitBytes = maxResponseBytes;
  contentType = "";
  readonly #chunks: Uint8Array[] = [];

  begin({ contentType }: ResponseHead): void {
    this.contentType = contentType;
  }

  write(bytes: Uint8Array): boolean {
    this.#chunks.push(bytes);
    return true;
  }

  onRoom(): void {}

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
