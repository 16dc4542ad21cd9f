// Kills a server under a mixed load with SIGKILL, again and again on one data directory, and accounts for what it had
// acknowledged; then looks into the store itself for what nobody owns.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DeleteFunctionConcurrencyCommand, GetFunctionCommand, InvokeCommand, LambdaClient, ListAliasesCommand, ListFunctionsCommand, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { systemIds } from "../../src/core/ids.ts";
import { startCodeCollector } from "../../src/engine/code/collector.ts";
import { belongings } from "../../src/functions/belongings.ts";
import { tags } from "../../src/functions/documents.ts";
import { openFunctions } from "../../src/functions/open-functions.ts";
import { silentLogger } from "../../src/observe/logger.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { TestRuntimes } from "../harness/lambda-room.ts";
import { temporaryFolder } from "../harness/lambent.ts";
import { Facts, idle, workUntilKilled } from "./control-plane-load.ts";

const kills = 100;
const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startServer(port: number, data: string): Promise<ChildProcess> {
  const args = [bin, "start", "--port", String(port), "--data", data, "--log-level", "error", "--update-delay", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes("AWS_SECRET_ACCESS_KEY")) return child;
  }
  throw new Error(`the server did not start: ${printed}`);
}

async function listFunctions(client: LambdaClient): Promise<readonly string[]> {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListFunctionsCommand({ Marker }));
    names.push(...(page.Functions ?? []).map(({ FunctionName = "" }) => FunctionName));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return names;
}

/** Nothing half-made: what is listed settles and has its code, and what it refers to is there. */
async function checkFunction(client: LambdaClient, FunctionName: string): Promise<void> {
  await idle(client, FunctionName);
  const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
  for (const { Version = "" } of Versions) {
    await idle(client, FunctionName, Version);
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: Version }));
    expect((await fetch(Code?.Location ?? "")).status).toBe(200);
  }
  const { Aliases = [] } = await client.send(new ListAliasesCommand({ FunctionName }));
  for (const { FunctionVersion } of Aliases) expect(Versions.map(({ Version }) => Version)).toContain(FunctionVersion);
}

/** What an earlier kill left half-made would still be there at the end; in between a few are looked at. */
async function checkSome(client: LambdaClient): Promise<void> {
  for (const name of (await listFunctions(client)).slice(-3)) await checkFunction(client, name);
}

/** Of the store at rest: whatever belongs to a function, version or alias has its owner. */
async function checkStore(data: string): Promise<void> {
  // Two hours on, so that no package is safe for being young.
  const clock = new ManualClock(Date.now() + 7_200_000);
  const store = await openSqliteStore({ directory: data, clock });
  const functions = openFunctions({ store, ids: systemIds, runtimeVersions: new TestRuntimes() });
  const { repository, deployments } = functions;
  expect(await deployments.pending()).toEqual([]);
  for (const scope of await repository.scopes()) {
    const owners = new Set((await repository.listFunctions(scope)).map(({ key }) => key));
    const versions = (await repository.listAllVersions(scope)).map(({ record }) => `${record.name}:${record.version}`);
    const aliases = (await Promise.all(Array.from(owners, (name) => repository.listAliases({ ...scope, name })))).flat();
    const qualified = new Set([...versions, ...aliases.map(({ key }) => key), ...Array.from(owners, (name) => `${name}:$LATEST`)]);
    for (const collection of [...belongings.ofFunction, ...belongings.ofQualifier]) {
      const keys = (await repository.scan(scope, collection)).map(({ key }) => key);
      expect([collection.name, keys.filter((key) => !owners.has(key.split(":")[0] ?? ""))]).toEqual([collection.name, []]);
    }
    for (const collection of belongings.ofQualifier) {
      const keys = (await repository.scan(scope, collection)).map(({ key }) => key);
      expect([collection.name, keys.filter((key) => !qualified.has(key))]).toEqual([collection.name, []]);
    }
    const tagged = (await repository.scan(scope, tags, { prefix: "function:" })).map(({ key }) => key.slice("function:".length));
    expect(tagged.filter((name) => !owners.has(name))).toEqual([]);
  }
  let live: ReadonlySet<string> = new Set();
  const collect = (packages: ReadonlySet<string>): Promise<number> => store.blobs.collect((live = packages));
  const collector = startCodeCollector({ functions: repository, code: { collect: async () => 0 }, blobs: { collect }, clock, log: silentLogger });
  clock.advance(60_000);
  await collector.stop();
  const files = await readdir(join(data, "blobs"), { recursive: true, withFileTypes: true });
  const kept = files.filter((file) => file.isFile()).map((file) => `${file.parentPath.slice(-2)}${file.name}`);
  expect(kept.toSorted()).toEqual([...live].toSorted());
  functions.close();
  await store.close();
}

test(`loses nothing acknowledged and leaves nothing half-made over ${kills} kills`, async () => {
  const data = temporaryFolder("recovery");
  const port = await freePort();
  const client = new LambdaClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "x" }, maxAttempts: 1 });
  const facts = new Facts();
  for (let kill = 0; kill < kills; kill++) {
    const server = await startServer(port, data);
    await facts.check(client, 30);
    await checkSome(client);
    const workers = ["a", "b", "c", "d", "e", "f"].map((worker) => workUntilKilled(client, `${worker}${kill}`, facts));
    // Not a wait for anything: the kill must come at a moment that nobody chose.
    await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 300));
    server.kill("SIGKILL");
    await Promise.all([...workers, once(server, "close")]);
  }
  expect(facts.size).toBeGreaterThan(2 * kills);

  const server = await startServer(port, data);
  await facts.check(client);
  const names = await listFunctions(client);
  for (const name of names) await checkFunction(client, name);
  const FunctionName = names[0] ?? "";
  await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  const answer = await client.send(new InvokeCommand({ FunctionName }));
  expect(answer.FunctionError).toBeUndefined();
  expect(answer.Payload?.transformToString()).toMatch(/^"alive /);
  server.kill("SIGTERM");
  await once(server, "close");
  await checkStore(data);
}, 600_000);
