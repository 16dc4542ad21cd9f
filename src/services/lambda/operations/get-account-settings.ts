// GetAccountSettings: the limits that bind here, and what is used of them in this account and region.
import type { LambdaHandler } from "../api.ts";
import { limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";

export const getAccountSettings =
  (parts: LambdaParts): LambdaHandler<"GetAccountSettings"> =>
  async (_input, { account, region }) => {
    const scope = { account, region };
    const [functions, versions] = await Promise.all([
      parts.functions.listFunctions(scope),
      parts.functions.listAllVersions(scope),
    ]);
    // AWS counts the code of each version separately, also where it is the same.
    const codeBytes = [...functions, ...versions].reduce((sum, { record }) => sum + record.configuration.code.sizeBytes, 0);
    const { concurrency } = parts.settings;
    return {
      AccountLimit: {
        TotalCodeSize: limits.codeStorageBytes,
        CodeSizeUnzipped: limits.unzippedBytes,
        CodeSizeZipped: limits.zippedBytes,
        ConcurrentExecutions: concurrency,
        UnreservedConcurrentExecutions: concurrency,
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: functions.length },
    };
  };
