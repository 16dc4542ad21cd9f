// Lambent as the benchmarks run it: the built package in a process of its own, and functions made with the official client.
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateFunctionCommand, LambdaClient, type Runtime, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { zipOf } from "../src/cli/zip.ts";
import type { Program } from "./process.ts";
import { staticBootstrap } from "./static-bootstrap.ts";

/** Keeps nothing, or everything in `data`. */
export function lambentProgram(port: number, data?: string): Program {
  const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
  if (!existsSync(main)) throw new Error("dist/ is missing: npm run build");
  // What bin/lambent.js does in the package.
  const environment = { NODE_COMPILE_CACHE: join(tmpdir(), "lambent-bench-compiled") };
  return { program: process.execPath, args: [main, "start", ...(data === undefined ? ["--memory"] : ["--data", data]), "--port", String(port), "--log-level", "warn"], environment };
}

/** How the hello function of fixtures/ speaks to its environment. */
export type HelloKind = "own bootstrap" | "Runtime API over HTTP";

/** Creates the hello function under `name` and waits until it is active. */
export async function createHello(endpoint: string, name: string, memoryMiB: number, kind: HelloKind = "own bootstrap"): Promise<void> {
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });
  await createFunction(client, name, { ...helloOf(kind), memoryMiB });
  client.destroy();
}

function helloOf(kind: HelloKind): FunctionPlan {
  if (kind === "Runtime API over HTTP") return { runtime: "provided.al2023", files: { bootstrap: staticBootstrap() } };
  return { files: { "index.mjs": readFileSync(new URL("fixtures/hello.mjs", import.meta.url)) } };
}

/** Creates many alike, some at a time; active when it resolves. */
export async function createMany(endpoint: string, names: readonly string[], plan: FunctionPlan): Promise<void> {
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });
  const left = names.values();
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (const name of left) await createFunction(client, name, plan);
  }));
  client.destroy();
}

export interface FunctionPlan {
  readonly runtime?: string;
  readonly handler?: string;
  readonly files: Parameters<typeof zipOf>[0];
  readonly memoryMiB?: number;
}

/** Active when it resolves. */
export async function createFunction(client: LambdaClient, name: string, { runtime = "nodejs26.x", handler = "index.handler", files, memoryMiB = 1769 }: FunctionPlan): Promise<void> {
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: runtime as Runtime,
      Handler: handler,
      Role: "arn:aws:iam::000000000000:role/bench",
      MemorySize: memoryMiB,
      Timeout: 60,
      Code: { ZipFile: await zipOf(files, 0o100755) },
    }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 }, { FunctionName: name });
}
