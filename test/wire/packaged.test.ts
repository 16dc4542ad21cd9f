// The published package, in a project of its own, under the oldest Node.js that it promises to work with.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** npm may be configured by variables. */
const ownEnvironment = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** A Node.js of the machine other than the one that npm put first on the PATH for us. */
const otherNode = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules") && existsSync(join(folder, "node")))
  .map((folder) => join(folder, "node"))[0];

const program = `
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { startLambent } from "lambent";
const startedMs = performance.now();
const lambent = await startLambent();
const tookMs = performance.now() - startedMs;
const client = new LambdaClient(lambent);
const { Functions } = await client.send(new ListFunctionsCommand({}));
console.log(JSON.stringify({ Functions, tookMs, node: process.version, account: lambent.account }));
client.destroy();
await lambent.stop();
`;

// Skipped where the machine has no Node.js of its own.
describe.skipIf(otherNode === undefined)(`the package under ${otherNode}`, () => {
  const project = temporaryFolder("package");
  const runtimes = temporaryFolder("runtimes");

  beforeAll(async () => {
    await run("npm", ["run", "build"], ownEnvironment, root);
    await run("npm", ["pack", "--pack-destination", project], ownEnvironment, root);
    const tarball = readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
    writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }');
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", join(project, tarball)], ownEnvironment, project);
    writeFileSync(join(project, "test.mjs"), program);
  }, 180_000);

  const environment = { ...ownEnvironment, PATH: `${dirname(otherNode ?? "")}${delimiter}/usr/bin${delimiter}/bin`, LAMBENT_RUNTIMES: runtimes };

  test("starts an instance for a test and stops it without leftovers", async () => {
    const { stdout } = await run(otherNode ?? "", ["test.mjs"], environment, project);
    expect(JSON.parse(stdout)).toMatchObject({ Functions: [], account: "000000000000" });
  }, 180_000);

  test("runs the demo from its own bin", async () => {
    const { stdout } = await run(join(project, "node_modules/.bin/lambent"), ["demo"], environment, project);
    expect(stdout).toContain('{"greeting":"Hello, you!"');
  }, 180_000);

  test("does not put another node on the PATH of its user's scripts", () => {
    expect(existsSync(join(project, "node_modules/.bin/node"))).toBe(false);
  });
});
