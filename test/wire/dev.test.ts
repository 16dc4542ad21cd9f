// `lambent dev` against a live server: what is saved runs in the next invoke.
import { GetFunctionConfigurationCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CdpClient } from "../harness/cdp-client.ts";
import { startCommand, type RunningCommand } from "../harness/command.ts";
import { guestProcesses, isolations, ownIdentity, ownRubyIdentity } from "../harness/guest-processes.ts";
import { installedRuntimes } from "../harness/installed-runtimes.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";

describe.each(isolations)("lambent dev, --isolation $isolation", ({ isolation, missing }) => {
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });
  let lambent: TestLambent;
  beforeAll(async () => {
    if (missing === undefined) lambent = await startTestLambent({ isolation });
  });
  afterAll(() => lambent?.[Symbol.asyncDispose]());

  const dev = (...args: readonly string[]): RunningCommand => startCommand(lambent.endpoint, "dev", ...args);
  const loaded = / LOADED in (\d+) ms$/;
  const reloaded = / LOADED in (\d+) ms after a change of (.*)$/;

  async function invoke(name: string): Promise<unknown> {
    const answer = await lambent.lambda.send(new InvokeCommand({ FunctionName: name }));
    return JSON.parse(answer.Payload?.transformToString() ?? "");
  }

  /** How many are at work in the folder. */
  const processesIn = (folder: string): number => guestProcesses().filter((found) => found.isIn(folder)).length;

  /** Those that are booted and wait: as plain processes in the folder already, in containers for whatever code may come. */
  const standingBy = (program: RegExp, folder: string, answered: ReadonlySet<string>): readonly string[] =>
    guestProcesses()
      .filter((found) => found.isBootedAhead && program.test(found.commandLine) && (isolation === "required" || found.isIn(folder)) && !answered.has(found.identity))
      .map(({ identity }) => identity);

  /** Ticks of the kernel since the machine started: what a process's identity says of its start. */
  const ticksNow = (): number => Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 100;
  const ticksOf = (identity: string): number => Number(identity.split("@")[1]);

  const nodeSource = (word: string): string => `
  import { part } from "./lib/part.mjs";
  console.log("loading", "${word}");
  export const handler = async () => {
    console.log("serving", "${word}");
    const { AWS_ACCESS_KEY_ID: key, AWS_LAMBDA_LOG_STREAM_NAME: stream, LAMBENT_STANDBY: standby, WORD: variable } = process.env;
    return { word: "${word}", part, pid: ${ownIdentity}, key, stream, standby, variable };
  };`;

  test("Node.js: a saved file runs in the next invoke, on a language that was booted before it was saved", async () => {
    const folder = temporaryFolder("dev");
    const save = (path: string, text: string): void => {
      writeFileSync(join(folder, `${path}.new`), text);
      renameSync(join(folder, `${path}.new`), join(folder, path));
    };
    mkdirSync(join(folder, "lib"));
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, "node_modules", "other"), { recursive: true });
    save("lib/part.mjs", "export const part = 1;");
    save("index.mjs", nodeSource("first"));
    const running = dev(folder, "--function", "warm", "--env", "WORD=given", "--runtime", "nodejs26.x", "--handler", "index.handler");
    await running.line(loaded);
    expect(await invoke("warm")).toMatchObject({ word: "first", part: 1, variable: "given" });
    await running.line(/\tserving first$/);

    const answered = new Set<string>();
    for (const [path, text, expected] of [
      ["index.mjs", nodeSource("second"), { word: "second", part: 1 }],
      ["lib/part.mjs", "export const part = 2;", { word: "second", part: 2 }],
      ["index.mjs", nodeSource("third"), { word: "third", part: 2 }],
    ] as const) {
      // Neither is code: were it watched, another reload would come before that of the code.
      save("node_modules/other/index.js", text);
      save(".git/index", text);
      await expect.poll(() => standingBy(/node/, folder, answered), { timeout: 10_000 }).not.toEqual([]);
      const savedAt = ticksNow();
      save(path, text);
      expect((await running.line(reloaded))[2]).toBe(path);
      const answer = (await invoke("warm")) as { pid: string };
      answered.add(answer.pid);
      expect(answer).toMatchObject({ ...expected, key: expect.stringMatching(/^ASIA/), stream: expect.stringMatching(/\[\$LATEST\]/), variable: "given" });
      expect(answer).not.toHaveProperty("standby");
      expect(ticksOf(answer.pid)).toBeLessThanOrEqual(savedAt);
    }

    save("index.mjs", "export const handler = async () => {");
    await running.line(/ FAILED to load after a change of index\.mjs/);
    expect(await invoke("warm")).toMatchObject({ errorType: "Runtime.UserCodeSyntaxError" });
    save("index.mjs", nodeSource("fourth"));
    await running.line(reloaded);
    expect(await invoke("warm")).toMatchObject({ word: "fourth" });

    expect(await running.interrupt()).toBe(0);
    rmSync(folder, { recursive: true });
    expect(await invoke("warm")).toMatchObject({ word: "fourth", part: 2, variable: "given" });
    expect(await lambent.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "warm" }))).toMatchObject({ Runtime: "nodejs26.x", Handler: "index.handler", State: "Active" });
  });

  test("Python: the same, and runtime and handler are found out", async ({ skip }) => {
    if ((await installedRuntimes("python3.13", "python3.12", "python3.11")).size === 0) skip("none of python3.11 to python3.13 is installed");
    const folder = temporaryFolder("dev-python");
    const save = (word: string): void =>
      writeFileSync(join(folder, "lambda_function.py"), `import os\ndef lambda_handler(event, context):\n    return {"word": "${word}", "key": os.environ["AWS_ACCESS_KEY_ID"], "standby": os.environ.get("LAMBENT_STANDBY")}\n`);
    save("first");
    const running = dev(folder, "--function", "snake");
    await running.line(loaded);
    expect(await invoke("snake")).toMatchObject({ word: "first" });
    save("second");
    await running.line(reloaded);
    expect(await invoke("snake")).toMatchObject({ word: "second", key: expect.stringMatching(/^ASIA/), standby: null });
    expect(await running.interrupt()).toBe(0);
  });

  test("Ruby: the same", async ({ skip }) => {
    if ((await installedRuntimes("ruby3.4", "ruby3.3", "ruby3.2")).size === 0) skip("none of ruby3.2 to ruby3.4 is installed");
    const folder = temporaryFolder("dev-ruby");
    const save = (word: string): void =>
      writeFileSync(join(folder, "lambda_function.rb"), `def lambda_handler(event:, context:)\n  { word: "${word}", key: ENV["AWS_ACCESS_KEY_ID"], standby: ENV["LAMBENT_STANDBY"], pid: ${ownRubyIdentity} }\nend\n`);
    save("first");
    const running = dev(folder, "--function", "gem");
    await running.line(loaded);
    expect(await invoke("gem")).toMatchObject({ word: "first" });
    await expect.poll(() => standingBy(/ruby/, folder, new Set()), { timeout: 10_000 }).not.toEqual([]);
    const savedAt = ticksNow();
    save("second");
    await running.line(reloaded);
    const answer = (await invoke("gem")) as { pid: string };
    expect(answer).toMatchObject({ word: "second", key: expect.stringMatching(/^ASIA/), standby: null });
    expect(ticksOf(answer.pid)).toBeLessThanOrEqual(savedAt);
    expect(await running.interrupt()).toBe(0);
  });

  test("twenty changes in a row: each next invoke runs what was saved, and nothing is left over", async () => {
    const folder = temporaryFolder("dev-often");
    const save = (word: number): void => writeFileSync(join(folder, "index.mjs"), `export const handler = async () => ${word};`);
    save(0);
    const running = dev(folder, "--function", "often");
    await running.line(loaded);
    for (let word = 1; word <= 20; word += 1) {
      save(word);
      await running.line(reloaded);
      expect(await invoke("often")).toBe(word);
    }
    // One runs, one stands by: in a container in no folder yet.
    await expect.poll(() => processesIn(folder)).toBe(isolation === "none" ? 2 : 1);
    expect(await running.interrupt()).toBe(0);
    await expect.poll(() => processesIn(folder)).toBe(0);
  });

  test("Ruby finds gems that come with a change", async ({ skip }) => {
    const [runtime] = await installedRuntimes("ruby4.0", "ruby3.4", "ruby3.3", "ruby3.2");
    if (runtime === undefined) skip("none of ruby3.2 to ruby4.0 is installed");
    const folder = temporaryFolder("dev-gems");
    const save = (word: string): void =>
      writeFileSync(join(folder, "lambda_function.rb"), `def lambda_handler(event:, context:) = { word: ${word}, key: ENV["AWS_ACCESS_KEY_ID"], standby: ENV["LAMBENT_STANDBY"] }\n`);
    save("'first'");
    const running = dev(folder, "--function", "red");
    await running.line(loaded);
    expect(await invoke("red")).toMatchObject({ word: "first" });
    const gems = join(folder, "vendor", "bundle", "ruby", `${runtime?.slice("ruby".length)}.0`);
    mkdirSync(join(gems, "specifications"), { recursive: true });
    mkdirSync(join(gems, "gems", "words-1.0.0", "lib"), { recursive: true });
    writeFileSync(join(gems, "gems", "words-1.0.0", "lib", "words.rb"), "WORD = 'second'\n");
    writeFileSync(join(gems, "specifications", "words-1.0.0.gemspec"), 'Gem::Specification.new { |s| s.name = "words"; s.version = "1.0.0"; s.files = ["lib/words.rb"]; s.summary = "s"; s.authors = ["a"] }\n');
    save("(require('words'); WORD)");
    await running.line(reloaded);
    await expect.poll(() => invoke("red")).toMatchObject({ word: "second", key: expect.stringMatching(/^ASIA/), standby: null });
    expect(await running.interrupt()).toBe(0);
  });

  test("a runtime without standby, an own bootstrap, is started anew when the folder changes", async () => {
    const folder = temporaryFolder("dev-shell");
    const save = (word: string): void =>
      writeFileSync(
        join(folder, "bootstrap"),
        `#!/bin/sh\nwhile :; do\n  id=$(curl -sD - -o /dev/null "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next" | tr -d '\\r' | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')\n  curl -s -d '"${word}"' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" > /dev/null\ndone\n`,
        { mode: 0o755 },
      );
    save("first");
    const running = dev(folder, "--function", "shell");
    await running.line(loaded);
    expect(await invoke("shell")).toBe("first");
    save("second");
    await running.line(reloaded);
    expect(await invoke("shell")).toBe("second");
    expect(await running.interrupt()).toBe(0);
    expect(await invoke("shell")).toBe("second");
  });

  test("a folder that its owner keeps from others runs, too", async () => {
    const folder = temporaryFolder("dev-private");
    chmodSync(folder, 0o700);
    const save = (word: string): void => writeFileSync(join(folder, "index.mjs"), `export const handler = async () => "${word}";`, { mode: 0o600 });
    save("first");
    const running = dev(folder, "--function", "private");
    await running.line(loaded);
    expect(await invoke("private")).toBe("first");
    save("second");
    await running.line(reloaded);
    expect(await invoke("private")).toBe("second");
    expect(await running.interrupt()).toBe(0);
  });

  test("what was deployed before runs again when the command is killed, and a folder is refused that is none", async () => {
    const folder = temporaryFolder("dev-killed");
    await createFunction(lambent.lambda, "killed", { "index.mjs": "export const handler = async () => 'deployed';" });
    writeFileSync(join(folder, "index.mjs"), "export const handler = async () => 'folder';");
    const body = (given: string): RequestInit => ({ method: "POST", body: JSON.stringify({ function: "killed", folder: given }) });
    const aborting = new AbortController();
    const response = await fetch(`${lambent.endpoint}/_lambent/dev`, { ...body(folder), signal: aborting.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await invoke("killed")).toBe("folder");
    expect((await fetch(`${lambent.endpoint}/_lambent/dev`, body(folder))).status).toBe(409);
    aborting.abort();
    await expect.poll(() => invoke("killed")).toBe("deployed");
    for (const wrong of ["relative", "/nowhere", join(folder, "index.mjs")]) expect((await fetch(`${lambent.endpoint}/_lambent/dev`, body(wrong))).status).toBe(400);
  });

  test("code that is developed can be debugged: breakpoints lie in the files that are edited, also after a reload", async () => {
    const folder = temporaryFolder("dev-debug");
    const save = (word: string): void => writeFileSync(join(folder, "index.mjs"), `export const handler = async () => {\n  const word = "${word}";\n  return word;\n};\n`);
    save("first");
    const running = dev(folder, "--function", "both", "--timeout", "2");
    await running.line(loaded);
    const debugging = startCommand(lambent.endpoint, "debug", "both", "--inspector-port", "19729");
    const listens = /127\.0\.0\.1:(\d+) .* listens$/;
    await debugging.line(listens);
    const codeFolder = isolation === "none" ? folder : "/var/task";
    expect(JSON.parse((await debugging.line(/"remoteRoot": (".*")/))[1] ?? "")).toBe(codeFolder);
    save("second");
    await running.line(reloaded);
    const port = Number((await debugging.line(listens))[1]);
    {
      await using cdp = await CdpClient.attach(port);
      await cdp.send("Runtime.enable");
      await cdp.send("Debugger.enable");
      await cdp.send("Debugger.setBreakpointByUrl", { url: pathToFileURL(join(codeFolder, "index.mjs")).href, lineNumber: 2 });
      const paused = cdp.event("Debugger.paused");
      const answer = invoke("both");
      const { callFrames } = (await paused) as { callFrames: { callFrameId: string }[] };
      expect(await cdp.send("Debugger.evaluateOnCallFrame", { callFrameId: callFrames[0]?.callFrameId, expression: "word" })).toMatchObject({ result: { value: "second" } });
      await cdp.send("Debugger.resume");
      expect(await answer).toBe("second");
    }
    expect(await debugging.interrupt()).toBe(0);
    expect(await running.interrupt()).toBe(0);
  });

  test("a function can name no folder", async () => {
    const source = `export const handler = async ({ url }) => {
      const headers = { authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260131/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00" };
      const ask = async (base) => (await fetch(base + "/_lambent/dev", { method: "POST", headers, body: JSON.stringify({ function: "inside", folder: "/etc" }) }).catch(() => ({}))).status;
      return [await ask(url), await ask(process.env.AWS_ENDPOINT_URL)];
    };`;
    await createFunction(lambent.lambda, "inside", { "index.mjs": source });
    // The listener for functions, which is all that a container reaches by either number, does not have the route at all.
    const answer = await lambent.lambda.send(new InvokeCommand({ FunctionName: "inside", Payload: JSON.stringify({ url: lambent.endpoint }) }));
    expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toEqual([isolation === "none" ? 403 : 400, 400]);
  });
});
