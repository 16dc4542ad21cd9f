// Our own Node.js bootstrap beside aws-lambda-ric from npm, the client of Node.js 24 and later.
import { awsLambdaRic } from "../clients/aws-lambda-ric.ts";
import type { Probe } from "./compare.ts";
import { nodeProbes } from "./node-probes.ts";
import { describeDifference } from "./probes.case.ts";

const runtime = `nodejs${process.versions.node.split(".", 1)[0] ?? ""}.x`;
const esm = (body: string): Probe["files"] => ({ "index.mjs": `export const handler = async () => { ${body} }` });

const known: readonly Probe[] = [
  {
    name: "an exception that nobody catches",
    files: esm("setImmediate(() => { throw new Error('late') }); await new Promise(() => {})"),
    differs: {
      payload: "the client leaves it to Node.js, so that callers see an exit; ours says what happened, as AWS's older client does",
      lines: "Node.js prints the trace itself; ours is one message with the id of the request",
    },
  },
  {
    name: "a rejection that nobody handles",
    files: esm("Promise.reject(new Error('lost')); await new Promise((done) => setTimeout(done, 100))"),
    differs: { payload: "as with an exception", lines: "as with an exception" },
  },
  {
    name: "a promise that never settles",
    files: esm("await new Promise(() => {})"),
    differs: { payload: "the client ends with the event loop, managed runtimes report Runtime.NodeJsExit", lines: "so there is something to log" },
  },
];

describeDifference({
  name: "our Node.js bootstrap and aws-lambda-ric",
  async sides() {
    const { folder } = await awsLambdaRic.build();
    const bootstrap = `#!/bin/sh\nAWS_EXECUTION_ENV=AWS_Lambda_${runtime} exec ${process.execPath} "${folder}/node_modules/aws-lambda-ric/index.mjs"\n`;
    return [{ runtime }, { runtime: "provided.al2023", bootstrap }];
  },
  probes: [...nodeProbes, ...known.map((probe) => ({ handler: "index.handler", ...probe }))],
});
