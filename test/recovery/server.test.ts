// Kills a server under load with SIGKILL, again and again on one data directory, and accounts for what it had
// acknowledged.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  LambdaServiceException,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { temporaryFolder, testRole } from "../harness/lambent.ts";

const kills = 100;
const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

/** What a client was told: a function exists with this description, or (undefined) it is gone. */
type Acknowledged = Map<string, string | undefined>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startServer(port: number, data: string): Promise<ChildProcess> {
  const args = [bin, "start", "--port", String(port), "--data", data, "--log-level", "error"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes("AWS_SECRET_ACCESS_KEY")) return child;
  }
  throw new Error(`the server did not start: ${printed}`);
}

/** Polls until the function is active. Unlike the client's waiter it does not wait on when the server is gone. */
async function active(client: LambdaClient, name: string): Promise<void> {
  for (;;) {
    const { State } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    if (State === "Active") return;
    expect(State).toBe("Pending");
  }
}

/** Creates, changes and deletes functions until the server is gone; notes only what was answered. */
async function work(client: LambdaClient, worker: string, code: Buffer, known: Acknowledged): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `${worker}-${n}`;
    try {
      await client.send(new CreateFunctionCommand({ FunctionName: name, Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole, Code: { ZipFile: code }, Description: "created" }));
      known.set(name, "created");
      await active(client, name);
      if (n % 3 === 1) {
        // Between request and answer both outcomes are right; the answer settles it.
        known.delete(name);
        await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Description: "updated" }));
        known.set(name, "updated");
      } else if (n % 3 === 2) {
        known.delete(name);
        await client.send(new DeleteFunctionCommand({ FunctionName: name }));
        known.set(name, undefined);
      }
    } catch (error) {
      // An answer is never an error here; no answer means that the server has been killed.
      if (error instanceof LambdaServiceException) throw error;
      return;
    }
  }
}

async function account(client: LambdaClient, known: Acknowledged): Promise<void> {
  const listed = new Map<string, string>();
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListFunctionsCommand({ Marker }));
    for (const { FunctionName = "", Description = "" } of page.Functions ?? []) listed.set(FunctionName, Description);
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  for (const [name, fate] of known) expect([name, listed.get(name)]).toEqual([name, fate]);
  // Nothing half-made: what is listed has code and becomes active.
  for (const name of [...listed.keys()].slice(-3)) {
    await active(client, name);
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName: name }));
    expect((await fetch(Code?.Location ?? "")).status).toBe(200);
  }
}

test(`loses nothing acknowledged and leaves nothing half-made over ${kills} kills`, async () => {
  const data = temporaryFolder("recovery");
  const port = await freePort();
  const client = new LambdaClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "x" }, maxAttempts: 1 });
  const code = await zipOf({ "index.mjs": "export const handler = async () => 'alive';" });
  const known: Acknowledged = new Map();
  for (let kill = 0; kill < kills; kill++) {
    const server = await startServer(port, data);
    await account(client, known);
    const workers = ["a", "b", "c", "d"].map((worker) => work(client, `${worker}${kill}`, code, known));
    // Not a wait for anything: the kill must come at a moment that nobody chose.
    await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 150));
    server.kill("SIGKILL");
    await Promise.all([...workers, once(server, "close")]);
  }
  expect(known.size).toBeGreaterThan(kills);

  const server = await startServer(port, data);
  await account(client, known);
  const survivor = [...known].find(([, fate]) => fate !== undefined)?.[0] ?? "";
  const answer = await client.send(new InvokeCommand({ FunctionName: survivor }));
  expect(answer.Payload?.transformToString()).toBe('"alive"');
  server.kill("SIGTERM");
  await once(server, "close");
}, 300_000);
