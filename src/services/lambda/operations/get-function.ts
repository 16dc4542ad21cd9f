// GetFunction: the configuration, a link to the code, the tags and what is reserved.
import { locateFunction } from "../../../functions/address.ts";
import { reservedConcurrency, reservedKey } from "../../../functions/concurrency.ts";
import { requireQualified } from "../../../functions/lookup.ts";
import type { LambdaHandler } from "../api.ts";
import { foundOutput } from "../model/function-output.ts";
import type { LambdaParts } from "../parts.ts";

export const getFunction =
  (parts: LambdaParts): LambdaHandler<"GetFunction"> =>
  async (input, context) => {
    const { id, qualifier } = locateFunction(input, context, "namespaced");
    const found = await requireQualified(parts.functions, id, qualifier);
    const [tags, reserved] = await Promise.all([
      parts.functions.tags(id),
      parts.functions.get(id, reservedConcurrency, reservedKey(id.name)),
    ]);
    const { code } = found.record.configuration;
    return {
      Configuration: await foundOutput(parts, id, found, qualifier),
      Code: { RepositoryType: "S3", Location: parts.links.forBlob(code.sha256, context.endpoint) },
      ...(Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } }),
      ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved.record.executions } }),
    };
  };
