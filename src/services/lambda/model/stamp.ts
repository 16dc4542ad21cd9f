// Time and fresh ids for one change of a record.
import type { Stamp } from "../../../functions/lifecycle.ts";
import type { LambdaParts } from "../parts.ts";

export const stampOf = (parts: Pick<LambdaParts, "clock" | "ids">): Stamp => ({
  nowMs: parts.clock.now(),
  revisionId: parts.ids.uuid(),
  deploymentId: parts.ids.uuid(),
});
