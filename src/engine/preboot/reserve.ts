// What is kept ready of one kind: made ahead of need, as many as are expected to be needed at once, each given away once.
import type { Clock } from "../../core/clock.ts";
import { StartBackoff } from "../placement/start-backoff.ts";
import type { StartGate } from "../placement/start-gate.ts";
import { Demand } from "./demand.ts";

export interface Member {
  readonly memoryBytes: number;
  /** Resolves when it has ended by itself and is of no use any more. Undefined: nobody can tell. */
  readonly ended: Promise<unknown> | undefined;
  close(): Promise<void>;
}

export interface ReserveParts<Kept extends Member> {
  readonly clock: Clock;
  readonly gate: StartGate;
  /** Rejects when the host refuses; it is then tried again later, less often each time. */
  readonly make: () => Promise<Kept>;
  /** Asked before each is made, with what the last one has cost; makes room if it can. */
  readonly hasRoom: (reserve: Reserve<Kept>, memoryBytes: number) => boolean;
  readonly onError: (error: unknown) => void;
}

/** Of one kind, whatever is expected: beyond this the memory and the tables of the host are of better use. */
const mostMembers = 64;
/** Taken for what a member costs before the first was made, and where nothing measures it. */
export const assumedBytes = 16 * 1024 * 1024;

export class Reserve<Kept extends Member> {
  readonly #parts: ReserveParts<Kept>;
  readonly #demand: Demand;
  readonly #backoff: StartBackoff;
  /** The one made last is given away first: what it is made of lies in the caches still. */
  readonly #ready: Kept[] = [];
  /** Those who wait for one that is being made. */
  readonly #waiting: ((member: Kept | undefined) => void)[] = [];
  readonly #making = new Set<Promise<void>>();
  /** How many are being made. */
  #coming = 0;
  readonly #closing = new Set<Promise<void>>();
  /** Asked of the gate and not begun. */
  #queued = 0;
  #memberBytes = assumedBytes;
  #isStopped = false;

  constructor(parts: ReserveParts<Kept>) {
    this.#parts = parts;
    this.#demand = new Demand(parts.clock);
    this.#backoff = new StartBackoff(parts.clock, () => this.adjust());
  }

  get memoryBytes(): number {
    let bytes = this.#coming * this.#memberBytes;
    for (const { memoryBytes } of this.#ready) bytes += memoryBytes;
    return bytes;
  }

  /** When one was needed last, of a monotonic clock. */
  get lastNeededMs(): number {
    return this.#demand.lastMs;
  }

  get isEmpty(): boolean {
    return this.#ready.length + this.#coming + this.#queued === 0;
  }

  get isNeeded(): boolean {
    return this.#demand.expected > 0;
  }

  /** Says that one is needed; there will be more of them. */
  need(): void {
    this.#demand.arrived();
  }

  /** One that nobody else gets: one that is ready, or else the next that is being made already. Undefined: there is none. */
  take(): Kept | Promise<Kept | undefined> | undefined {
    const member = this.#ready.pop();
    const isComing = member === undefined && this.#coming > this.#waiting.length;
    const taken = isComing ? new Promise<Kept | undefined>((resolve) => this.#waiting.push(resolve)) : member;
    this.adjust();
    return taken;
  }

  /** Makes what is missing of what is expected, and ends what is too much. */
  adjust(): void {
    if (this.#isStopped) return;
    const wanted = Math.min(mostMembers, this.#demand.expected);
    for (const member of this.#ready.splice(0, Math.max(0, this.#ready.length - wanted))) this.#close(member);
    for (let missing = this.#missing - this.#queued; missing > 0; missing -= 1) {
      this.#queued += 1;
      this.#parts.gate.enterAhead(() => this.#begin());
    }
  }

  /** Ends one that is ready, for others to have its memory; false: none is. */
  giveUpOne(): boolean {
    const member = this.#ready.shift();
    if (member !== undefined) this.#close(member);
    return member !== undefined;
  }

  /** Ends all; resolves when none is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#backoff.cancel();
    await Promise.all(this.#making);
    for (const member of this.#ready.splice(0)) this.#close(member);
    await Promise.all(this.#closing);
  }

  get #missing(): number {
    if (this.#isStopped || this.#backoff.isWaiting) return 0;
    const wanted = Math.min(mostMembers, this.#demand.expected);
    return wanted + this.#waiting.length - this.#ready.length - this.#coming;
  }

  #begin(): Promise<void> | undefined {
    this.#queued -= 1;
    if (this.#missing <= 0 || !this.#parts.hasRoom(this, this.#memberBytes)) return undefined;
    this.#coming += 1;
    const making = this.#parts.make().then(
      (member) => this.#onMade(member),
      (error: unknown) => this.#onRefused(error),
    );
    this.#making.add(making);
    void making.finally(() => this.#making.delete(making));
    return making;
  }

  #onMade(member: Kept): void {
    this.#coming -= 1;
    this.#backoff.succeed();
    this.#memberBytes = member.memoryBytes;
    const receiver = this.#waiting.shift();
    if (receiver !== undefined) {
      receiver(member);
      return;
    }
    this.#keep(member);
    // It may have cost more than was thought.
    if (!this.#parts.hasRoom(this, 0)) this.giveUpOne();
  }

  #onRefused(error: unknown): void {
    this.#coming -= 1;
    this.#backoff.wait();
    this.#waiting.shift()?.(undefined);
    this.#parts.onError(error);
  }

  #keep(member: Kept): void {
    this.#ready.push(member);
    void member.ended?.then(() => this.#onEnded(member));
  }

  #onEnded(member: Kept): void {
    const index = this.#ready.indexOf(member);
    if (index === -1) return;
    this.#ready.splice(index, 1);
    this.#close(member);
    // Whatever ends one may end the next.
    this.#backoff.wait();
  }

  #close(member: Kept): void {
    const closing = member.close().catch(this.#parts.onError);
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }
}
