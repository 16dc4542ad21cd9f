// Which resource a tag operation means. Only functions can be tagged so far, since nothing else can exist.
import { parseLambdaArn } from "../../../core/arn.ts";
import { locateFunction, type Scope } from "../../../functions/address.ts";
import type { FunctionId } from "../../../functions/function-version.ts";
import { codeSigningConfigNotFound, taggedResourceNotFound, tagsOnFunctionsOnly } from "../faults/tags.ts";

export function locateTaggedFunction(resource: string, scope: Scope): FunctionId {
  const kind = parseLambdaArn(resource)?.kind ?? "";
  switch (kind) {
    case "event-source-mapping":
      throw taggedResourceNotFound("Event source mapping", resource);
    case "capacity-provider":
      throw taggedResourceNotFound("Capacity provider", resource);
    case "network-connector":
      throw taggedResourceNotFound("Network connector", resource);
    case "code-signing-config":
      throw codeSigningConfigNotFound();
    default: {
      const { id, qualifier } = locateFunction({ FunctionName: resource }, scope, "strict");
      if (qualifier !== undefined) throw tagsOnFunctionsOnly();
      return id;
    }
  }
}
