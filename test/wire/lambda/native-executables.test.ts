// Programs for the bare system in the packages and layers of managed functions: run with the modes that their zip gives
// them, and with the libraries beside them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateFunctionCommand, PublishLayerVersionCommand, waitUntilFunctionActiveV2, type LambdaClient } from "@aws-sdk/client-lambda";
import { ZipFile } from "yazl";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytesOf, zipOf } from "../../../src/cli/zip.ts";
import { built, locate, Missing, step } from "../../harness/build-cache.ts";
import { invoke } from "../../harness/functions.ts";
import { installedRuntimes } from "../../harness/installed-runtimes.ts";
import { startTestLambent, testRole, type TestLambent } from "../../harness/lambent.ts";

const handlers = [
  {
    Runtime: "nodejs26.x",
    file: "app.js",
    source: `const { spawnSync } = require("node:child_process");
      exports.handler = async ({ program, args }) => {
        const { status, stdout, error } = spawnSync(program.replace("/var/task", process.env.LAMBDA_TASK_ROOT), args, { input: "node", encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] });
        return { status, stdout, error: error?.code ?? null };
      };`,
  },
  {
    Runtime: "python3.13",
    file: "app.py",
    source: `import errno, os, subprocess
def handler(event, context):
    try:
        done = subprocess.run([event["program"].replace("/var/task", os.environ["LAMBDA_TASK_ROOT"])] + event["args"], input=b"python", stdout=subprocess.PIPE)
    except OSError as error:
        return {"status": None, "stdout": None, "error": errno.errorcode[error.errno]}
    return {"status": done.returncode, "stdout": done.stdout.decode(), "error": None}
`,
  },
  {
    Runtime: "ruby3.4",
    file: "app.rb",
    source: `require "open3"
def handler(event:, context:)
  stdout, status = Open3.capture2(event["program"].sub("/var/task", ENV["LAMBDA_TASK_ROOT"]), *event["args"], stdin_data: "ruby")
  { status: status.exitstatus, stdout: stdout, error: nil }
rescue SystemCallError => error
  { status: nil, stdout: nil, error: error.class.name.delete_prefix("Errno::") }
end
`,
  },
] as const;

const installed = await installedRuntimes(...handlers.map(({ Runtime }) => Runtime));
const tools = await compile();

/** The folder of what gcc made; undefined where it is missing. */
async function compile(): Promise<string | undefined> {
  const compiler = ((): string | undefined => {
    try {
      return locate("gcc");
    } catch (error) {
      if (error instanceof Missing) return undefined;
      throw error;
    }
  })();
  if (compiler === undefined) return undefined;
  const steps = [
    ["-shared", "-fPIC", "-o", "libgreeting.so", "greeting.c"],
    // Where the library is, the program does not know: LD_LIBRARY_PATH tells.
    ["-o", "tool", "tool.c", "-L.", "-lgreeting"],
  ];
  return built({
    sources: new URL("../../fixtures/native", import.meta.url).pathname,
    recipe: steps.flat(),
    build: async (draft) => {
      for (const args of steps) await step(compiler, args, draft);
    },
  });
}

let lambent: TestLambent;
let lambda: LambdaClient;
let layer: string | undefined;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
  ({ lambda } = lambent);
  const content = await zipOf({ "bin/layered": "#!/bin/sh\ncat > /dev/null\necho layered\n" }, 0o100755);
  ({ LayerVersionArn: layer } = await lambda.send(new PublishLayerVersionCommand({ LayerName: "tools", Content: { ZipFile: content } })));
});
afterAll(() => lambent[Symbol.asyncDispose]());

describe.each(handlers)("a function on $Runtime", ({ Runtime, file, source }) => {
  const skipped = tools === undefined || !installed.has(Runtime);
  const FunctionName = Runtime.replace(".", "-");
  const call = (program: string, ...args: string[]) => invoke(lambda, FunctionName, { program, args });

  beforeAll(async () => {
    if (skipped) return;
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from(source), file, { mode: 0o100644 });
    zip.addBuffer(readFileSync(join(tools, "tool")), "bin/tool", { mode: 0o100755 });
    zip.addBuffer(readFileSync(join(tools, "tool")), "bin/no-program", { mode: 0o100644 });
    zip.addBuffer(readFileSync(join(tools, "libgreeting.so")), "lib/libgreeting.so", { mode: 0o100644 });
    zip.end();
    const Code = { ZipFile: await bytesOf(zip) };
    await lambda.send(new CreateFunctionCommand({ FunctionName, Runtime, Handler: "app.handler", Role: testRole, Timeout: 20, Code, Layers: [layer ?? ""] }));
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.2 }, { FunctionName });
  });

  test.skipIf(skipped)("runs a program of its package with a library beside it, whose error output is logged", async () => {
    const answer = await call("/var/task/bin/tool", "ü");
    expect(answer.body).toEqual({ status: 0, stdout: `hello ü from ${Runtime.replace(/[\d.x]+$/, "").replace("nodejs", "node")}\n`, error: null });
    expect(answer.log).toContain("on the error output\n");
    expect((await call("/var/task/bin/tool", "a", "b")).body).toMatchObject({ status: 5 });
  });

  test.skipIf(skipped)("runs a program of a layer by its name, and none that may not be executed", async () => {
    expect((await call("layered")).body).toEqual({ status: 0, stdout: "layered\n", error: null });
    expect((await call("/var/task/bin/no-program")).body).toMatchObject({ status: null, error: "EACCES" });
  });
});
