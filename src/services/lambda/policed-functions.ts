// Which function's policy an operation falls under, and what the operation is called there.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
import { formatFunctionArn, parseFunctionName, parseLambdaArn, type FunctionAddress } from "../../core/arn.ts";
import type { FindPolicedResource } from "../../core/policed-resource.ts";
import type { FunctionId } from "../../functions/function-version.ts";
import type { PolicyCatalog } from "../../functions/policy-catalog.ts";
import type { LambdaOperation } from "./api.ts";

/** Named otherwise than the operation. */
const actions: ReadonlyMap<string, string> = new Map<LambdaOperation, string>([
  ["Invoke", "InvokeFunction"],
  ["InvokeAsync", "InvokeFunction"],
  ["InvokeWithResponseStream", "InvokeFunction"],
]);

/** Take the name of a function, and are on a resource of the caller's own account. */
const onOtherResources: ReadonlySet<string> = new Set<LambdaOperation>([
  "CreateEventSourceMapping",
  "ListEventSourceMappings",
  "UpdateEventSourceMapping",
]);

export const policedFunctions =
  (policies: PolicyCatalog): FindPolicedResource =>
  (operation, input, context) => {
    if (onOtherResources.has(operation)) return undefined;
    const address = namedFunction(input);
    // One elsewhere is not reached; the handler says so.
    if (address === undefined || (address.region !== undefined && address.region !== context.region)) return undefined;
    const { Qualifier, AuthType, FunctionUrlAuthType } = input;
    const qualifier = address.qualifier ?? textOf(Qualifier);
    const id: FunctionId = { account: address.account ?? context.account, region: context.region, name: address.name };
    return {
      arn: formatFunctionArn(id, qualifier),
      account: id.account,
      action: `lambda:${actions.get(operation) ?? operation}`,
      // Of operations on URLs, and of AddPermission for one.
      keys: { "lambda:FunctionUrlAuthType": textOf(AuthType) ?? textOf(FunctionUrlAuthType) },
      policy: () => policies.policyOf(id, qualifier),
    };
  };

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** By FunctionName in any form, or by the ARN that operations on tags and on whole policies take. */
function namedFunction({ FunctionName, ResourceArn, Resource }: Readonly<Record<string, unknown>>): FunctionAddress | undefined {
  if (typeof FunctionName === "string") return parseFunctionName(FunctionName, "namespaced");
  const arn = ResourceArn ?? Resource;
  return typeof arn === "string" && parseLambdaArn(arn)?.kind === "function" ? parseFunctionName(arn, "namespaced") : undefined;
}
