// A folder as a deployment package: the same files give the same bytes.
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { ZipFile } from "yazl";
import { isCodeName } from "../core/code-files.ts";
import { bytesOf } from "./zip.ts";

/** The oldest that a zip can tell. */
const mtime = new Date(1980, 0, 1);
const linkMode = 0o120777;
const programMode = 0o100755;
const fileMode = 0o100644;

/** Links stay links. What is no code (core/code-files.ts) is left out. */
export async function packFolder(folder: string): Promise<Buffer> {
  const zip = new ZipFile();
  await addFolder(zip, folder, "");
  zip.end();
  return bytesOf(zip);
}

async function addFolder(zip: ZipFile, root: string, within: string): Promise<void> {
  const entries = (await readdir(join(root, within), { withFileTypes: true })).filter(({ name }) => isCodeName(name));
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    const file = join(root, path);
    if (entry.isDirectory()) await addFolder(zip, root, path);
    else if (entry.isSymbolicLink()) zip.addBuffer(Buffer.from(await readlink(file)), path, { mtime, mode: linkMode });
    else if (entry.isFile()) zip.addBuffer(await readFile(file), path, { mtime, mode: ((await stat(file)).mode & 0o100) === 0 ? fileMode : programMode });
  }
}
