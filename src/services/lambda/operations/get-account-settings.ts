// GetAccountSettings: the limits that bind here, and what is used of them in this account and region.
import type { LambdaHandler } from "../api.ts";
import { limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";

export const getAccountSettings =
  (parts: LambdaParts): LambdaHandler<"GetAccountSettings"> =>
  async (_input, { account, region }) => {
    const { codeBytes, functionCount } = await parts.codeStorage.used({ account, region });
    const { concurrency, codeStorageBytes } = parts.settings;
    return {
      AccountLimit: {
        TotalCodeSize: codeStorageBytes,
        CodeSizeUnzipped: limits.unzippedBytes,
        CodeSizeZipped: limits.zippedBytes,
        ConcurrentExecutions: concurrency,
        UnreservedConcurrentExecutions: concurrency,
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: functionCount },
    };
  };
