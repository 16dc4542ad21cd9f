// Python, Ruby, custom runtimes and an older Node.js through the official client: answers, errors and log lines.
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invoke } from "../../harness/functions.ts";
import { installedRuntimes } from "../../harness/installed-runtimes.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled } from "../../harness/program.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error" });
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

const pythons = ["python3.8", "python3.11", "python3.13"] as const;
const rubies = ["ruby4.0", "ruby3.4", "ruby3.3", "ruby3.2"] as const;
const installed = await installedRuntimes(...pythons, ...rubies, "nodejs20.x");

const python = `
import logging, os, sys
def act(event, context):
    what = event.get("do")
    if what == "raise":
        raise ValueError("wrong value")
    if what == "exit":
        sys.exit(3)
    if what == "context":
        return {
            "name": context.function_name, "version": context.function_version, "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb, "id": context.aws_request_id, "group": context.log_group_name,
            "custom": context.client_context.custom if context.client_context else None,
            "remaining": context.get_remaining_time_in_millis(), "python": "%d.%d" % sys.version_info[:2],
            "execution": os.environ["AWS_EXECUTION_ENV"],
        }
    if what == "log":
        print("printed")
        print("to the error output", file=sys.stderr)
        logging.getLogger().warning("logged")
        sys.stdout.write("last words")
        return None
    return {"got": event}
`;

// Skipped where the machine has no such Python, see lambent doctor.
describe.each(pythons)("a function on %s", (Runtime) => {
  const FunctionName = Runtime.replace(".", "-");
  const skipped = !installed.has(Runtime);
  beforeAll(async () => {
    if (!skipped) await createFunction(lambda, FunctionName, { "pkg/app.py": python, "pkg/broken.py": "def handler(:\n" }, { Runtime, Handler: "pkg/app.act", Timeout: 20 });
  });

  test.skipIf(skipped)("answers with what its handler returns", async () => {
    const event = { text: "ü€", list: [1, 2.5, null, true] };
    expect(await invoke(lambda, FunctionName, event)).toMatchObject({ error: undefined, version: "$LATEST", body: { got: event } });
  });

  test.skipIf(skipped)("shows its context as AWS does", async () => {
    const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString("base64");
    const { body, requestId } = await invoke(lambda, FunctionName, { do: "context" }, { ClientContext });
    expect(body).toEqual({
      name: FunctionName,
      version: "$LATEST",
      arn: `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`,
      memory: "128",
      id: requestId,
      group: `/aws/lambda/${FunctionName}`,
      custom: { a: "b" },
      remaining: expect.any(Number),
      python: Runtime.slice("python".length),
      execution: `AWS_Lambda_${Runtime}`,
    });
    expect((body as { remaining: number }).remaining).toBeGreaterThan(15_000);
  });

  test.skipIf(skipped)("that raises answers its exception, and logs it", async () => {
    const { body, error, log, requestId } = await invoke(lambda, FunctionName, { do: "raise" });
    expect(error).toBe("Unhandled");
    expect(body).toMatchObject({
      errorType: "ValueError",
      errorMessage: "wrong value",
      stackTrace: [expect.stringMatching(/^ {2}File ".*pkg\/app\.py", line 6, in act\n {4}raise ValueError\("wrong value"\)\n/)],
    });
    // Python 3.8's runtime came before it.
    if (Runtime === "python3.8") expect(body).not.toHaveProperty("requestId");
    else expect(body).toHaveProperty("requestId", requestId);
    expect(log).toContain("[ERROR] ValueError: wrong value");
  });

  test.skipIf(skipped)("that exits answers an exit error, and runs again", async () => {
    expect(await invoke(lambda, FunctionName, { do: "exit" })).toMatchObject({
      error: "Unhandled",
      body: { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(/^RequestId: [\w-]+ Error: Runtime exited with error: exit status 3$/) },
      log: expect.stringMatching(/\tStatus: error\tError Type: Runtime\.ExitError/),
    });
    expect((await invoke(lambda, FunctionName, { again: 1 })).body).toEqual({ got: { again: 1 } });
  });

  test.skipIf(skipped)("prints lines as they are and logs as on AWS, all before the end of the invoke", async () => {
    const { log, requestId } = await invoke(lambda, FunctionName, { do: "log" });
    const lines = log.split("\n");
    const start = lines.indexOf(`START RequestId: ${requestId} Version: $LATEST`);
    const end = lines.indexOf(`END RequestId: ${requestId}`);
    expect(start).toBeGreaterThanOrEqual(0);
    const printed = lines.slice(start + 1, end);
    expect(printed).toEqual(expect.arrayContaining(["printed", "to the error output", "last words"]));
    expect(printed).toContainEqual(expect.stringMatching(new RegExp(`^\\[WARNING\\]\\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\\t${requestId}\\tlogged$`)));
    expect(lines[end + 1]).toMatch(/^REPORT RequestId: \S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t/);
  });

  test.skipIf(skipped)("that cannot be loaded answers why", async () => {
    const broken = `${FunctionName}-broken`;
    for (const [handler, errorType, errorMessage] of [
      ["pkg/broken.handler", "Runtime.UserCodeSyntaxError", /^Syntax error in module 'pkg\/broken': /],
      ["pkg/nothing.handler", "Runtime.ImportModuleError", /^Unable to import module 'pkg\/nothing': No module named 'pkg.nothing'$/],
      ["pkg/app.nothing", "Runtime.HandlerNotFound", /^Handler 'nothing' missing on module 'pkg\/app'$/],
      ["app", "Runtime.MalformedHandlerName", /^Bad handler 'app': not enough values to unpack \(expected 2, got 1\)$/],
    ] as const) {
      const name = `${broken}-${errorType.slice("Runtime.".length)}`;
      await createFunction(lambda, name, { "pkg/app.py": python, "pkg/broken.py": "def handler(:\n" }, { Runtime, Handler: handler });
      expect(await invoke(lambda, name)).toMatchObject({ error: "Unhandled", body: { errorType, errorMessage: expect.stringMatching(errorMessage) } });
    }
  });
});

