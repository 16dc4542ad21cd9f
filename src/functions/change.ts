// How a function is changed: as any resource (store/change.ts), by its ARN.
import { formatFunctionArn } from "../core/arn.ts";
import { type ChangePlan, commitChangeOf } from "../store/change.ts";
import type { FunctionId } from "./function-version.ts";
import type { FunctionRepository } from "./repository.ts";

export const commitChange = <Result>(
  repository: FunctionRepository,
  id: FunctionId,
  plan: () => Promise<ChangePlan<Result>>,
): Promise<Result> => commitChangeOf(repository, id, formatFunctionArn(id), plan);
