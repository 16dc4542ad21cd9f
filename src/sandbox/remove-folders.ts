// Removes what a function may have written, whatever it did to the rights of its folders.
import { chmodSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "./errno.ts";

export async function removeFolders(root: string): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true });
  } catch (error) {
    if (!isErrno(error, "EACCES", "EPERM", "ENOTEMPTY")) throw error;
    // A function may take the rights from its own folders.
    openUp(root);
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

function openUp(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) openUp(join(folder, entry.name));
  }
}
