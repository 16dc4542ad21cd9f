// The hash that INIT_START shows in the ARN of a runtime version: new whenever the program behind it is another.
import { createHash } from "node:crypto";

export const versionHash = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex");
