// The reconciler of deployments: whatever was asked for and is not deployed yet is unpacked, then made active or failed.
// It finds its work in the store, so a restart goes on where the last run ended.
import { sleep, type Clock } from "../core/clock.ts";
import { Fault } from "../core/faults.ts";
import type { Deployments, PendingDeployment } from "../functions/deployments.ts";
import type { DeploymentOutcome } from "../functions/lifecycle.ts";
import type { Logger } from "../observe/logger.ts";
import type { CodeTrees } from "./code/code-trees.ts";
import { holdTrees } from "./code/deployed-trees.ts";
import type { Runtimes } from "./runtimes/runtime.ts";

export interface Deployer {
  /** Takes no more work; resolves when what it was at has ended. */
  stop(): Promise<void>;
}

export interface DeployerParts {
  readonly deployments: Deployments;
  readonly code: CodeTrees;
  readonly runtimes: Pick<Runtimes, "prepare">;
  readonly clock: Clock;
  readonly log: Logger;
  /** An update is settled no earlier than this after it was asked for: callers see it in progress, as on AWS. */
  readonly updateDelayMs: number;
}

/** Unpacking is work for processor and disk: more at once is not faster. */
const mostAtOnce = 4;

export function startDeployer(parts: DeployerParts): Deployer {
  const { deployments, clock, log } = parts;
  const waiting: PendingDeployment[] = [];
  /** Known and not settled yet; news of one may come more than once. */
  const known = new Set<string>();
  const running = new Set<Promise<void>>();
  /** Unpacked, but not recorded: an update that waits to be seen holds up no other. */
  const settling = new Set<Promise<void>>();
  const stopping = new AbortController();

  const settle = async (deployment: PendingDeployment, outcome: DeploymentOutcome | undefined): Promise<void> => {
    try {
      // The server stops in the middle of it: it stays pending, and the next start finds it.
      if (outcome === undefined) return;
      const delayMs = delayOf(deployment, parts);
      if (delayMs > 0) await sleep(clock, delayMs, stopping.signal);
      await deployments.complete(deployment, outcome);
    } catch (error) {
      if (error === stopping.signal.reason) return;
      // The store refused: it stays pending, and the next start finds it.
      log.error({ error, function: deployment.id, version: deployment.version }, "deployment-not-recorded");
    } finally {
      known.delete(deployment.deploymentId);
    }
  };

  const deploy = async (deployment: PendingDeployment): Promise<void> => {
    const outcome = await outcomeOf(deployment, parts, stopping.signal);
    const settled = settle(deployment, outcome).finally(() => settling.delete(settled));
    settling.add(settled);
  };

  const advance = (): void => {
    while (running.size < mostAtOnce) {
      const deployment = stopping.signal.aborted ? undefined : waiting.shift();
      if (deployment === undefined) return;
      const work = deploy(deployment).then(() => {
        running.delete(work);
        return advance();
      });
      running.add(work);
    }
  };

  const take = (deployment: PendingDeployment): void => {
    if (stopping.signal.aborted || known.has(deployment.deploymentId)) return;
    known.add(deployment.deploymentId);
    waiting.push(deployment);
    advance();
  };

  const unwatch = deployments.onPending(take);
  const resumed = deployments.pending().then(
    (left) => left.forEach(take),
    (error: unknown) => log.error({ error }, "pending-deployments-not-read"),
  );

  return {
    async stop() {
      stopping.abort();
      unwatch();
      await resumed;
      await Promise.all(running);
      await Promise.all(settling);
    },
  };
}

/** Never longer than the whole, whatever was done to the machine's clock. */
const delayOf = ({ updateAskedMs }: PendingDeployment, { clock, updateDelayMs }: DeployerParts): number =>
  updateAskedMs === undefined ? 0 : Math.min(updateDelayMs, updateAskedMs + updateDelayMs - clock.now());

async function outcomeOf(
  deployment: PendingDeployment,
  { code, runtimes, log }: DeployerParts,
  stopping: AbortSignal,
): Promise<DeploymentOutcome | undefined> {
  try {
    const { configuration } = deployment;
    const trees = await holdTrees(code, configuration);
    try {
      const roots = trees.optRoot === undefined ? [trees.taskRoot] : [trees.taskRoot, trees.optRoot];
      await runtimes.prepare(configuration.runtime, roots, stopping);
    } finally {
      trees.release();
    }
    return { kind: "deployed" };
  } catch (error) {
    if (stopping.aborted && error === stopping.reason) return undefined;
    if (error instanceof Fault && error.kind === "client") {
      return { kind: "failed", reasonCode: "InvalidZipFileException", reason: error.message };
    }
    log.error({ error, function: deployment.id, version: deployment.version }, "deployment-failed");
    return { kind: "failed", reasonCode: "InternalError", reason: "The code could not be unpacked on this server." };
  }
}
