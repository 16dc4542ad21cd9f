// What lies in a layer, without unpacking it to disk.
import { readArchive, readToEnd, type FileContent } from "../../engine/code/read-archive.ts";
import type { Blobs } from "../../store/blob.ts";
import { contentLost } from "./faults.ts";

export interface LayerFile {
  readonly path: string;
  readonly kind: "file" | "link";
  /** Unzipped; of a link the length of where it leads. */
  readonly sizeBytes: number;
}

export async function archiveOf(sha256: string, blobs: Pick<Blobs, "path">): Promise<string> {
  const path = await blobs.path(sha256);
  if (path === undefined) throw contentLost(sha256);
  return path;
}

/** In order of paths; folders show in the paths of what they hold. */
export async function listFiles(archive: string): Promise<readonly LayerFile[]> {
  const files: LayerFile[] = [];
  await readArchive(archive, {
    directory: async () => {},
    file: async (path, _executable, content) => void files.push({ path, kind: "file", sizeBytes: await lengthOf(content) }),
    symlink: async (path, target) => void files.push({ path, kind: "link", sizeBytes: Buffer.byteLength(target) }),
  });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function lengthOf(content: FileContent): Promise<number> {
  if (Buffer.isBuffer(content)) return content.length;
  let bytes = 0;
  for await (const chunk of content) bytes += chunk.length;
  return bytes;
}

/** Calls `take` with the content of each file that `wants` names; of those larger than `mostBytes` with undefined. */
export const readFiles = async (
  archive: string | Uint8Array,
  { wants, mostBytes, take }: { readonly wants: (path: string) => boolean; readonly mostBytes: number; readonly take: (path: string, content: Buffer | undefined) => Promise<void> },
): Promise<void> => {
  await readArchive(archive, {
    directory: async () => {},
    async file(path, _executable, content) {
      if (wants(path)) await take(path, await collect(content, mostBytes));
      else await readToEnd(content);
    },
    symlink: async () => {},
  });
};

/** Reads to the end also where it keeps nothing. */
async function collect(content: FileContent, mostBytes: number): Promise<Buffer | undefined> {
  if (Buffer.isBuffer(content)) return content.length > mostBytes ? undefined : content;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > mostBytes ? undefined : Buffer.concat(chunks);
}
