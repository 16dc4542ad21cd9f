// Whether containers can be had on this machine: only running one tells.
import { basename } from "node:path";
import type { SandboxDriver } from "../sandbox.ts";
import { guestUser } from "./container-config.ts";

/** Rejects with what hinders it. `folder`: some folder to be shown as code. */
export async function proveDriver(driver: SandboxDriver, folder: string): Promise<void> {
  const sandbox = await driver.open({
    id: basename(folder),
    taskRoot: folder,
    optRoot: undefined,
    runtimeDir: undefined,
    languageDir: undefined,
    memoryMiB: 128,
    ephemeralStorageMiB: 512,
  });
  try {
    const launch = { program: "/bin/sh", args: ["-c", "id -u"], cwd: "/", environment: { PATH: "/usr/bin:/bin" } };
    const process = await sandbox.run(launch, { channel: false, log: false });
    let printed = "";
    process.output.onBytes((bytes) => (printed += bytes.toString()));
    const { exitCode, signal } = await process.exited;
    if (printed.trim() !== `${guestUser.uid}`) throw new Error(`a process in a container printed "${printed.trim()}" and ended with ${exitCode ?? signal}`);
  } finally {
    await sandbox.close();
  }
}
