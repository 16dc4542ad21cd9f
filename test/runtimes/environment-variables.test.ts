// What a function finds in its environment, name by name: nothing is missing, nothing of this machine is there, and the
// function's own variables replace AWS's defaults but never what Lambda reserves.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { InvokeOutcome } from "../../src/engine/engine.ts";
import { installedRuntimes } from "../harness/installed-runtimes.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine();
});
afterAll(() => engine.stop());

const valueOf = ({ payload }: InvokeOutcome): unknown => JSON.parse(Buffer.from(payload).toString());

interface Seen {
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
}

interface Case {
  readonly runtime: string;
  readonly handler: string;
  readonly files: Readonly<Record<string, string>>;
  /** Beside `common`; undefined: it is not there. */
  readonly own: Readonly<Record<string, unknown>>;
}

const shell = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  id="$(curl -sS -D - -o /dev/null "$api/next" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: *//p' | tr -d '\\r')"
  node_free="$(tr '\\0' '\\n' < /proc/$$/environ | sed 's/["\\\\]/\\\\&/g; s/^\\([^=]*\\)=\\(.*\\)$/"\\1":"\\2",/')"
  curl -sS -o /dev/null "$api/$id/response" -d "{\\"variables\\":{$(printf %s "$node_free" | tr -d '\\n' | sed 's/,$//')},\\"cwd\\":\\"$PWD\\"}"
done
`;
const node = "exports.handler = async () => ({ variables: process.env, cwd: process.cwd() });";
const python = "import os\ndef handler(event, context):\n    return {'variables': dict(os.environ), 'cwd': os.getcwd()}";
const ruby = "def handler(event:, context:) = { variables: ENV.to_h, cwd: Dir.pwd }";

const trace = { _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/) };
const byShell = { PWD: "/var/task", SHLVL: "0" };
/** Their clients remove the variable of the log descriptor. */
const managed = (runtime: string): Record<string, unknown> => ({ ...trace, ...byShell, AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}` });
const nodePath = (major: string): string => `/opt/nodejs/node${major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`;
const bareAl2 = {
  PATH: "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
  LD_LIBRARY_PATH: "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
};

const cases: readonly Case[] = [
  { runtime: "nodejs26.x", handler: "index.handler", files: { "index.js": node }, own: { ...managed("nodejs26.x"), NODE_PATH: nodePath("26") } },
  { runtime: "nodejs20.x", handler: "index.handler", files: { "index.js": node }, own: { ...managed("nodejs20.x"), NODE_PATH: nodePath("20") } },
  { runtime: "python3.13", handler: "app.handler", files: { "app.py": python }, own: { ...managed("python3.13"), PYTHONPATH: "/var/runtime", LC_CTYPE: "C.UTF-8" } },
  { runtime: "python3.11", handler: "app.handler", files: { "app.py": python }, own: { ...managed("python3.11"), PYTHONPATH: "/var/runtime" } },
  {
    runtime: "ruby3.4",
    handler: "app.handler",
    files: { "app.rb": ruby },
    own: {
      ...managed("ruby3.4"),
      GEM_HOME: "/var/runtime",
      GEM_PATH: "/var/task/vendor/bundle/ruby/3.4.0:/opt/ruby/gems/3.4.0:/var/runtime:/var/runtime/ruby/3.4.0",
      // What follows is of the way in which CI's Ruby is installed.
      RUBYLIB: expect.stringMatching(/^\/var\/task:\/var\/runtime\/lib:\/opt\/ruby\/lib/),
    },
  },
  { runtime: "provided.al2023", handler: "any.thing", files: { bootstrap: shell }, own: {} },
  { runtime: "provided.al2", handler: "any.thing", files: { bootstrap: shell }, own: bareAl2 },
];

const installed = await installedRuntimes(...cases.map(({ runtime }) => runtime));

