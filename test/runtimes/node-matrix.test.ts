import { node } from "./clients/node.ts";
import { describeClient } from "./matrix.case.ts";
import { describe } from "vitest";

for (const runtime of ["nodejs26.x", "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x"]) {
  describe(runtime, () => describeClient(node(runtime)));
}
