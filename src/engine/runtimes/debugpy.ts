// debugpy, through which debuggers attach to Python: fetched when somebody debugs, never bundled.
// https://github.com/microsoft/debugpy
import { join } from "node:path";
import { inspectorNotInstalled } from "./faults.ts";
import { fetchPackages } from "./pip-packages.ts";
import type { Inspector } from "./runtime.ts";

const requirement = "debugpy<=1.8.22";
const folder = "debugpy";

export const debugpyInspector = (id: string, program: string, runtimeDir: string): Inspector => ({
  protocol: "dap",
  usualPort: 5678,
  async prepare() {
    try {
      await fetchPackages(program, requirement, join(runtimeDir, folder));
    } catch (error) {
      throw inspectorNotInstalled(id, requirement, error);
    }
  },
});

/** What stands between the interpreter and the program that it would run. Debuggers see frozen modules' frames only without them. */
export const debugpyArguments = (runtimeDir: string, port: number): readonly string[] => [
  "-X",
  "frozen_modules=off",
  // As a folder that is run, so that functions do not find it on their path.
  join(runtimeDir, folder, "debugpy"),
  "--listen",
  `127.0.0.1:${port}`,
];
