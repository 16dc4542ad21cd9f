// Extensions as real processes: external ones from /opt/extensions, internal ones inside the runtime.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { InvokeOutcome } from "../../src/engine/engine.ts";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine();
});
afterAll(() => engine.stop());

const valueOf = ({ payload }: InvokeOutcome): unknown => JSON.parse(Buffer.from(payload).toString("utf8"));

/** What every extension of these tests begins with. */
const client = `
  const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension";
  const name = process.argv[1].split("/").at(-1);
  const post = (path, headers, body = "") => fetch(api + path, { method: "POST", headers, body });
  const register = async (events, as = name) => {
    const reply = await post("/register", { "Lambda-Extension-Name": as }, JSON.stringify({ events }));
    if (!reply.ok) throw new Error(await reply.text());
    return reply.headers.get("lambda-extension-identifier");
  };
  const next = async (id) => (await fetch(api + "/event/next", { headers: { "Lambda-Extension-Identifier": id } })).json();
  const report = (path, id, type) => post(path, { "Lambda-Extension-Identifier": id, "Lambda-Extension-Function-Error-Type": type });
`;
const program = (body: string): string => `#!/usr/bin/env node\n${client}\n(async () => {${body}})();`;

/** Prints every event that it gets. */
const printer = program(`
  const id = await register(["INVOKE", "SHUTDOWN"]);
  for (;;) {
    const event = await next(id);
    console.log(name, JSON.stringify(event));
    if (event.eventType === "SHUTDOWN") process.exit(0);
  }`);

const echo = { "index.js": "exports.handler = async (event) => event;" };

/** A Node.js function with these files in its layer. */
async function put(
  name: string,
  layer: Readonly<Record<string, string>>,
  { files = echo, ...configuration }: Partial<FunctionConfiguration> & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const code = { sha256: `${name}-layer`, sizeBytes: 1, unzippedBytes: 1 };
  await engine.put(code.sha256, layer);
  await engine.put(name, files, { ...configuration, layers: [{ arn: "arn:aws:lambda:eu-west-1:123456789012:layer:l:1", code }] });
}

const linesOf = (name: string): readonly string[] => engine.logs.linesOf(name);
const until = (name: string, line: string | RegExp): Promise<void> =>
  expect.poll(() => linesOf(name).join("\n"), { timeout: 10_000, interval: 10 }).toMatch(line);

