// Deletes packages and unpacked code that no version of any function or layer has any more, a while after functions
// or layers have changed.
import type { Clock, Timer } from "../../core/clock.ts";
import type { FunctionConfiguration } from "../../functions/function-version.ts";
import { layerVersions } from "../../functions/layers.ts";
import type { FunctionRepository } from "../../functions/repository.ts";
import type { Logger } from "../../observe/logger.ts";
import type { Blobs } from "../../store/blob.ts";
import { treeKey, type CodeCache } from "./code-cache.ts";
import { layerPackages } from "./deployed-trees.ts";

export interface CodeCollector {
  stop(): Promise<void>;
}

export interface CodeCollectorParts {
  readonly functions: FunctionRepository;
  readonly code: Pick<CodeCache, "collect">;
  /** Young blobs stay by themselves: one may be stored whose function is not yet. */
  readonly blobs: Pick<Blobs, "collect">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Changes come in bursts, and space is not urgent. */
const delayMs = 60_000;

/** Collects once soon after the start, for what a server that was killed has left, and then after changes. */
export function startCodeCollector({ functions, code, blobs, clock, log }: CodeCollectorParts): CodeCollector {
  let timer: Timer | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  const collect = async (): Promise<void> => {
    try {
      const live = await liveCode(functions);
      const [trees, packages] = [await code.collect(live.trees), await blobs.collect(live.packages)];
      if (trees + packages > 0) log.debug({ trees, packages }, "code-collected");
    } catch (error) {
      // Trees stay for the next time.
      log.warn({ error }, "code-not-collected");
    }
  };
  const schedule = (): void => {
    if (stopped) return;
    timer ??= clock.after(delayMs, () => {
      timer = undefined;
      running = collect();
    });
  };

  const unwatch = functions.onChange(schedule);
  functions.watchAll(layerVersions, schedule);
  schedule();
  return {
    async stop() {
      stopped = true;
      unwatch();
      timer?.cancel();
      await running;
    },
  };
}

interface LiveCode {
  /** Hashes of zips. */
  readonly packages: Set<string>;
  /** Keys of what is unpacked: packages, and layers that are used together. */
  readonly trees: Set<string>;
}

/**
 * During an update, and after a failed one, a function runs what was deployed before: that counts too. So do layers of
 * functions whose layer version was deleted, and layer versions that no function uses.
 */
async function liveCode(functions: FunctionRepository): Promise<LiveCode> {
  const live: LiveCode = { packages: new Set(), trees: new Set() };
  const add = (configuration: FunctionConfiguration): void => {
    const layers = layerPackages(configuration);
    for (const sha256 of [configuration.code.sha256, ...layers]) live.packages.add(sha256);
    live.trees.add(configuration.code.sha256);
    if (layers.length > 0) live.trees.add(treeKey(layers));
  };
  for (const scope of await functions.scopes()) {
    for (const { record } of await functions.listFunctions(scope)) {
      add(record.configuration);
      if ("former" in record) add(record.former.configuration);
    }
    for (const { record } of await functions.listAllVersions(scope)) add(record.configuration);
    for (const { record } of await functions.scan(scope, layerVersions)) live.packages.add(record.code.sha256);
  }
  return live;
}
