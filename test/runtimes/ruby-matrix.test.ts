import { ruby } from "./clients/ruby.ts";
import { describeClient } from "./matrix.case.ts";

for (const release of ["3.4", "3.3"]) describeClient(ruby(`ruby${release}`));
