// Lambent as the benchmarks run it: the built package in a process of its own, and functions made with the official client.
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { zipOf } from "../src/cli/zip.ts";
import type { Program } from "./process.ts";

/** Keeps nothing, or everything in `data`. */
export function lambentProgram(port: number, data?: string): Program {
  const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
  if (!existsSync(main)) throw new Error("dist/ is missing: npm run build");
  // What bin/lambent.js does in the package.
  const environment = { NODE_COMPILE_CACHE: join(tmpdir(), "lambent-bench-compiled") };
  return { program: process.execPath, args: [main, "start", ...(data === undefined ? ["--memory"] : ["--data", data]), "--port", String(port), "--log-level", "warn"], environment };
}

/** Creates the hello function of fixtures/ under `name` and waits until it is active. */
export async function createHello(endpoint: string, name: string, memoryMiB: number): Promise<void> {
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });
  await createFunction(client, name, { "index.mjs": readFileSync(new URL("fixtures/hello.mjs", import.meta.url)) }, memoryMiB);
  client.destroy();
}

/** A function of these files, active when it resolves. */
export async function createFunction(client: LambdaClient, name: string, files: Parameters<typeof zipOf>[0], memoryMiB = 1769): Promise<void> {
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs26.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/bench",
      MemorySize: memoryMiB,
      Timeout: 60,
      Code: { ZipFile: await zipOf(files) },
    }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 }, { FunctionName: name });
}
