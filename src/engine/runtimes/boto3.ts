// boto3 and what belongs to it, as managed Python runtimes carry them: installed once a machine and interpreter by pip
// into the runtime's own folder, which comes last on a function's sys.path.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fetchPackages } from "./pip-packages.ts";

/** The newest that we know; pip takes the last one before it that still runs on an old interpreter. */
const requirement = "boto3<=1.44.5";

export interface Boto3Plan {
  readonly id: string;
  readonly program: string;
  readonly runtimeDir: string;
  readonly log: { warn(fields: object, event: string): void };
}

export interface Boto3Packages {
  /** Resolves when boto3 is there or has failed to come. */
  firstAttempt(): Promise<void>;
  /** Tries again, behind what goes on, when it is not there. */
  retry(): void;
}

export function boto3Packages(plan: Boto3Plan): Boto3Packages {
  const target = join(plan.runtimeDir, "site-packages");
  let attempt: Promise<void> | undefined;
  const start = (): Promise<void> => {
    attempt ??= fetchPackages(plan.program, requirement, target)
      // Functions without boto3 still run; those with it get an import error that says what to do.
      .catch((error: unknown) => plan.log.warn({ runtime: plan.id, error: String(error) }, "boto3-not-installed"))
      .finally(() => (attempt = undefined));
    return attempt;
  };
  const retry = (): void => {
    if (!existsSync(target)) void start();
  };
  return { firstAttempt: start, retry };
}
