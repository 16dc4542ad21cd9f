// Functions whose code is a folder of this machine for as long as somebody works on it. A change ends the environments
// that run the former code, each after its invoke, and starts the next one at once, on a runtime that stands by.
import { constants, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import { functionKey, latestVersion, type FunctionId, type FunctionVersion } from "../../functions/function-version.ts";
import type { PooledEnvironment } from "../environment/environment-parts.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import type { Fleet } from "../placement/fleet.ts";
import type { Runtimes } from "../runtimes/runtime.ts";
import type { Adaptation } from "./adaptation.ts";
import { developedAlready, folderMissing } from "./faults.ts";
import { Feed } from "./feed.ts";
import type { Preboot } from "../preboot/preboot.ts";
import { Standby, type StandbyParts } from "./standby.ts";
import { watchFolder } from "./watch-folder.ts";

export interface DevelopRequest {
  /** Its `$LATEST`; versions stay what they are. */
  readonly function: FunctionId;
  /** Absolute path of the host. INVARIANT: never taken from a request of AWS's API, nor of a function. */
  readonly folder: string;
  /** Ends it: the deployed package runs again. */
  readonly signal: AbortSignal;
}

export type DevelopEvent =
  /** `ms`: from when the change was seen until the code was loaded. `files`: what changed; none at the beginning. */
  | { readonly kind: "loaded"; readonly files: readonly string[]; readonly ms: number }
  /** The code could not be loaded: the log says why, and so does the next invoke, which tries again. */
  | { readonly kind: "failed"; readonly files: readonly string[] }
  /** Nothing can be started at all, or the folder cannot be watched any more. */
  | { readonly kind: "refused"; readonly message: string };

export interface DevelopingParts extends StandbyParts {
  readonly clock: Clock;
  readonly catalog: FunctionCatalog;
  /** Where it keeps runtimes booted for every function, a developed one needs none of its own. */
  readonly preboot: Preboot | undefined;
  readonly runtimes: Pick<Runtimes, "resolve" | "prepare">;
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
  readonly renew: Fleet["renew"];
}

/** One change of the code. */
interface Turn {
  readonly files: readonly string[];
  readonly sinceMs: number;
  isReported: boolean;
}

interface Session {
  readonly id: FunctionId;
  readonly folder: string;
  readonly feed: Feed<DevelopEvent>;
  readonly standby: Standby;
  /** Ends it. */
  readonly signal: AbortSignal;
  turn: Turn;
  /** Whether somebody reads the code for what the runtime may have to bring. */
  isLookedAt: boolean;
}

export class Developing {
  readonly #parts: DevelopingParts;
  readonly #sessions = new Map<string, Session>();

  constructor(parts: DevelopingParts) {
    this.#parts = parts;
  }

  /** Runs the folder from now on until the signal. Faults: those of resolving a function, FolderMissing, DevelopedAlready. */
  async open({ function: id, folder, signal }: DevelopRequest): Promise<AsyncIterable<DevelopEvent>> {
    const { catalog, clock } = this.#parts;
    const key = functionKey(id);
    await catalog.resolve(id, latestVersion);
    if (!isAbsolute(folder) || (await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw folderMissing(folder);
    if (this.#sessions.has(key)) throw developedAlready(id.name);
    const feed = new Feed<DevelopEvent>();
    const session: Session = { id, folder, feed, standby: new Standby(this.#parts), signal, turn: this.#turnOf([]), isLookedAt: false };
    const onError = (error: unknown): void => feed.push({ kind: "refused", message: String(error) });
    const unwatch = watchFolder(folder, { clock, onChange: (files) => this.#change(session, files), onError });
    const end = (): void => {
      this.#sessions.delete(key);
      unwatch();
      feed.close();
      void session.standby.discard();
      void this.#renew(session, { spare: false });
    };
    this.#sessions.set(key, session);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    this.#change(session, []);
    return feed;
  }

  /** An Adapt. */
  adapt({ id, version }: FunctionVersion): Adaptation | undefined {
    const session = version === latestVersion ? this.#sessions.get(functionKey(id)) : undefined;
    if (session === undefined) return undefined;
    const { folder, turn } = session;
    // A folder that its owner keeps from others can be shown only by a sandbox that is made for it.
    const standby = this.#parts.preboot === undefined || !isPublic(folder) ? session.standby : undefined;
    let plan: EnvironmentPlan | undefined;
    return {
      taskRoot: folder,
      ...(standby === undefined ? {} : { driver: standby }),
      opened: (_environment, opened) => void (plan = opened),
      available: (environment) => {
        this.#report(session, turn, environment);
        if (plan !== undefined && this.#sessions.get(functionKey(id)) === session) standby?.prepare(plan);
      },
    };
  }

  #turnOf(files: readonly string[]): Turn {
    return { files, sinceMs: this.#parts.clock.monotonic(), isReported: false };
  }

  #change(session: Session, files: readonly string[]): void {
    if (session.signal.aborted) return;
    session.turn = this.#turnOf(files);
    void this.#renew(session, { spare: true });
    if (!session.isLookedAt) void this.#bringPackages(session);
  }

  /**
   * As a deployment does: what the code newly names and the runtime can bring (clients of the AWS SDK) comes while the
   * function runs, and the code is loaded once more when it is there.
   */
  async #bringPackages(session: Session): Promise<void> {
    const { catalog, runtimes, onError } = this.#parts;
    const { id, folder, signal } = session;
    session.isLookedAt = true;
    try {
      const { version } = await catalog.resolve(id, latestVersion);
      const { runtime } = version.configuration;
      const packages = async (): Promise<string | undefined> => (await runtimes.resolve(runtime, version.runtimeVersion)).runtimeDir;
      const before = await packages();
      for (let looked: Turn | undefined; looked !== session.turn; ) {
        looked = session.turn;
        await runtimes.prepare(runtime, [folder], signal);
      }
      if ((await packages()) !== before) this.#change(session, session.turn.files);
    } catch (error) {
      if (!signal.aborted && !(error instanceof Fault)) onError(error);
    } finally {
      session.isLookedAt = false;
    }
  }

  async #renew({ id, feed }: Session, how: { readonly spare: boolean }): Promise<void> {
    try {
      this.#parts.renew((await this.#parts.catalog.resolve(id, latestVersion)).version, how);
    } catch (error) {
      // It was deleted, or is being changed: news of that ends its environments anyway.
      feed.push({ kind: "refused", message: error instanceof Fault ? error.message : String(error) });
    }
  }

  /** Of several environments of one turn the first tells. */
  #report({ feed }: Session, turn: Turn, { isWarm }: PooledEnvironment): void {
    if (turn.isReported) return;
    turn.isReported = true;
    const { files, sinceMs } = turn;
    feed.push(isWarm ? { kind: "loaded", files, ms: this.#parts.clock.monotonic() - sinceMs } : { kind: "failed", files });
  }
}

function isPublic(folder: string): boolean {
  const everybody = constants.S_IROTH | constants.S_IXOTH;
  return ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & everybody) === everybody;
}
