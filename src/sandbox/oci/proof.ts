// Whether containers can be had on this machine: only running one tells.
import type { SandboxDriver } from "../sandbox.ts";
import { guestUser } from "./container-config.ts";

/** In words that every shell knows by itself: a small system has no other programs. */
const tellUser = 'while read -r name uid rest; do case "$name" in Uid:) echo "$uid" ;; esac; done < /proc/self/status';

/** Rejects with what hinders it. `taskRoot`: some folder to be shown as code. */
export async function proveDriver(driver: SandboxDriver, id: string, taskRoot: string): Promise<void> {
  const sandbox = await driver.open({
    id,
    taskRoot,
    optRoot: undefined,
    runtimeDir: undefined,
    languageDir: undefined,
    memoryMiB: 128,
    ephemeralStorageMiB: 512,
  });
  try {
    const launch = { program: "/bin/sh", args: ["-c", tellUser], cwd: "/", environment: { PATH: "/usr/bin:/bin" } };
    const process = await sandbox.run(launch, { channel: false, log: false });
    let printed = "";
    process.output.onBytes((bytes) => (printed += bytes.toString()));
    const { exitCode, signal } = await process.exited;
    if (printed.trim() !== `${guestUser.uid}`) throw new Error(`a process in a container printed "${printed.trim()}" and ended with ${exitCode ?? signal}`);
  } finally {
    await sandbox.close();
  }
}
