// Why a text is no event pattern. Services word it as each of them does: this is no fault of its own.

export class InvalidPattern extends Error {
  /** AWS's text. */
  readonly reason: string;
  /** Offset in the pattern's text, as AWS counts it; undefined where AWS names no position. */
  readonly at: number | undefined;

  constructor(reason: string, at?: number) {
    super(reason);
    this.name = "InvalidPattern";
    this.reason = reason;
    this.at = at;
  }
}
