// Our own Node.js bootstrap beside aws-lambda-ric 3.3, the client up to Node.js 22, on a Node.js of that time. Its addon
// needs more to be compiled than the newer one's, which does the same: that is put in its place.
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { built, locate, Missing, step } from "../../harness/build-cache.ts";
import { awsLambdaRic } from "../clients/aws-lambda-ric.ts";
import { runtimes } from "../guest-host.ts";
import type { Probe } from "./compare.ts";
import { nodeProbes } from "./node-probes.ts";
import { describeDifference } from "./probes.case.ts";

const wanted = ["nodejs22.x", "nodejs20.x", "nodejs18.x"];

async function oldNode(): Promise<{ readonly runtime: string; readonly program: string }> {
  const found = (await runtimes.list()).find(({ id, state }) => wanted.includes(id) && state === "ready");
  if (found?.state !== "ready" || found.versions[0] === undefined) throw new Missing(`none of ${wanted.join(", ")} is installed`);
  return { runtime: found.id, program: found.versions[0].program };
}

async function oldClient(): Promise<string> {
  const addon = join((await awsLambdaRic.build()).folder, "node_modules", "aws-lambda-ric", "rapid-client.node");
  const steps = ["install", "--prefix", ".", "--no-save", "--ignore-scripts", "aws-lambda-ric@3.3.0"];
  return built({
    sources: new URL("../../fixtures/clients/node", import.meta.url).pathname,
    recipe: [...steps, addon, "start.mjs"],
    async build(draft) {
      await step(locate("npm"), steps, draft);
      const folder = join(draft, "node_modules", "aws-lambda-ric", "dist");
      await cp(addon, join(folder, "rapid-client.node"));
      await writeFile(join(folder, "start.mjs"), 'import { run } from "./index.mjs";\nawait run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);\n');
    },
  });
}

const callbacks: readonly Probe[] = [
  ["a callback", "(event, context, callback) => callback(null, 1)"],
  ["a callback that fails", "(event, context, callback) => callback(new RangeError('no'))"],
  ["a callback that fails with text", "(event, context, callback) => callback('no')"],
  ["a callback twice", "(event, context, callback) => { callback(null, 1); callback(null, 2) }"],
  ["a late callback", "(event, context, callback) => { const result = {}; setTimeout(() => { result.late = true }, 20); callback(null, result) }"],
  ["an early callback", "(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; const result = {}; setTimeout(() => { result.late = true }, 20); callback(null, result) }"],
  ["nothing", "(event, context, callback) => 1"],
  ["nothing without a callback", "() => 1"],
  ["done", "(event, context) => context.done(null, 1)"],
  ["succeed", "(event, context) => context.succeed(1)"],
  ["fail", "(event, context) => context.fail(new RangeError('no'))"],
  ["fail without a reason", "(event, context) => context.fail()"],
  ["succeed in an async handler", "async (event, context) => { context.succeed(1); return 2 }"],
  ["an exception with a callback", "(event, context, callback) => { throw new RangeError('sync') }"],
].map(([name, handler]) => ({ name: `answers by ${name}`, files: { "index.js": `exports.handler = ${handler}` }, environment: { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: "1" } }));

const uncaught: readonly Probe[] = [
  { name: "an exception that nobody catches", files: { "index.mjs": "export const handler = async () => { setImmediate(() => { throw new Error('late') }); await new Promise(() => {}) }" } },
  { name: "a rejection that nobody handles", files: { "index.mjs": "export const handler = async () => { Promise.reject(new Error('lost')); await new Promise((done) => setTimeout(done, 100)) }" } },
];

/** Names of probes that both clients have, where ours differs from the older one. */
const known: Readonly<Record<string, Probe["differs"]>> = {
  "the global": { functionError: "this client has no store of an invoke, which newer SDKs look for", payload: "so there", lines: "so there" },
  "the store of an invoke": { functionError: "as with the global", payload: "as with the global", lines: "as with the global" },
  "fails its start with requests to be streamed": { payload: "this client throws a ReferenceError where it means this error", lines: "so there" },
};

describeDifference({
  name: "our Node.js bootstrap and aws-lambda-ric 3.3",
  async sides() {
    const { runtime, program } = await oldNode();
    const start = join(await oldClient(), "node_modules", "aws-lambda-ric", "dist", "start.mjs");
    const bootstrap = `#!/bin/sh\nAWS_EXECUTION_ENV=AWS_Lambda_${runtime} exec ${program} ${start}\n`;
    return [{ runtime }, { runtime: "provided.al2023", bootstrap }];
  },
  probes: [...nodeProbes.map((probe) => ({ ...probe, differs: known[probe.name] ?? {} })), ...[...callbacks, ...uncaught].map((probe) => ({ handler: "index.handler", ...probe }))],
});
