// GetAccountSettings: the limits that bind here, and what is used of them in this account and region.
import type { LambdaHandler } from "../api.ts";
import { limits } from "../limits.ts";
import type { LambdaParts } from "../parts.ts";

export const getAccountSettings =
  (parts: LambdaParts): LambdaHandler<"GetAccountSettings"> =>
  async (_input, { account, region }) => {
    const scope = { account, region };
    const [{ codeBytes, functionCount }, claims] = await Promise.all([parts.codeStorage.used(scope), parts.concurrency.of(scope)]);
    const { concurrency, codeStorageBytes } = parts.settings;
    return {
      AccountLimit: {
        TotalCodeSize: codeStorageBytes,
        CodeSizeUnzipped: limits.unzippedBytes,
        CodeSizeZipped: limits.zippedBytes,
        ConcurrentExecutions: concurrency,
        UnreservedConcurrentExecutions: concurrency - claims.reserved,
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: functionCount },
    };
  };
