// Hostile functions against servers of every kind, one after the other: they measure what they cost. `HOSTILE_DRIVER=runc`
// makes all attempts against that kind and no other.
import { setupNames } from "./attempt.ts";
import { whyNotHere } from "./here.ts";
import { describeHostileFunctions } from "./suite.case.ts";

for (const setup of setupNames) describeHostileFunctions(setup, whyNotHere(setup));
