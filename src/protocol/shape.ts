// The schemas of the official clients as this room sees them: one word for the kind of a shape, and structures cut down
// to the members that travel in a body.
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema, StaticSchema, StaticStructureSchema } from "@smithy/types";

export type Shape = NormalizedSchema;

export type ShapeKind =
  "structure" | "list" | "map" | "string" | "number" | "boolean" | "blob" | "timestamp" | "document" | "unit";

const kindTests: readonly (readonly [ShapeKind, (shape: Shape) => boolean])[] = [
  ["structure", (shape) => shape.isStructSchema()],
  ["list", (shape) => shape.isListSchema()],
  ["map", (shape) => shape.isMapSchema()],
  ["string", (shape) => shape.isStringSchema()],
  ["number", (shape) => shape.isNumericSchema()],
  ["boolean", (shape) => shape.isBooleanSchema()],
  ["blob", (shape) => shape.isBlobSchema()],
  ["timestamp", (shape) => shape.isTimestampSchema()],
  ["document", (shape) => shape.isDocumentSchema()],
  ["unit", (shape) => shape.isUnitSchema()],
];

export function kindOf(shape: Shape): ShapeKind {
  const kind = kindTests.find(([, test]) => test(shape))?.[0];
  if (kind === undefined) throw new TypeError(`schema of unknown kind: ${shape.getName(true) ?? "?"}`);
  return kind;
}

export type Member = readonly [name: string, shape: Shape];

export const membersOf = (shape: Shape): Member[] => (shape.isStructSchema() ? [...shape.structIterator()] : []);

/** A structure of some members of another, under the same name: what is left for the body after HTTP bindings. */
export function structureOf(whole: Shape, members: readonly Member[]): Shape {
  const part: StaticStructureSchema = [
    3,
    whole.getName(true)?.split("#")[0] ?? "",
    whole.getName() ?? "",
    whole.getOwnTraits(),
    members.map(([name]) => name),
    members.map(([, shape]) => [shape, 0]),
  ];
  return NormalizedSchema.of(part);
}

/**
 * Compiles what belongs to a structure on first use, once; cycles between shapes (DynamoDB's AttributeValue) always lead
 * through a structure and end here. Other shapes depend on traits of the member that they are, and are cheap.
 */
export function compiledOnce<Args extends readonly unknown[], Result>(
  compile: (shape: Shape) => (...args: Args) => Result,
): (shape: Shape) => (...args: Args) => Result {
  const known = new Map<unknown, (...args: Args) => Result>();
  return (shape) => {
    if (!shape.isStructSchema()) return compile(shape);
    const key = shape.getSchema();
    const before = known.get(key);
    if (before !== undefined) return before;
    let compiled: ((...args: Args) => Result) | undefined;
    const run = (...args: Args): Result => (compiled ??= compile(shape))(...args);
    known.set(key, run);
    return run;
  };
}

export interface OperationSchema {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  /** Method, URI template and status of a REST operation. */
  readonly http: { readonly method: string; readonly uri: string; readonly status: number } | undefined;
}

const isStaticSchema = (value: unknown): value is StaticSchema =>
  Array.isArray(value) && value.length >= 5 && typeof value[0] === "number" && typeof value[2] === "string";

function operationSchema(schema: StaticOperationSchema): OperationSchema {
  const traits = typeof schema[3] === "object" ? schema[3] : {};
  const http = traits.http;
  return {
    name: schema[2],
    input: NormalizedSchema.of(schema[4]),
    output: NormalizedSchema.of(schema[5]),
    http: http === undefined ? undefined : { method: http[0], uri: http[1], status: http[2] },
  };
}

/** An operation that is known by its name and path only. */
export const unmodelledOperation = ({ name, method, uri }: { readonly name: string; readonly method: string; readonly uri: string }): OperationSchema => ({
  name,
  input: NormalizedSchema.of("unit"),
  output: NormalizedSchema.of("unit"),
  http: { method, uri, status: 200 },
});

/** Everything that a client module models, found by what its exports are. */
export function schemasOf(client: object): { operations: OperationSchema[]; errors: Shape[] } {
  const schemas = Object.values(client).filter(isStaticSchema);
  return {
    operations: schemas.filter((schema) => schema[0] === 9).map(operationSchema),
    // Clients add a base class of their own errors, which no service answers.
    errors: schemas
      .filter((schema) => schema[0] === -3 && !schema[1].startsWith("smithy.ts.sdk.synthetic"))
      .map((schema) => NormalizedSchema.of(schema)),
  };
}
