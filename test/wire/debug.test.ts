// `lambent debug` against a live server, with real debuggers' protocols.
import { InvokeCommand, type Runtime as RuntimeName } from "@aws-sdk/client-lambda";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFunction, startTestLambent, type TestLambent } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";
import { readSettings } from "../../src/config.ts";
import { Fault } from "../../src/core/faults.ts";
import { openRuntimes } from "../../src/main.ts";
import { packFolder } from "../../src/cli/pack-folder.ts";
import { startCommand, type RunningCommand } from "../harness/command.ts";
import { Missing } from "../harness/build-cache.ts";
import { DapClient } from "../harness/dap-client.ts";
import { JdwpClient } from "../harness/jdwp-client.ts";
import { isolations } from "../harness/guest-processes.ts";
import { installedRuntimes } from "../harness/installed-runtimes.ts";
import { javaClasses, javaRuntime } from "../runtimes/clients/java.ts";
import { CdpClient } from "../harness/cdp-client.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

describe.each(isolations)("lambent debug, --isolation $isolation", ({ isolation, missing }) => {
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });
  let lambent: TestLambent;
  beforeAll(async () => {
    if (missing !== undefined) return;
    lambent = await startTestLambent({ isolation });
    await createFunction(lambent.lambda, "slow", { "index.mjs": "export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));" }, { Timeout: 2 });
  });
  afterAll(() => lambent?.[Symbol.asyncDispose]());

  const debug = (name: string, ...args: readonly string[]): RunningCommand => startCommand(lambent.endpoint, "debug", name, ...args);

  const portIn = /127\.0\.0\.1:(\d+) .* listens$/;
  const invoke = async (name: string, event: unknown = {}): Promise<{ readonly error: string | undefined; readonly payload: unknown }> => {
    const answer = await lambent.lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }));
    return { error: answer.FunctionError, payload: JSON.parse(answer.Payload?.transformToString() ?? "") };
  };

  /** Another function times out meanwhile: it has no inspector. */
  async function moreThanASecond(): Promise<void> {
    expect(await invoke("slow")).toMatchObject({ error: "Unhandled", payload: { errorType: "Sandbox.Timedout" } });
  }

  const stopper = { "index.mjs": "export const handler = async (event) => {\n  const answer = event.n * 2;\n  return { answer, argv: process.execArgv.filter((argument) => argument.startsWith('--inspect')) };\n};\n" };

  test("Node.js: a paused invoke outlives its timeout, and goes on where it stopped", async () => {
    await createFunction(lambent.lambda, "paused", stopper, { Timeout: 1 });
    await createFunction(lambent.lambda, "other", stopper, { Timeout: 1 });
    const debugging = debug("paused", "--inspector-port", "19229");
    const port = Number((await debugging.line(portIn))[1]);
    await using cdp = await CdpClient.attach(port);
    await cdp.send("Runtime.enable");
    await cdp.send("Debugger.enable");
    await cdp.send("Debugger.setBreakpointByUrl", { urlRegex: ".*/index\\.mjs$", lineNumber: 2 });
    const paused = cdp.event("Debugger.paused");
    const answer = invoke("paused", { n: 21 });
    const { callFrames } = (await paused) as { callFrames: { callFrameId: string }[] };
    const value = (await cdp.send("Debugger.evaluateOnCallFrame", { callFrameId: callFrames[0]?.callFrameId, expression: "answer" })) as { result: { value: number } };
    expect(value.result.value).toBe(42);
    await moreThanASecond();
    expect((await invoke("other", { n: 1 })).payload).toEqual({ answer: 2, argv: [] });
    await cdp.send("Debugger.resume");
    expect(await answer).toMatchObject({ error: undefined, payload: { answer: 42 } });
    expect(await debugging.interrupt()).toBe(0);
    expect((await invoke("paused", { n: 1 })).payload).toEqual({ answer: 2, argv: [] });
  });

  test("Node.js: without a debugger attached timeouts run, and the same port is there again after one", async () => {
    await createFunction(lambent.lambda, "endless", { "index.mjs": "export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));" }, { Timeout: 1 });
    const debugging = debug("endless", "--inspector-port", "19329");
    const port = Number((await debugging.line(portIn))[1]);
    // Whoever only asks which programs are there is no debugger.
    expect(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()).toMatchObject([{ type: "node", webSocketDebuggerUrl: expect.stringContaining(`127.0.0.1:${port}`) }]);
    expect(await invoke("endless")).toMatchObject({ error: "Unhandled", payload: { errorType: "Sandbox.Timedout" } });
    const again = invoke("endless");
    {
      await using cdp = await CdpClient.attach(port);
      await cdp.send("Runtime.enable");
      await debugging.line(/a debugger is attached/);
    }
    await debugging.line(/no debugger is attached/);
    expect(await again).toMatchObject({ error: "Unhandled" });
    expect(await debugging.interrupt()).toBe(0);
  });

  test("Python: a paused invoke outlives its timeout, by debugpy", async ({ skip }) => {
    const [found] = await installedRuntimes("python3.13", "python3.12", "python3.11");
    const Runtime = found as RuntimeName | undefined;
    if (Runtime === undefined) {
      skip("none of python3.11 to python3.13 is installed");
      return;
    }
    const source = "def handler(event, context):\n    answer = event['n'] * 2\n    return answer\n";
    await createFunction(lambent.lambda, "snake", { "app.py": source }, { Runtime, Handler: "app.handler", Timeout: 1 });
    try {
      const { inspector } = await openRuntimes(readSettings({ logLevel: "error" }, undefined)).resolve(Runtime);
      await inspector?.prepare?.();
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "InspectorNotInstalled") throw error;
      skip(error.message);
    }
    const debugging = debug("snake", "--inspector-port", "19529");
    const listening = await debugging.line(portIn);
    const taskRoot = JSON.parse((await debugging.line(/"remoteRoot": (".*")/))[1] ?? "") as string;
    using dap = await DapClient.connect(Number(listening[1]));
    await dap.send("initialize", { adapterID: "debugpy", pathFormat: "path" });
    const attached = dap.send("attach", { justMyCode: true });
    await dap.event("initialized");
    await dap.send("setBreakpoints", { source: { path: `${taskRoot}/app.py` }, breakpoints: [{ line: 3 }] });
    await dap.send("configurationDone");
    await attached;
    const answer = invoke("snake", { n: 21 });
    const { threadId } = (await dap.event("stopped")) as { threadId: number };
    const { stackFrames } = (await dap.send("stackTrace", { threadId })) as { stackFrames: { id: number; name: string }[] };
    expect(stackFrames[0]?.name).toBe("handler");
    expect(await dap.send("evaluate", { expression: "answer", frameId: stackFrames[0]?.id, context: "repl" })).toMatchObject({ result: "42" });
    await moreThanASecond();
    await dap.send("continue", { threadId });
    expect(await answer).toEqual({ error: undefined, payload: 42 });
    expect(await debugging.interrupt()).toBe(0);
  }, 90_000);

  test("Java: an invoke of a suspended virtual machine outlives its timeout, by JDWP", async ({ skip }) => {
    let folder: string;
    try {
      folder = await javaClasses(await javaRuntime("java17"));
    } catch (error) {
      if (error instanceof Missing) {
      skip(error.message);
      return;
    }
      throw error;
    }
    await createFunction(lambent.lambda, "bean", {}, { Runtime: "java17", Handler: "matrix.Cases", Timeout: 1, MemorySize: 512, Code: { ZipFile: await packFolder(folder) } });
    const debugging = debug("bean", "--inspector-port", "19629");
    const port = Number((await debugging.line(portIn))[1]);
    {
      using jdwp = await JdwpClient.attach(port);
      await debugging.line(/a debugger is attached/);
      await jdwp.suspend();
      const answer = invoke("bean", { do: "echo", value: 42 });
      await moreThanASecond();
      await jdwp.resume();
      expect(await answer).toEqual({ error: undefined, payload: 42 });
    }
    expect(await debugging.interrupt()).toBe(0);
  }, 90_000);

  test("environments that run side by side have an inspector each", async () => {
    await createFunction(lambent.lambda, "twice", { "index.mjs": "export const handler = () => new Promise((resolve) => setTimeout(resolve, 300));" });
    const debugging = debug("twice", "--inspector-port", "19429");
    const first = (await debugging.line(portIn))[1];
    await Promise.all([invoke("twice"), invoke("twice")]);
    const ports = [first, (await debugging.line(portIn))[1]];
    expect(new Set(ports).size).toBe(2);
    expect(await debugging.interrupt()).toBe(0);
  });

  test("says why it cannot", async () => {
    await createFunction(lambent.lambda, "shell", { bootstrap: "#!/bin/sh\nexit 1" }, { Runtime: "provided.al2023" });
    const place = ["--port", new URL(lambent.endpoint).port, "--data", "/nowhere"];
    const refused = (name: string, ...args: readonly string[]) => run(process.execPath, [bin, "debug", name, ...place, ...args], {});
    await expect(refused("shell")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("knows no inspector for provided.al2023") });
    await expect(refused("nobody")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("Function not found") });
    await expect(refused("shell", "--inspector-port", "80")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("must be a port") });
  });

  test("is not for functions", async () => {
    const source = `export const handler = async ({ url }) => {
      const answers = [];
      for (const base of [url, process.env.AWS_ENDPOINT_URL]) {
        const headers = { authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260131/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00" };
        const response = await fetch(base + "/_lambent/debug", { method: "POST", headers, body: JSON.stringify({ function: "inside" }) }).catch(() => ({}));
        answers.push(response.status);
      }
      return answers;
    };`;
    await createFunction(lambent.lambda, "inside", { "index.mjs": source });
    const { payload } = await invoke("inside", { url: lambent.endpoint });
    // In a container the number of the main port leads to the listener for functions, too, which does not have the route.
    expect(payload).toEqual([isolation === "none" ? 403 : 400, expect.toSatisfy((status: number) => status >= 400)]);
    expect((await fetch(`${lambent.endpoint}/_lambent/debug?function=inside`)).status).toBe(405);
  });
});
