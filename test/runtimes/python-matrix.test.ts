import { describe } from "vitest";
import { python } from "./clients/python.ts";
import { describeClient } from "./matrix.case.ts";

for (const minor of [15, 14, 13, 12, 11, 10, 9, 8]) {
  describe(`python3.${minor}`, () => describeClient(python(`python3.${minor}`)));
}
