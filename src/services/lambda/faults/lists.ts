// Faults of lists.
import type { Fault } from "../../../core/faults.ts";
import { invalidParameter } from "./base.ts";

export const invalidMarker = (): Fault => invalidParameter("The provided Marker is invalid.");

export const masterRegionNeedsAll = (): Fault =>
  invalidParameter("FunctionVersion must be set to ALL if MasterRegion is specified");
