// The folders that a configuration runs on: its code and, where it has layers, what is laid together of them.
import type { FunctionConfiguration } from "../../functions/function-version.ts";
import type { CodeTrees } from "./code-trees.ts";

export interface DeployedTrees {
  readonly taskRoot: string;
  /** What the function sees as /opt; undefined without layers. */
  readonly optRoot: string | undefined;
  release(): void;
}

/** Hashes of the layers' packages, lowest first: they name the tree of /opt. */
export const layerPackages = ({ layers }: Pick<FunctionConfiguration, "layers">): readonly string[] =>
  layers.map(({ code }) => code.sha256);

/** Unpacks what is not there yet. Both folders are kept until `release`. */
export async function holdTrees(trees: CodeTrees, configuration: Pick<FunctionConfiguration, "code" | "layers">): Promise<DeployedTrees> {
  const task = await trees.hold(configuration.code.sha256);
  const packages = layerPackages(configuration);
  if (packages.length === 0) return { taskRoot: task.path, optRoot: undefined, release: () => task.release() };
  try {
    const opt = await trees.hold(...packages);
    return {
      taskRoot: task.path,
      optRoot: opt.path,
      release() {
        task.release();
        opt.release();
      },
    };
  } catch (error) {
    task.release();
    throw error;
  }
}
