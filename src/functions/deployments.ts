// Work for the engine's reconciler: which configurations wait to be deployed, and how it says that one is.
import type { Ids } from "../core/ids.ts";
import { commitChange } from "./change.ts";
import { putFunction, putVersion } from "./documents.ts";
import { latestVersion, type FunctionConfiguration, type FunctionId } from "./function-version.ts";
import { settleFunction, settleVersion, type DeploymentOutcome } from "./lifecycle.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";
import type { FunctionRepository } from "./repository.ts";

export interface PendingDeployment {
  readonly id: FunctionId;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** Names this deployment and no other; the same as `revisionId` of the FunctionVersion it becomes. */
  readonly deploymentId: string;
  readonly configuration: FunctionConfiguration;
  /** When it was asked for, Unix epoch milliseconds; undefined: not an update, but a new function or version. */
  readonly updateAskedMs: number | undefined;
}

export interface Deployments {
  /** Everything that waits, in every account and region: what a restart finds left over. */
  pending(): Promise<readonly PendingDeployment[]>;
  /**
   * Calls back when a deployment has been asked for, once that is durable. It may come more than once for the same
   * `deploymentId`: the record is written anew when something else of the function changes.
   */
  onPending(listener: (deployment: PendingDeployment) => void): () => void;
  /**
   * Makes it active, or failed, with a new RevisionId. False when it is not waited for any more: settled before,
   * replaced by a newer one, or the function is gone.
   */
  complete(deployment: PendingDeployment, outcome: DeploymentOutcome): Promise<boolean>;
}

export function openDeployments(repository: FunctionRepository, ids: Ids): Deployments {
  const completeLatest = (deployment: PendingDeployment, outcome: DeploymentOutcome): Promise<boolean> =>
    commitChange(repository, deployment.id, async () => {
      const stored = await repository.find(deployment.id);
      if (stored?.record.deploymentId !== deployment.deploymentId) return notWaitedFor;
      const settled = settleFunction(stored.record, outcome, ids.uuid());
      if (settled === undefined) return notWaitedFor;
      return { operations: [putFunction(settled, stored.revision)], result: true };
    });

  const completeVersion = (deployment: PendingDeployment, outcome: DeploymentOutcome): Promise<boolean> =>
    commitChange(repository, deployment.id, async () => {
      const stored = await repository.findVersion(deployment.id, Number(deployment.version));
      if (stored?.record.deploymentId !== deployment.deploymentId) return notWaitedFor;
      const settled = settleVersion(stored.record, outcome, ids.uuid());
      if (settled === undefined) return notWaitedFor;
      return { operations: [putVersion(settled, stored.revision)], result: true };
    });

  return {
    async pending() {
      const scopes = await repository.scopes();
      const found = await Promise.all(
        scopes.map(async (scope) => {
          const records = await repository.listPending(scope);
          return records.flatMap((record) => pendingDeployment({ ...scope, name: record.name }, record) ?? []);
        }),
      );
      return found.flat();
    },

    onPending: (listener) =>
      repository.onChange((change) => {
        const deployment = change.record && pendingDeployment(change.id, change.record);
        if (deployment !== undefined) listener(deployment);
      }),

    complete: (deployment, outcome) =>
      deployment.version === latestVersion
        ? completeLatest(deployment, outcome)
        : completeVersion(deployment, outcome),
  };
}

const notWaitedFor = { operations: [], result: false } as const;

function pendingDeployment(id: FunctionId, record: FunctionRecord | VersionRecord): PendingDeployment | undefined {
  if (record.state !== "creating" && record.state !== "updating") return undefined;
  const version = "version" in record ? record.version.toString() : latestVersion;
  const updateAskedMs = record.state === "updating" ? record.lastModifiedMs : undefined;
  return { id, version, deploymentId: record.deploymentId, configuration: record.configuration, updateAskedMs };
}
