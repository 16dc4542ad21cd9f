// Drives load with wrk, the usual load generator for HTTP, so that the generator's own cost stays small and equal.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Script {
  /** Of fixtures/. */
  readonly file: string;
  readonly args: readonly string[];
}

const small: Script = { file: "post.lua", args: [] };

/** What a script does, `{"name":"you"}` POSTed if left out, over kept-alive connections for some seconds. Throws when a request failed. */
export async function load(url: string, connections: number, seconds: number, { file, args }: Script = small): Promise<LoadResult> {
  const script = fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url));
  let output: string;
  try {
    const run = await promisify(execFile)("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", script, url, "--", ...args]);
    output = run.stdout;
  } catch (error) {
    throw new Error("wrk could not be run: install it (apt-get install wrk, brew install wrk)", { cause: error });
  }
  const summary = /^RESULT (\S+) (\S+) (\S+) (\S+)$/m.exec(output);
  if (summary === null) throw new Error(`wrk printed no result:\n${output}`);
  const [, requestsPerSecond, p50Us, p99Us, failures] = summary.map(Number);
  if (failures !== 0) throw new Error(`${failures} requests to ${url} failed:\n${output}`);
  return { requestsPerSecond: requestsPerSecond ?? Number.NaN, p50Ms: (p50Us ?? Number.NaN) / 1000, p99Ms: (p99Us ?? Number.NaN) / 1000 };
}
