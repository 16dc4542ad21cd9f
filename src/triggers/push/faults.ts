// Faults of deliveries that no service answers with.
import { Fault } from "../../core/faults.ts";

export const noSuchTarget = (arn: string): Fault =>
  new Fault({ code: "InvalidTarget", status: 400, message: `${arn} is no ARN of anything that Lambent delivers to.` });

export const universalTargetInvalid = (arn: string): Fault =>
  new Fault({ code: "InvalidTarget", status: 400, message: `${arn} was given no operation, or no JSON object as its input.` });

/** What PutEvents says of an entry; its own errors are the ones that pass. */
export const entryRefused = (code = "InternalFailure", message = ""): Fault =>
  new Fault({ code, status: /^Internal|Throttl/.test(code) ? 500 : 400, message });
