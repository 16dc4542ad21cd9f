// What a server keeps ready, for cold starts and for the next invoke, is its own: killed with SIGKILL, nothing of it stays.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, onTestFinished, test } from "vitest";
import { createFunction, temporaryFolder } from "../harness/lambent.ts";
import { ociMissing } from "../harness/oci-driver.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

async function startServer(data: string): Promise<{ readonly child: ChildProcess; readonly lambda: LambdaClient }> {
  const child = spawn(process.execPath, [bin, "start", "--port", "0", "--data", data, "--isolation", "required", "--egress", "none", "--update-delay", "0", "--log-level", "error"], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
    if (endpoint === undefined || !printed.includes("AWS_SECRET_ACCESS_KEY")) continue;
    return { child, lambda: new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } }) };
  }
  throw new Error(`the server did not start: ${printed}`);
}

/** Names of sandboxes that have a folder. */
const sandboxesIn = (data: string): readonly string[] => readdirSync(join(data, "sandboxes")).filter((name) => name.includes("."));

/** What a file of a process says; nothing, when the process has ended. */
function of(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

const processesOf = (sandboxes: readonly string[]): readonly string[] => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && sandboxes.some((name) => of(pid, "cgroup").includes(name)));

const groupsOf = (sandboxes: readonly string[]): readonly string[] =>
  readdirSync("/sys/fs/cgroup").flatMap((tree) => {
    const folder = join("/sys/fs/cgroup", tree, tree === "lambent" ? "" : "lambent");
    return existsSync(folder) ? readdirSync(folder).filter((group) => sandboxes.some((name) => group.includes(name))) : [];
  });

/** Folders of the control groups of these sandboxes. */
const groupFilesOf = (sandboxes: readonly string[]): readonly string[] =>
  ["freezer/lambent", "lambent"].map((tree) => join("/sys/fs/cgroup", tree)).filter(existsSync)
    .flatMap((folder) => readdirSync(folder).filter((group) => sandboxes.some((name) => group.includes(name))).map((group) => join(folder, group)));

const isFrozen = (group: string): boolean =>
  ["freezer.state", "cgroup.events"].map((name) => join(group, name)).filter(existsSync).some((file) => /^FROZEN$|^frozen 1$/m.test(readFileSync(file, "latin1")));

test("neither a runtime that stands by nor its folders and groups outlive a server that is killed", { timeout: 120_000 }, async ({ skip }) => {
  if (ociMissing !== undefined) skip(ociMissing);
  const data = temporaryFolder("preboot");
  const first = await startServer(data);
  await createFunction(first.lambda, "hello", { "index.mjs": "export const handler = async () => 1;" });
  await first.lambda.send(new InvokeCommand({ FunctionName: "hello" }));
  const standingBy = (): readonly string[] => processesOf(sandboxesIn(data)).filter((pid) => of(pid, "environ").includes("LAMBENT_STANDBY=1"));
  await expect.poll(() => standingBy().length, { timeout: 30_000 }).toBeGreaterThan(0);
  const left = sandboxesIn(data);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  // They end by themselves. The environment that has answered is frozen until somebody finds it.
  await expect.poll(standingBy, { timeout: 30_000 }).toEqual([]);

  const second = await startServer(data);
  await second.lambda.send(new InvokeCommand({ FunctionName: "hello" }));
  await expect.poll(() => processesOf(left), { timeout: 30_000 }).toEqual([]);
  expect(sandboxesIn(data).filter((name) => left.includes(name))).toEqual([]);
  expect(groupsOf(left)).toEqual([]);
  second.child.kill("SIGTERM");
  await once(second.child, "exit");
  rmSync(data, { recursive: true });
});

test("environments that a killed server has frozen end with the next server, whatever its data directory is", { timeout: 120_000 }, async ({ skip }) => {
  if (ociMissing !== undefined) skip(ociMissing);
  const data = temporaryFolder("frozen");
  const first = await startServer(data);
  await createFunction(first.lambda, "hello", { "index.mjs": "export const handler = async () => 1;" });
  await first.lambda.send(new InvokeCommand({ FunctionName: "hello" }));
  await expect.poll(() => groupFilesOf(sandboxesIn(data)).some(isFrozen), { timeout: 30_000 }).toBe(true);
  const left = sandboxesIn(data);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  await expect.poll(() => processesOf(left).length, { timeout: 30_000 }).toBeGreaterThan(0);

  const elsewhere = temporaryFolder("frozen-next");
  const second = await startServer(elsewhere);
  await expect.poll(() => processesOf(left), { timeout: 30_000 }).toEqual([]);
  second.child.kill("SIGTERM");
  await once(second.child, "exit");
  for (const folder of [data, elsewhere]) rmSync(folder, { recursive: true });
});
