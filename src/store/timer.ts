// Timers: something to do at a time up to a year ahead, at least once, however often the process restarts.
import type { Json } from "./json.ts";

export interface Timers {
  /**
   * Calls back with timers of this partition that are due, earliest first. One that no commit has cancelled or set
   * anew within `redeliverAfterMs` (default 30 s) is due again; so is, after a restart, whatever was left.
   * One listener a partition. Returns the function that ends it.
   */
  listen(listener: (due: readonly DueTimer[]) => void, options?: { readonly redeliverAfterMs?: number }): () => void;
}

export interface DueTimer {
  readonly name: string;
  readonly dueAtMs: number;
  readonly value: Json;
  /** What the commit that did the work gives `cancel-timer`, so that a timer set anew meanwhile stays. */
  readonly revision: number;
}

export type TimerOperation =
  /** Replaces a timer of the same name. */
  | { readonly kind: "set-timer"; readonly name: string; readonly dueAtMs: number; readonly value: Json }
  /** With `expect`, a timer that was set anew or is gone fails the commit. */
  | { readonly kind: "cancel-timer"; readonly name: string; readonly expect?: number };

export interface TimerResults {
  readonly "set-timer": { readonly revision: number };
  readonly "cancel-timer": null;
}
