// A driver that shows code to sandboxes that are there already, without namespaces: it is copied there.
// Everything else is the process driver's.
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createProcessDriver } from "../../src/sandbox/process/driver.ts";
import type { PreparedSandbox, SandboxCode, SandboxDriver, SandboxGrade } from "../../src/sandbox/sandbox.ts";

export function createLateCodeDriver(directory: string, instanceId: string): SandboxDriver {
  const driver = createProcessDriver({ directory: join(directory, "processes"), instanceId });
  const prepare = async (grade: SandboxGrade): Promise<PreparedSandbox> => {
    const root = join(directory, grade.id);
    const [taskRoot, optRoot] = [join(root, "task"), join(root, "opt")];
    // As containers have them: the loader does not look again for folders that are missing when a program begins.
    for (const folder of [taskRoot, optRoot]) mkdirSync(join(folder, "lib"), { recursive: true });
    const sandbox = await driver.open({ ...grade, taskRoot, optRoot });
    const load = async (code: SandboxCode): Promise<void> => {
      cpSync(code.taskRoot, taskRoot, { recursive: true });
      if (code.optRoot !== undefined) cpSync(code.optRoot, optRoot, { recursive: true });
    };
    return { ...sandbox, load };
  };
  return {
    ...driver,
    prepare,
    open: async ({ taskRoot, optRoot, ...grade }) => {
      const sandbox = await prepare(grade);
      await sandbox.load({ taskRoot, optRoot });
      return sandbox;
    },
  };
}
