// The length, range, pattern and enum rules of a service's input, as data/constraints holds them.
import { readFile } from "node:fs/promises";

/** A bound, in the model's spelling where that shows a double: AWS prints `1.0`. */
export type Bound = number | string;

export interface Rules {
  readonly required?: boolean;
  /** Length of strings (code points), blobs (bytes), lists and maps; value of numbers. */
  readonly min?: Bound;
  readonly max?: Bound;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly member?: Rules;
  readonly key?: Rules;
  readonly value?: Rules;
}

export interface Constraints {
  readonly service: string;
  /** Every operation that botocore knows; may be more than the installed client does. */
  readonly operations: readonly string[];
  /** By name of shape and member; a member without a rule is there too. */
  readonly structures: Readonly<Record<string, Readonly<Record<string, Rules>>>>;
}

/** Members whose rules the operation answers for, with an error and in words of its own. */
const leftToTheOperation: Readonly<Record<string, readonly (readonly [structure: string, member: string])[]>> = {
  // InvalidParameterValueException, "… or be a valid ARN"
  lambda: [
    ["CreateFunctionRequest", "Runtime"],
    ["UpdateFunctionConfigurationRequest", "Runtime"],
  ],
};

const folder = new URL("../../../data/constraints/", import.meta.url);

export async function readConstraints(service: string): Promise<Constraints> {
  const text = await readFile(new URL(`${service}.json`, folder), "utf8");
  // JSON has no doubles apart from integers, Java has; quoted, the bound keeps its `.0`.
  const constraints: ParsedConstraints = JSON.parse(text.replaceAll(/"(min|max)":(-?\d+\.\d+)/g, '"$1":"$2"'));
  for (const [structure, member] of leftToTheOperation[service] ?? []) {
    const members = constraints.structures[structure];
    if (members) members[member] = {};
  }
  return constraints;
}

interface ParsedConstraints extends Constraints {
  readonly structures: Record<string, Record<string, Rules>>;
}
