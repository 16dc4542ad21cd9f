// `server.json` in the data directory says where the Lambent that serves it listens, for the other commands.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ServerFile {
  readonly pid: number;
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
}

const pathIn = (dataDirectory: string): string => join(dataDirectory, "server.json");

export function writeServerFile(dataDirectory: string, server: ServerFile): void {
  writeFileSync(pathIn(dataDirectory), `${JSON.stringify(server)}\n`);
}

export function removeServerFile(dataDirectory: string): void {
  rmSync(pathIn(dataDirectory), { force: true });
}

/** Undefined when no Lambent runs on the data directory; a file that a kill left behind counts as none. */
export function readServerFile(dataDirectory: string): ServerFile | undefined {
  let server: ServerFile;
  try {
    server = JSON.parse(readFileSync(pathIn(dataDirectory), "utf8")) as ServerFile;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return isRunning(server.pid) ? server : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
