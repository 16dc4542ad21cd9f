// Brings AWS SDK packages that a function imports and that neither it nor Lambent ships, by the user's npm, before the
// function is active. Without them it still deploys: the import fails inside of it and says what to do.
import { sdkNamePattern, namedSdkPackages } from "./sdk-scan.ts";

/** More than a function uses; fewer than would fill a disk by one deployment. */
const mostPackages = 10;
/** For all packages of a deployment, with the time it waits for others. */
const patienceMs = 60_000;

export interface SdkOnDemandParts {
  readonly isShipped: (name: string) => boolean;
  readonly isInstalled: (name: string) => boolean;
  /** Rejects when it could not be had, or when `signal` is aborted. */
  readonly install: (name: string, signal: AbortSignal) => Promise<void>;
  readonly log: { warn(fields: object, event: string): void };
}

export interface SdkOnDemand {
  /**
   * Whether the code uses packages that were installed: now or before, by us or by another server, so that whoever shows
   * packages has to look again. Rejects only when `signal` is aborted.
   */
  prepare(roots: readonly string[], signal: AbortSignal): Promise<boolean>;
}

export function createSdkOnDemand({ isShipped, isInstalled, install, log }: SdkOnDemandParts): SdkOnDemand {
  /** npm runs once at a time, whoever deploys. */
  let line: Promise<unknown> = Promise.resolve();

  const bring = (name: string, signal: AbortSignal): Promise<void> => {
    const before = line;
    const turn = orAborted(before, signal).then(() => (isInstalled(name) ? undefined : install(name, signal)));
    line = Promise.allSettled([before, turn]);
    return turn;
  };

  const warn = (name: string, reason: string): void =>
    log.warn({ name, reason, todo: `lambent runtimes add ${name}, then deploy the function again; or package it` }, "aws-sdk-not-installed");

  const namesIn = async (roots: readonly string[]): Promise<readonly string[]> => {
    try {
      return await namedSdkPackages(roots);
    } catch (error) {
      // A file that its package made unreadable, say: AWS deploys that, too.
      log.warn({ reason: String(error) }, "aws-sdk-not-looked-for");
      return [];
    }
  };

  return {
    async prepare(roots, stopping) {
      const wanted = (await namesIn(roots)).filter((name) => sdkNamePattern.test(name) && !isShipped(name));
      if (wanted.length === 0) return false;
      const missing = wanted.filter((name) => !isInstalled(name));
      if (missing.length > mostPackages) {
        warn(missing[0] ?? "", `The function names ${missing.length} packages that are not here; at most ${mostPackages} come by themselves.`);
      } else if (missing.length > 0) {
        const signal = AbortSignal.any([stopping, AbortSignal.timeout(patienceMs)]);
        for (const name of missing) {
          try {
            await bring(name, signal);
          } catch (error) {
            stopping.throwIfAborted();
            warn(name, error instanceof Error ? error.message : String(error));
          }
        }
      }
      return wanted.some(isInstalled);
    },
  };
}

/** Waits for the turn, but no longer than patience lasts. */
function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}
