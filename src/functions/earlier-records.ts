// Records as earlier versions of Lambent wrote them, completed when they are read: a data directory outlives the program
// that made it. What is completed is written at the record's next change.
import type { FunctionConfiguration } from "./function-version.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";

/** There were no layers; and the unpacked size of a package was not kept, so it counts as nothing beside layers. */
const complete = (configuration: FunctionConfiguration): FunctionConfiguration =>
  Object.hasOwn(configuration, "layers")
    ? configuration
    : { ...configuration, layers: [], code: { ...configuration.code, unzippedBytes: 0 } };

/** A later program may be updating what an earlier one deployed: each configuration is looked at by itself. */
export function completeFunction(record: FunctionRecord): FunctionRecord {
  const configuration = complete(record.configuration);
  if (!("former" in record)) return { ...record, configuration };
  const { former } = record;
  return { ...record, configuration, former: { ...former, configuration: complete(former.configuration) } };
}

export const completeVersion = (record: VersionRecord): VersionRecord => ({
  ...record,
  configuration: complete(record.configuration),
});
