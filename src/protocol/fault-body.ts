// Faults as members: which error of the model a code means, and what its members are.
import { NormalizedSchema, SCHEMA } from "@smithy/core/schema";
import type { Fault } from "../core/faults.ts";
import { membersOf, structureOf, type Shape } from "./shape.ts";

/** Modelled errors by name and by the code that awsQuery gave them (trait awsQueryError). Names win. */
export function errorsByCode(errors: readonly Shape[]): ReadonlyMap<string, Shape> {
  const codes = errors.map((shape): [string, Shape] => [queryCodeOf(shape), shape]);
  const names = errors.map((shape): [string, Shape] => [shape.getName() ?? "", shape]);
  return new Map([...codes, ...names]);
}

/** Code of an error in awsQuery: its own, or the name of its shape. */
export function queryCodeOf(shape: Shape): string {
  const error: unknown = shape.getMergedTraits()["awsQueryError"];
  const code: unknown = Array.isArray(error) ? error[0] : undefined;
  return typeof code === "string" ? code : (shape.getName() ?? "");
}

export const isMessage = (name: string): boolean => name === "message" || name === "Message";

/** An error as it is written: some schemas leave out the message that every error carries. */
export function errorShape(shape: Shape): Shape {
  const members = membersOf(shape);
  if (members.some(([name]) => isMessage(name))) return shape;
  return structureOf(shape, [...members, ["message", NormalizedSchema.of(SCHEMA.STRING)]]);
}

/** Members of an error, the message under the name that the schema gives it. */
export function faultMembers(fault: Fault, shape: Shape | undefined): Record<string, unknown> {
  // Errors that the model lacks: access errors have a capital (answers of Lambda and DynamoDB), the others have none.
  if (shape === undefined) {
    return { [fault.code === "AccessDeniedException" ? "Message" : "message"]: fault.message, ...fault.members };
  }
  const members: Record<string, unknown> = {};
  for (const [name] of membersOf(errorShape(shape))) {
    if (isMessage(name)) members[name] = fault.message;
    // Lambda's errors say whose fault it was; no other service has this member.
    else if (name === "Type") members[name] = fault.kind === "client" ? "User" : "Service";
  }
  return { ...members, ...fault.members };
}