const common = (name: string, handler: string): Record<string, unknown> => ({
  _HANDLER: handler,
  AWS_REGION: "eu-west-1",
  AWS_DEFAULT_REGION: "eu-west-1",
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
  AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  AWS_LAMBDA_METADATA_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  AWS_LAMBDA_METADATA_TOKEN: expect.stringMatching(/^[0-9a-f-]{36}$/),
  AWS_ACCESS_KEY_ID: expect.any(String),
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
  LAMBDA_TASK_ROOT: "/var/task",
  LAMBDA_RUNTIME_DIR: "/var/runtime",
  TZ: ":UTC",
  LANG: "en_US.UTF-8",
  PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
  LD_LIBRARY_PATH: "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
  AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
  AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1:2000",
  _AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1",
  _AWS_XRAY_DAEMON_PORT: "2000",
});

/** Without what the process driver adds (a mark of its processes, a folder that is theirs in place of /tmp), and with the host's folders by the names that they have on AWS. */
function asOnAws({ variables, cwd }: Seen): Seen {
  const { LAMBENT_SANDBOX: _mark, TMPDIR: _folder, ...rest } = variables;
  const { LAMBDA_TASK_ROOT: taskRoot = "", LAMBDA_RUNTIME_DIR: runtimeDir = "" } = variables;
  const optRoot = join(/:([^:]+)\/bin$/.exec(variables["PATH"] ?? "")?.[1] ?? "/none");
  const renamed = (text: string): string => text.replaceAll(taskRoot, "/var/task").replaceAll(runtimeDir, "/var/runtime").replaceAll(optRoot, "/opt");
  const seen = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, renamed(value)]));
  // Wherever this machine has the language.
  const PATH = (seen["PATH"] ?? "").replace(/^[^:]+(?=:\/usr\/local\/bin:)/, "/var/lang/bin");
  return { variables: { ...seen, PATH }, cwd: renamed(cwd) };
}

describe.each(cases)("$runtime", ({ runtime, handler, files, own }) => {
  const isMissing = !installed.has(runtime);

  test.skipIf(isMissing)("shows exactly AWS's variables, and starts in the task root", async () => {
    const name = `env-${runtime.replace(".", "-")}`;
    await engine.put(name, files, { runtime, handler, memoryMiB: 256 });
    const { variables, cwd } = asOnAws(valueOf(await engine.invoke(name)) as Seen);
    expect(variables).toEqual({ ...common(name, handler), ...own });
    expect(cwd).toBe("/var/task");
  });

  test.skipIf(isMissing)("lets the function replace defaults and nothing that is reserved", async () => {
    const name = `own-${runtime.replace(".", "-")}`;
    const environment = { TZ: "Europe/Paris", MINE: "ü", AWS_XRAY_CONTEXT_MISSING: "IGNORE", AWS_REGION: "mars-1", _HANDLER: "other", LAMBDA_TASK_ROOT: "/elsewhere" };
    await engine.put(name, files, { runtime, handler, environment });
    const { variables } = asOnAws(valueOf(await engine.invoke(name)) as Seen);
    expect(variables).toMatchObject({ TZ: "Europe/Paris", MINE: "ü", AWS_XRAY_CONTEXT_MISSING: "IGNORE", AWS_REGION: "eu-west-1", _HANDLER: handler, LAMBDA_TASK_ROOT: "/var/task" });
  });
});

test("a function reads its zone with the token that it finds", async () => {
  const source = `exports.handler = async () => {
    const { AWS_LAMBDA_METADATA_API: api, AWS_LAMBDA_METADATA_TOKEN: token } = process.env;
    const answer = await fetch(\`http://\${api}/2026-01-15/metadata/execution-environment\`, { headers: { Authorization: \`Bearer \${token}\` } });
    return [answer.status, await answer.json()];
  };`;
  await engine.put("zone", { "index.js": source });
  expect(valueOf(await engine.invoke("zone"))).toEqual([200, { AvailabilityZoneID: "euw1-az1" }]);
});
