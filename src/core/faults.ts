// The one error type that crosses rooms. A Fault thrown anywhere is encoded once, at the end of the gateway's
// pipeline. Each room lists its faults as functions in a faults.ts of its own; nothing else builds one.

export interface FaultDetails {
  /** AWS's name of the error without namespace, e.g. `ResourceNotFoundException`. Ours begin with their area. */
  readonly code: string;
  /** HTTP status. 4xx: the caller's fault (`client`), 5xx: ours (`server`). */
  readonly status: number;
  /** Literal text for the caller. */
  readonly message: string;
  /** Members that the modelled error has besides its message, as the schema spells them, e.g. `{ Reason: "…" }`. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** AWS writes this one as `{"message": …}` alone, without the members that its model gives the type. */
  readonly bare?: boolean;
  /** What went wrong underneath; logged, never sent. */
  readonly cause?: unknown;
}

export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly isBare: boolean;

  constructor(details: FaultDetails) {
    super(details.message, { cause: details.cause });
    this.name = details.code;
    this.code = details.code;
    this.status = details.status;
    this.members = details.members ?? {};
    this.isBare = details.bare ?? false;
  }

  get kind(): "client" | "server" {
    return this.status < 500 ? "client" : "server";
  }
}
