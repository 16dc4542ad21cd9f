// The one growing number that revisions, sequences and receipts are taken from. Never repeats, whatever is deleted.
import { integer, type Statements } from "./row.ts";

/** Numbers set aside by one write; what is left of them at a crash is skipped. */
const reservation = 2 ** 20;

export class Numbers {
  readonly #statements: Statements;
  #last: number;
  #reserved: number;

  constructor(statements: Statements) {
    this.#statements = statements;
    this.#reserved = integer(statements.row("SELECT reserved FROM numbers")?.[0]);
    this.#last = this.#reserved;
  }

  /** Only within a transaction. */
  next(): number {
    if (this.#last >= this.#reserved) {
      this.#statements.run("UPDATE numbers SET reserved = ?", this.#last + reservation);
      this.#reserved = this.#last + reservation;
    }
    this.#last += 1;
    return this.#last;
  }

  /** The transaction was rolled back, and perhaps a reservation with it: the next number makes one anew. */
  forgetReservation(): void {
    this.#reserved = this.#last;
  }
}
