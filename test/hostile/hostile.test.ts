// Hostile functions in every driver, one after the other: they measure what they cost.
import { driverNames } from "./attempt.ts";
import { whyNotHere } from "./here.ts";
import { describeHostileFunctions } from "./suite.case.ts";

for (const driver of driverNames) describeHostileFunctions(driver, whyNotHere(driver));
