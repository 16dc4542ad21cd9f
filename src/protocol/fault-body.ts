// Faults as members: which error of the model a code means, and what its members are.
import type { Fault } from "../core/faults.ts";
import { membersOf, type Shape } from "./shape.ts";

/** A modelled error, found by its name or by the code that awsQuery gave it (trait awsQueryError). */
export function errorsByCode(errors: readonly Shape[]): ReadonlyMap<string, Shape> {
  const byCode = new Map<string, Shape>();
  for (const shape of errors) {
    const code = queryCodeOf(shape);
    if (code !== undefined && !byCode.has(code)) byCode.set(code, shape);
  }
  for (const shape of errors) byCode.set(shape.getName() ?? "", shape);
  return byCode;
}

export function queryCodeOf(shape: Shape): string | undefined {
  const error: unknown = shape.getMergedTraits()["awsQueryError"];
  const code: unknown = Array.isArray(error) ? error[0] : undefined;
  return typeof code === "string" ? code : undefined;
}

const isMessage = (name: string): boolean => name === "message" || name === "Message";

/** Members of a modelled error, the message under the name that its schema gives it. */
export function modelledMembers(shape: Shape, fault: Fault): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [name] of membersOf(shape)) {
    if (isMessage(name)) members[name] = fault.message;
    // Lambda's errors say whose fault it was; no other service has this member.
    else if (name === "Type") members[name] = fault.kind === "client" ? "User" : "Service";
  }
  return { ...members, ...fault.members };
}

/** An error that the model lacks. Every service words access errors with a capital (answers of Lambda, DynamoDB). */
export const genericMembers = (fault: Fault): Record<string, unknown> => ({
  [fault.code === "AccessDeniedException" ? "Message" : "message"]: fault.message,
  ...fault.members,
});
