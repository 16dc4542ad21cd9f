// Faults of PutEvents as a whole; those of one entry are in model/event.ts.
import type { Fault } from "../../../core/faults.ts";
import { invalid, notApplied } from "./base.ts";

export const tooLarge = (): Fault => invalid("Total size of the entries in the request is over the limit.");
export const endpointsUnknown = (): Fault => notApplied("EndpointId", "there are no global endpoints.");
