// Blobs: content-addressed, immutable files.

export interface Blobs {
  /**
   * Writes what `content` yields, streamed, and syncs file and folder before it resolves. Writing what is already
   * there costs no second copy. A write that fails or is cut off by a crash leaves nothing behind.
   */
  put(content: AsyncIterable<Uint8Array> | Uint8Array, options?: { readonly maxBytes?: number }): Promise<BlobRef>;
  /**
   * As if it were put again: its hour of safety from `collect` begins anew, so that whoever found it in one document has
   * time to commit another that names it. False when there is no such blob.
   */
  keep(sha256: string): Promise<boolean>;
  /** Undefined when there is no such blob. `end` is exclusive. */
  open(sha256: string, range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Absolute path of the file, for readers that need one (zip); undefined when there is no such blob. */
  path(sha256: string): Promise<string | undefined>;
  /**
   * Deletes every blob that is not in `live` and was not put in the last hour (so that what was put but not yet
   * committed stays). Returns how many went.
   */
  collect(live: ReadonlySet<string>): Promise<number>;
}

export interface BlobRef {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}
