// The last bytes of a log since some moment, for `LogType=Tail`.

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const tailBytes = 4096;

export class LogTail {
  readonly #lines: string[] = [];
  #length = 0;
  readonly #onEnd: (tail: LogTail) => void;

  /** `onEnd`: no more lines are wanted. */
  constructor(onEnd: (tail: LogTail) => void) {
    this.#onEnd = onEnd;
  }

  add(text: string): void {
    this.#lines.push(`${text}\n`);
    this.#length += text.length + 1;
    // A character is at least a byte: what is cut here can never be among the last bytes.
    if (this.#length <= 16 * tailBytes) return;
    let [at, length] = [0, this.#length];
    while (at < this.#lines.length - 1 && length - (this.#lines[at]?.length ?? 0) >= tailBytes) {
      length -= this.#lines[at]?.length ?? 0;
      at += 1;
    }
    // At once: to shift a list as long as this costs its length each time.
    this.#lines.splice(0, at);
    this.#length = length;
  }

  end(): Buffer {
    this.#onEnd(this);
    const text = Buffer.from(this.#lines.join(""), "utf8");
    return text.subarray(Math.max(0, text.length - tailBytes));
  }
}
