// Bytes that come in pieces and are wanted whole. Drips are copied together, so that neither an object for each nor the
// large buffer that each is a part of stays in memory; the cost is linear in the bytes, whatever their pieces.

/** From here on a piece is kept as it is. */
const largePieceBytes = 16 * 1024;
const blockBytes = 64 * 1024;
const nothing = Buffer.alloc(0);

export class Pieces {
  #kept: Uint8Array[] = [];
  /** Where small ones go; its first `#fill` bytes are in use. */
  #block = nothing;
  #fill = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(piece: Uint8Array): void {
    const isFirst = this.#bytes === 0;
    this.#bytes += piece.length;
    // Most have one only.
    if (isFirst || piece.length >= largePieceBytes) {
      this.#closeBlock();
      this.#kept.push(piece);
      return;
    }
    if (this.#fill + piece.length > this.#block.length) {
      this.#closeBlock();
      this.#block = Buffer.allocUnsafe(blockBytes);
    }
    this.#block.set(piece, this.#fill);
    this.#fill += piece.length;
  }

  /** Everything; may share memory with what was added. */
  whole(): Uint8Array {
    this.#closeBlock();
    const [first = nothing] = this.#kept;
    return this.#kept.length > 1 ? Buffer.concat(this.#kept, this.#bytes) : first;
  }

  #closeBlock(): void {
    if (this.#fill > 0) this.#kept.push(this.#block.subarray(0, this.#fill));
    this.#block = nothing;
    this.#fill = 0;
  }
}
