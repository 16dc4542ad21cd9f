// Links to stored blobs that work without credentials until they expire, as S3's presigned URLs do.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import type { DownloadLinks } from "../core/links.ts";

/** Lambda's `Code.Location` is good for ten minutes (GetFunction, API reference). */
const validForMs = 10 * 60 * 1000;

export const downloadPath = "/_lambent/blobs/";

export class SignedDownloadLinks implements DownloadLinks {
  readonly #clock: Clock;
  // Links die with the process; they live for minutes anyway.
  readonly #key = randomBytes(32);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  forBlob(sha256: string, endpoint: string): string {
    const expiresMs = this.#clock.now() + validForMs;
    return `${endpoint}${downloadPath}${sha256}?expires=${expiresMs}&signature=${this.#sign(sha256, expiresMs).toString("hex")}`;
  }

  /** The blob that a link names; undefined when the link is wrong, changed or too old. */
  blobOf(path: string, query: URLSearchParams): string | undefined {
    const sha256 = path.slice(downloadPath.length);
    const expiresMs = Number(query.get("expires"));
    const given = Buffer.from(query.get("signature") ?? "", "hex");
    const right = this.#sign(sha256, expiresMs);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return expiresMs >= this.#clock.now() ? sha256 : undefined;
  }

  #sign(sha256: string, expiresMs: number): Buffer {
    return createHmac("sha256", this.#key).update(`${sha256}\n${expiresMs}`).digest();
  }
}
