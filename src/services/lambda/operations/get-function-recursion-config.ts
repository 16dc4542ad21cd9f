// GetFunctionRecursionConfig: Terminate where nothing was set.
import { latestVersion } from "../../../functions/function-version.ts";
import { qualifiedKey } from "../../../functions/documents.ts";
import { requireFunction } from "../../../functions/lookup.ts";
import { recursionConfigs } from "../../../functions/recursion-config.ts";
import type { LambdaHandler } from "../api.ts";
import { locateWholeFunction } from "../model/target.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunctionRecursionConfig =
  ({ functions }: LambdaParts): LambdaHandler<"GetFunctionRecursionConfig"> =>
  async (input, context) => {
    const id = locateWholeFunction(input, context);
    await requireFunction(functions, id);
    const stored = await functions.get(id, recursionConfigs, qualifiedKey(id.name, latestVersion));
    return { RecursiveLoop: stored?.record.recursiveLoop ?? "Terminate" };
  };
