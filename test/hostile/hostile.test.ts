// Hostile functions in the process driver, which does not isolate: what that means, measured.
import { describeHostileFunctions } from "./suite.case.ts";
import { whyNotHere } from "./here.ts";

describeHostileFunctions("process", whyNotHere());