describe("an external extension", () => {
  test("is told of each invoke, holds the environment until it is through, and its time is the invoke's", async () => {
    const slow = program(`
      const id = await register(["INVOKE"]);
      for (;;) {
        const event = await next(id);
        const { requestId, invokedFunctionArn, deadlineMs, tracing } = event;
        await new Promise((resolve) => setTimeout(resolve, 200));
        console.log("through", JSON.stringify({ requestId, invokedFunctionArn, tracing, ahead: deadlineMs > Date.now() }));
      }`);
    await put("held", { "extensions/slow": slow });
    const startedMs = performance.now();
    expect(valueOf(await engine.invoke("held", 1))).toBe(1);
    // Its environment is busy with the extension: the second takes its turn in it, or another one is started.
    expect(valueOf(await engine.invoke("held", 2))).toBe(2);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    await until("held", /through.*\n(?:.*\n)*REPORT .*\tDuration: 2\d\d\.\d\d ms/);
    const told = linesOf("held").find((line) => line.startsWith("through"));
    expect(told).toContain('"invokedFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:held"');
    expect(told).toContain('"tracing":{"type":"X-Amzn-Trace-Id","value":"Root=');
    expect(told).toContain('"ahead":true');
    expect(linesOf("held")).toContain("EXTENSION\tName: slow\tState: Ready\tEvents: [INVOKE]");
  });

  test("is through before the tail of the log is, REPORT line included", async () => {
    const slow = program('const id = await register(["INVOKE"]); for (;;) { await next(id); await new Promise((r) => setTimeout(r, 50)); console.log("through"); }');
    await put("tailed", { "extensions/slow": slow });
    const { logTail } = await engine.invoke("tailed", 1, { logTail: true });
    expect(logTail?.toString()).toMatch(/^START .*\n(?:.*\n)*through\n(?:.*\n)*REPORT /);
  });

  test("that takes longer than the function may ends its environment: who called has the answer, the log says so", async () => {
    await put("endless", { "extensions/endless": program('const id = await register(["INVOKE"]); await next(id); setInterval(() => {}, 1000);') }, { timeoutSeconds: 1 });
    const { payload, logTail } = await engine.invoke("endless", 1, { logTail: true });
    expect(Buffer.from(payload).toString()).toBe("1");
    expect(logTail?.toString()).toMatch(/ Task timed out after 1\.00 seconds\nEND .*\nREPORT .*\tDuration: 1\d\d\d\.\d\d ms\t.*\tStatus: timeout\t\n$/);
  });

  test("is started before the runtime, which waits for its registration", async () => {
    const late = program('await new Promise((r) => setTimeout(r, 300)); console.log("registering"); const id = await register([]); await next(id);');
    await put("late", { "extensions/late": late }, { files: { "index.js": "console.log('runtime'); exports.handler = async () => 1;" } });
    expect(valueOf(await engine.invoke("late"))).toBe(1);
    await until("late", /registering\n(?:.*\n)*.*runtime/);
  });

  test("finds the function's variables, but not those of the runtime", async () => {
    const body = 'const id = await register([]); console.log("env", Object.keys(process.env).join(" "), process.env.MINE, process.cwd()); await next(id);';
    await put("variables", { "extensions/env": program(body) }, { environment: { MINE: "given" } });
    await engine.invoke("variables");
    await until("variables", /^env .* given .*$/m);
    const found = linesOf("variables").find((line) => line.startsWith("env "))?.split(" ") ?? [];
    expect(found).toEqual(expect.arrayContaining(["AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID", "AWS_LAMBDA_RUNTIME_API"]));
    const runtimes = new Set(["_HANDLER", "AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"]);
    expect(found.filter((name) => runtimes.has(name))).toEqual([]);
  });

  test("is told why it ends: the function took too long", async () => {
    await put("spinning", { "extensions/printer": printer }, { files: { "index.js": "exports.handler = async () => { for (;;); };" }, timeoutSeconds: 1 });
    const outcome = await engine.invoke("spinning");
    expect(valueOf(outcome)).toMatchObject({ errorType: "Sandbox.Timedout" });
    await until("spinning", '"shutdownReason":"timeout"');
  });

  test("is told why it ends: the runtime failed, which had its time to shut down before", async () => {
    const files = { "index.js": "exports.handler = async () => process.exit(1);" };
    await put("failing", { "extensions/printer": printer }, { files });
    expect(valueOf(await engine.invoke("failing"))).toMatchObject({ errorType: "Runtime.ExitError" });
    await until("failing", '"shutdownReason":"failure"');
    // The next invoke starts it again.
    expect(valueOf(await engine.invoke("failing"))).toMatchObject({ errorType: "Runtime.ExitError" });
  });

  test("is told why it ends: the environment is no longer needed", async () => {
    const files = { "index.js": "process.on('SIGTERM', () => { console.log('runtime ends'); process.exit(0); }); exports.handler = async () => 1;" };
    await put("retired", { "extensions/printer": printer }, { files });
    await engine.invoke("retired");
    await put("retired", { "extensions/printer": printer }, { files });
    await until("retired", /runtime ends\n(?:.*\n)*printer .*"shutdownReason":"spindown"/);
  });

  test("that does not end is killed when its time is over", async () => {
    const deaf = program('process.on("SIGTERM", () => {}); const id = await register(["SHUTDOWN"]); await next(id); console.log("told"); setInterval(() => {}, 1000);');
    await put("deaf", { "extensions/deaf": deaf });
    await engine.invoke("deaf");
    await put("deaf", { "extensions/deaf": deaf });
    await until("deaf", "told");
    await expect.poll(() => engine.environments("deaf"), { timeout: 10_000, interval: 20 }).toBe(0);
  });

  test.each([
    ["crashes in init", 'process.exit(3);', "Extension.Crash", "exit status 3"],
    ["ends in init without an error", 'await register([]); process.exit(0);', "Extension.Crash", "exit code 0"],
    ["reports an error in init", 'const id = await register([]); await report("/init/error", id, "Extension.NoKey"); process.exit(0);', "Extension.InitError", "exit code 0"],
    ["reports an error in an invoke", 'const id = await register(["INVOKE"]); await next(id); await report("/exit/error", id, "Extension.Late"); process.exit(1);', "Extension.ExitError", "exit status 1"],
  ])("that %s fails the invoke", async (what, body, errorType, text) => {
    const name = what.replaceAll(" ", "-");
    const files = { "index.js": "exports.handler = () => new Promise((resolve) => setTimeout(resolve, 5000));" };
    await put(name, { "extensions/bad": program(body) }, { files });
    const outcome = await engine.invoke(name);
    expect(outcome.functionError).toBe("Unhandled");
    expect(valueOf(outcome)).toMatchObject({ errorType, errorMessage: expect.stringMatching(new RegExp(`^RequestId: .* Error: ${text}$`)) });
  });

  test("that cannot be executed fails the init", async () => {
    await put("no-program", { "extensions/broken": "#!/nowhere/interpreter\n" });
    expect(valueOf(await engine.invoke("no-program"))).toMatchObject({
      errorType: "Extension.LaunchError",
      errorMessage: expect.stringMatching(/ Error: fork\/exec \/opt\/extensions\/broken: no such file or directory$/),
    });
  });

  test("more than ten are refused", async () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`extensions/e${index}`, printer]));
    await put("many", many);
    expect(valueOf(await engine.invoke("many"))).toMatchObject({ errorType: "Extension.LaunchError" });
  });

  test("is left alone when a layer turns external extensions off", async () => {
    await put("switched-off", { "extensions/bad": program("process.exit(1)"), "disable-extensions-jwigqn8j": "" });
    expect(valueOf(await engine.invoke("switched-off", 1))).toBe(1);
  });
});

describe("an internal extension", () => {
  test("is told of invokes, may not ask for SHUTDOWN, and its runtime has time to shut down", async () => {
    const files = {
      "index.js": `${client}
        const seen = [];
        const refused = register(["SHUTDOWN"], "inside").catch((error) => error.message);
        const ready = refused.then(() => register(["INVOKE"], "inside"));
        (async () => { const id = await ready; for (;;) seen.push((await next(id)).requestId); })();
        process.on("SIGTERM", () => { console.log("asked to end"); process.exit(0); });
        exports.handler = async (event, { awsRequestId }) => {
          while (!seen.includes(awsRequestId)) await new Promise((resolve) => setTimeout(resolve, 1));
          return refused;
        };
        module.exports.ready = ready;`,
      "main.mjs": 'import own from "./index.js"; await own.ready; export const handler = own.handler;',
    };
    await engine.put("internal", files, { handler: "main.handler" });
    expect(valueOf(await engine.invoke("internal"))).toContain("Extension.InvalidEventType");
    expect(valueOf(await engine.invoke("internal"))).toContain("ShutdownEventNotSupportedForInternalExtension");
    await engine.put("internal", files, { handler: "main.handler" });
    await until("internal", "asked to end");
    await until("internal", "EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]");
  });
});
