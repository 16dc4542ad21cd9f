// How servers hear that a runtime was installed: `lambent runtimes add` touches one file of the runtimes directory, which
// every server that uses the directory watches.
import { watch } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const fileName = "installed";

export async function announceInstallation(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, fileName), "");
}

/** Returns what ends the watch. What was installed before is not news. */
export async function watchInstallations(directory: string, onNews: () => void, onError: (error: unknown) => void): Promise<() => void> {
  await mkdir(directory, { recursive: true });
  const watcher = watch(directory, { persistent: false }, (_event, name) => {
    if (name === fileName) onNews();
  });
  watcher.on("error", onError);
  return () => watcher.close();
}