const ruby = `
def act(event:, context:)
  case event["do"]
  when "raise" then raise ArgumentError, "wrong value"
  when "sleep" then sleep(60)
  when "log" then puts("printed", "twice") || Logger.new($stdout).warn("logged")
  else { got: event, ruby: RUBY_VERSION, execution: ENV["AWS_EXECUTION_ENV"] }
  end
end
`;

// Skipped where the machine has no such Ruby, see lambent doctor.
describe.each(rubies)("a function on %s", (Runtime) => {
  const FunctionName = Runtime.replace(".", "-");
  const skipped = !installed.has(Runtime);
  beforeAll(async () => {
    if (!skipped) await createFunction(lambda, FunctionName, { "app.rb": ruby }, { Runtime, Handler: "app.act", Timeout: 2 });
  });

  test.skipIf(skipped)("answers, with its errors, timeouts and log lines as on AWS", async () => {
    const event = { text: "ü€", list: [1, 2.5, null, true] };
    const release = Runtime.slice("ruby".length);
    expect(await invoke(lambda, FunctionName, event)).toMatchObject({ error: undefined, body: { got: event, ruby: expect.stringContaining(`${release}.`), execution: `AWS_Lambda_${Runtime}` } });
    const failed = await invoke(lambda, FunctionName, { do: "raise" });
    expect(failed).toMatchObject({ error: "Unhandled", body: { errorType: "Function<ArgumentError>", errorMessage: "wrong value", stackTrace: [expect.stringMatching(/app\.rb:4:in /)] } });
    expect(failed.log).toContain("Error raised from handler method\n{\n");
    const { log, requestId } = await invoke(lambda, FunctionName, { do: "log" });
    expect(log).toContain("\nprinted\ntwice\n");
    expect(log).toMatch(new RegExp(`\nW, \\[\\S+ #\\d+\\]  WARN ${requestId} -- : logged\n`));
    expect((await invoke(lambda, FunctionName, { do: "sleep" })).body).toMatchObject({ errorType: "Sandbox.Timedout" });
    expect((await invoke(lambda, FunctionName, { again: 1 })).body).toMatchObject({ got: { again: 1 } });
  });
});

// Skipped where the machine has no Node.js 20, see lambent doctor.
describe.skipIf(!installed.has("nodejs20.x"))("a function on nodejs20.x", () => {
  const source = `
    exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false;
      setTimeout(() => (event.fail ? callback(new TypeError("refused")) : callback(null, process.version)), 1);
    };`;
  beforeAll(() => createFunction(lambda, "node-20", { "index.js": source }, { Runtime: "nodejs20.x", Timeout: 20 }));

  test("runs on that Node.js, and may still answer by callback", async () => {
    expect((await invoke(lambda, "node-20")).body).toMatch(/^v20\./);
    expect(await invoke(lambda, "node-20", { fail: true })).toMatchObject({ error: "Unhandled", body: { errorType: "TypeError", errorMessage: "refused" } });
  });

  test("does so no more on nodejs26.x", async () => {
    await createFunction(lambda, "callback-26", { "index.js": source }, { Runtime: "nodejs26.x" });
    expect(await invoke(lambda, "callback-26")).toMatchObject({ error: "Unhandled", body: { errorType: "Runtime.CallbackHandlerDeprecated" } });
  });
});

// Skipped where the machine has no curl.
describe.skipIf(!isInstalled("curl", "--version"))("a shell bootstrap on provided.al2023", () => {
  const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
headers="$(mktemp)"
while true; do
  event="$(curl -sS -D "$headers" "$api/invocation/next")"
  id="$(sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: *//p' "$headers" | tr -d '\\r')"
  echo "handling $id" >&2
  case "$event" in
    *fail*) curl -sS -X POST -H 'Lambda-Runtime-Function-Error-Type: Function.Refused' -d '{"errorType":"Refused","errorMessage":"as asked"}' "$api/invocation/$id/error" > /dev/null ;;
    *) curl -sS -X POST -d "{\\"handler\\":\\"$_HANDLER\\",\\"got\\":$event}" "$api/invocation/$id/response" > /dev/null ;;
  esac
done
`;
  beforeAll(() => createFunction(lambda, "shell", { bootstrap }, { Runtime: "provided.al2023", Handler: "any.thing" }));

  test("serves invokes and reports errors over the Runtime API", async () => {
    const answer = await invoke(lambda, "shell", { a: 1 });
    expect(answer).toMatchObject({ error: undefined, body: { handler: "any.thing", got: { a: 1 } } });
    expect(answer.log).toContain(`handling ${answer.requestId}\n`);
    expect(await invoke(lambda, "shell", "fail")).toMatchObject({ error: "Unhandled", body: { errorType: "Refused", errorMessage: "as asked" } });
    expect((await invoke(lambda, "shell", 2)).body).toMatchObject({ got: 2 });
  });

  test("that is not there is the function's error", async () => {
    await createFunction(lambda, "no-bootstrap", { "readme.txt": "x" }, { Runtime: "provided.al2023", Handler: "x" });
    expect(await invoke(lambda, "no-bootstrap")).toMatchObject({
      error: "Unhandled",
      body: { errorType: "Runtime.InvalidEntrypoint", errorMessage: expect.stringContaining("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]") },
    });
  });
});
