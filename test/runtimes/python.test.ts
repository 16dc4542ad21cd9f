// Our own Python bootstrap against what a function observes on AWS. LAMBENT_TEST_PYTHONS=all takes every interpreter of
// this machine in place of the oldest, a middle and a new one.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Guest, GuestHost, installed, type Reply, runtimes } from "./guest-host.ts";

const some = ["python3.8", "python3.11", "python3.13"];
const every = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"].map((version) => `python${version}`);
const ids = await installed(...(process.env["LAMBENT_TEST_PYTHONS"] === "all" ? every : some));
interface FailedStart {
  readonly files: Readonly<Record<string, string>>;
  readonly handler: string;
  readonly errorType: string;
  readonly message: string;
}

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

test.skipIf(ids.length > 0)("has no Python to test (none of 3.8, 3.11, 3.13 is installed)", (context) => context.skip());

describe.each(ids)("%s", (id) => {
  const isOldest = id === "python3.8";
  const requestId = isOldest ? {} : { requestId: "request-1" };

  // The first look at a runtime fetches boto3.
  beforeAll(() => runtimes.resolve(id), 180_000);

  const start = async (app: string, more: object = {}): Promise<Guest> =>
    host.start({ runtime: await runtimes.resolve(id), files: { "app.py": app }, handler: "app.handler", ...more });
  const run = async (app: string, event: unknown = {}): Promise<Reply> => {
    const reply = await (await start(app)).invoke(event);
    if (!("kind" in reply)) throw new Error(`exit ${JSON.stringify(reply)}`);
    return reply;
  };

  test("echoes an event, also a second time in the same process", async () => {
    const guest = await start("n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return {'event': event, 'n': n}");
    expect(await guest.invoke({ a: "ü" })).toMatchObject({ kind: "response", meta: { requestId: "request-1" }, payload: { event: { a: "ü" }, n: 1 } });
    expect(await guest.invoke([1], { requestId: "request-2" })).toMatchObject({ meta: { requestId: "request-2" }, payload: { event: [1], n: 2 } });
  });

  test("gives the context its attributes", async () => {
    const guest = await start(
      "import os\ndef handler(event, c):\n    return [c.aws_request_id, c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb, c.log_group_name, c.log_stream_name, c.client_context and [c.client_context.custom, c.client_context.env, c.client_context.client], c.identity.cognito_identity_id, c.tenant_id, 20000 < c.get_remaining_time_in_millis() <= 30000, os.environ.get('_X_AMZN_TRACE_ID')]",
    );
    const fixed = ["request-1", "probe", "7", "arn:probe", "1769", "/aws/lambda/probe", "2026/01/31/[7]0123456789abcdef"];
    const meta = { traceId: "Root=1-2-3", clientContext: '{"custom":{"k":1}}', cognitoIdentity: '{"cognitoIdentityId":"i"}', tenantId: "t" };
    expect(await guest.invoke({}, meta)).toMatchObject({ payload: [...fixed, [{ k: 1 }, null, null], "i", "t", true, "Root=1-2-3"] });
    expect(await guest.invoke({})).toMatchObject({ payload: [...fixed, null, null, null, true, null] });
  });

  test("reports an exception with its class, message and trace, and logs it", async () => {
    const guest = await start("def inner():\n    raise ValueError('no way')\ndef handler(event, context):\n    inner()");
    const reply = await guest.invoke({});
    expect(reply).toMatchObject({ kind: "error", meta: { errorType: "ValueError" }, payload: { errorMessage: "no way", errorType: "ValueError", ...requestId } });
    const { stackTrace } = (reply as Reply).payload as { stackTrace: string[] };
    expect(stackTrace).toHaveLength(2);
    expect(stackTrace[0]).toMatch(/^ {2}File ".*\/app\.py", line 4, in handler\n {4}inner\(\)\n/);
    expect(Object.hasOwn((reply as Reply).payload as object, "requestId")).toBe(!isOldest);
    expect(guest.output()).toMatch(/^\[ERROR\] ValueError: no way\rTraceback \(most recent call last\):\r\u00a0\u00a0File ".*app\.py", line 4, in handler\r\u00a0\u00a0\u00a0\u00a0inner\(\)\r/);
    expect(await guest.invoke({})).toMatchObject({ kind: "error" });
  });

  test("reports what cannot be turned into JSON and what is none", async () => {
    expect((await run("def handler(event, context):\n    return object()")).payload).toMatchObject({
      errorType: "Runtime.MarshalError",
      errorMessage: "Unable to marshal response: Object of type object is not JSON serializable",
      stackTrace: [],
      ...requestId,
    });
    const guest = await start("def handler(event, context):\n    return 1");
    expect(await guest.invokeRaw("{")).toMatchObject({ payload: { errorType: "Runtime.UnmarshalError", errorMessage: expect.stringMatching(/^Unable to unmarshal input: /) } });
  });

  test.each<readonly [string, FailedStart]>([
    ["a missing module", { files: {}, handler: "nowhere.handler", errorType: "Runtime.ImportModuleError", message: "Unable to import module 'nowhere': No module named 'nowhere'" }],
    ["a missing import", { files: { "app.py": "import nowhere" }, handler: "app.handler", errorType: "Runtime.ImportModuleError", message: "Unable to import module 'app': No module named 'nowhere'" }],
    ["a missing function", { files: { "app.py": "" }, handler: "app.handler", errorType: "Runtime.HandlerNotFound", message: "Handler 'handler' missing on module 'app'" }],
    ["a name without a dot", { files: { "app.py": "" }, handler: "app", errorType: "Runtime.MalformedHandlerName", message: "Bad handler 'app': not enough values to unpack (expected 2, got 1)" }],
    ["a built-in module", { files: { "sys.py": "" }, handler: "sys.handler", errorType: "Runtime.BuiltInModuleConflict", message: "Cannot use built-in module sys as a handler module" }],
    ["an exception while loading", { files: { "app.py": "raise KeyError('early')" }, handler: "app.handler", errorType: "KeyError", message: "'early'" }],
  ])("fails its start with %s", async (_case, { files, handler, errorType, message: errorMessage }) => {
    const guest = await start("", { files, handler });
    expect(await guest.invoke({})).toMatchObject({ kind: "init-error", meta: { errorType }, payload: { errorType, errorMessage, ...(isOldest ? {} : { requestId: "" }) } });
    expect(await guest.process.exited).toMatchObject({ exitCode: 1 });
    expect(guest.output()).toContain(`[ERROR] ${errorType}: ${errorMessage}\rTraceback (most recent call last):`);
  });

  test("fails its start with a syntax error", async () => {
    const guest = await start("def handler(:");
    expect(await guest.invoke({})).toMatchObject({
      kind: "init-error",
      payload: { errorType: "Runtime.UserCodeSyntaxError", errorMessage: expect.stringMatching(/^Syntax error in module 'app': /), stackTrace: [expect.stringMatching(/^ {2}File ".*app\.py" Line 1\n/)] },
    });
  });

  test("finds a handler in a folder, by slash and by dot", async () => {
    const files = { "pkg/sub/app.py": "def handler(event, context):\n    return __name__" };
    expect(await (await start("", { files, handler: "pkg/sub/app.handler" })).invoke({})).toMatchObject({ payload: "pkg.sub.app" });
    expect(await (await start("", { files, handler: "pkg.sub.app.handler" })).invoke({})).toMatchObject({ payload: "pkg.sub.app" });
  });

  test.each([
    ["sys.exit()", { exitCode: 0, signal: undefined }],
    ["sys.exit(3)", { exitCode: 3, signal: undefined }],
    ["exit(4)", { exitCode: 4, signal: undefined }],
    ["os._exit(5)", { exitCode: 5, signal: undefined }],
    ["os.kill(os.getpid(), 9)", { exitCode: undefined, signal: "SIGKILL" }],
  ])("ends without an answer at %s", async (call, exit) => {
    expect(await (await start(`import os, sys\ndef handler(event, context):\n    ${call}`)).invoke({})).toMatchObject(exit);
  });

  test("carries large events and responses", async () => {
    const event = "x".repeat(6 * 1024 * 1024 - 2);
    const reply = await run("def handler(event, context):\n    return event", event);
    expect(reply.payload === event).toBe(true);
  });

  test("prints lines as they are and logs as on AWS", async () => {
    const guest = await start(
      [
        "import logging, sys",
        "print('starting')",
        "logging.getLogger('quiet').info('unseen')",
        "def handler(event, context):",
        "    print('a\\nb')",
        "    logging.warning('w %s', 1)",
        "    logging.getLogger().setLevel(logging.INFO)",
        "    logging.getLogger('named').info('i')",
        "    print('err', file=sys.stderr)",
        "    print('ü', end='')",
        "    sys.stdout.write('raw\\n' * 50000)",
      ].join("\n"),
    );
    await guest.invoke({});
    const lines = guest.output().split("\n");
    expect(lines.slice(0, 3)).toEqual(["starting", "a", "b"]);
    expect(lines[3]).toMatch(/^\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\trequest-1\tw 1$/);
    expect(lines[4]).toMatch(/^\[INFO\]\t\S+Z\trequest-1\ti$/);
    expect(lines.slice(5, 7)).toEqual(["err", "üraw"]);
    expect(lines.filter((line) => line === "raw")).toHaveLength(49_999);
  });

  test("searches code, layers, the interpreter and its own packages, in this order and nowhere else", async () => {
    const layer = { "python/both.py": "who = 'layer'", "python/only.py": "who = 'layer'", [`python/lib/${id}/site-packages/deep.py`]: "who = 'deep'" };
    const files = {
      "both.py": "who = 'code'",
      "app.py": "import both, only, deep, sys\ndef handler(event, context):\n    return [both.who, only.who, deep.who, [p for p in sys.path if 'guest-' in p or 'site-packages' in p and 'lambent-test-runtimes' not in p and '/opt' not in p]]",
    };
    expect(await (await start("", { files, layer })).invoke({})).toMatchObject({ payload: ["code", "layer", "deep", []] });
  });

  test("runs a wrapper script and its sitecustomize", async () => {
    const layer = {
      wrapper: '#!/bin/sh\nexport PYTHONPATH="$(dirname "$0")/auto:$PYTHONPATH"\nexec "$@"\n',
      "auto/sitecustomize.py": "import builtins\nbuiltins.customized = True",
    };
    const guest = await start("def handler(event, context):\n    return customized", { layer, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } });
    expect(await guest.invoke({})).toMatchObject({ payload: true });
  });

  test("keeps its channel from the programs that a function starts", async () => {
    const guest = await start("import subprocess\ndef handler(event, context):\n    return subprocess.run(['/bin/sh', '-c', 'for fd in 3 4; do [ -e /proc/self/fd/$fd ] && echo $fd; done; true'], stdout=subprocess.PIPE, close_fds=False).stdout.decode()");
    expect(await guest.invoke({})).toMatchObject({ payload: "" });
  });

  test("leaves no compiled files in the code", async () => {
    const guest = await start("", { files: { "app.py": "import other, os\ndef handler(event, context):\n    return sorted(os.listdir(os.path.dirname(__file__)))", "other.py": "" } });
    expect(await guest.invoke({})).toMatchObject({ payload: ["app.py", "other.py"] });
  });

  test("has boto3, which the code's own replaces", async ({ skip }) => {
    const { runtimeDir } = await runtimes.resolve(id);
    if (!existsSync(join(runtimeDir ?? "", "site-packages"))) skip("pip could not fetch boto3: no package index within reach");
    expect((await run("import boto3, botocore\ndef handler(event, context):\n    return boto3.client('sqs', region_name='eu-west-1').meta.service_model.service_name")).payload).toBe("sqs");
    const files = { "app.py": "import boto3\ndef handler(event, context):\n    return boto3.who", "boto3.py": "who = 'code'" };
    expect(await (await start("", { files })).invoke({})).toMatchObject({ payload: "code" });
  });
});
