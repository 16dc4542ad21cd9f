// The error types that most faults of EventBridge Scheduler have.
import { Fault } from "../../../core/faults.ts";

const faultOf =
  (code: string, status: number) =>
  (message: string): Fault =>
    new Fault({ code, status, message, members: { Message: message } });

export const invalid = faultOf("ValidationException", 400);
export const notFound = faultOf("ResourceNotFoundException", 404);
export const conflict = faultOf("ConflictException", 409);

export const tooManyConflicts = (arn: string, cause: unknown): Fault =>
  new Fault({ code: "ConflictException", status: 409, message: `${arn} is being changed by other requests; try again.`, cause });
