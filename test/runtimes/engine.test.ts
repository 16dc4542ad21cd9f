// The engine with real processes: our Node.js bootstrap on the framed channel, and anything else over HTTP.
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { InvokeOutcome } from "../../src/engine/engine.ts";
import { requestIdOf, settle } from "../harness/engine.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

let engine: RealEngine;
beforeAll(async () => {
  engine = await startRealEngine();
});
afterAll(() => engine.stop());

const valueOf = ({ payload }: InvokeOutcome): unknown => JSON.parse(Buffer.from(payload).toString("utf8"));

describe("a Node.js function", () => {
  test("answers, again from the same process, and its variables are its own", async () => {
    const code = "let count = 0; exports.handler = async (event) => ({ pid: process.pid, count: ++count, event, env: process.env });";
    await engine.put("warm", { "index.js": code });
    const first = valueOf(await engine.invoke("warm", { a: 1 }));
    const second = valueOf(await engine.invoke("warm", "two"));
    expect(first).toMatchObject({ count: 1, event: { a: 1 }, env: { AWS_LAMBDA_FUNCTION_NAME: "warm", _HANDLER: "index.handler" } });
    expect(second).toMatchObject({ count: 2, event: "two" });
    expect(JSON.stringify(first)).not.toContain("VITEST");
  });

  test("starts programs: by name its own Node.js, and one that it brings along", async () => {
    const code = `const { execFileSync } = require("child_process");
      exports.handler = async () => [execFileSync("node", ["--version"]), execFileSync("./own", ["é"])].map((out) => out.toString().trim());`;
    await engine.put("programs", { "index.js": code, own: "#!/bin/sh\nexec echo \"$1\"\n" });
    expect(valueOf(await engine.invoke("programs"))).toEqual([process.version, "é"]);
  });

  test("runs in parallel environments", async () => {
    const code = "exports.handler = async () => { await new Promise((r) => setTimeout(r, 300)); return process.pid; };";
    await engine.put("parallel", { "index.js": code });
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => engine.invoke("parallel")));
    expect(new Set(outcomes.map(valueOf)).size).toBe(4);
  });

  test("that takes too long is killed, and works again afterwards", async () => {
    const code = "exports.handler = async (wait) => { if (wait) for (;;); return process.pid; };";
    await engine.put("slow", { "index.js": code }, { timeoutSeconds: 1 });
    const before = valueOf(await engine.invoke("slow", false));
    const requestId = requestIdOf("11111111-1111-4111-8111-111111111111");
    const outcome = await engine.invoke("slow", true, { requestId, logTail: true });
    expect(outcome.functionError).toBe("Unhandled");
    expect(valueOf(outcome)).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(outcome.logTail?.toString()).toMatch(/ Task timed out after 1\.00 seconds\nEND .*\nREPORT .*\tStatus: timeout\t\n$/);
    const after = valueOf(await engine.invoke("slow", false));
    expect(after).toBeTypeOf("number");
    expect(after).not.toBe(before);
  });

  test.runIf(process.platform === "linux")("stands still between invokes, whatever it left running, and goes on with the next", async () => {
    const code = `
      const child = require("node:child_process").spawn("/bin/sleep", ["1000"]);
      const { readFileSync } = require("node:fs");
      exports.handler = async () => ({ pid: child.pid, state: readFileSync("/proc/" + child.pid + "/stat", "utf8").split(" ")[2] });`;
    await engine.put("frozen", { "index.js": code });
    const { pid } = valueOf(await engine.invoke("frozen")) as { readonly pid: number };
    const state = (): string | undefined => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2];
    await expect.poll(state, { timeout: 10_000, interval: 10 }).toBe("T");
    expect(valueOf(await engine.invoke("frozen"))).toEqual({ pid, state: "S" });
    await expect.poll(state, { timeout: 10_000, interval: 10 }).toBe("T");
  });

  test.each([
    ["process.exit(0)", "Runtime exited without providing a reason"],
    ["process.exit(9)", "Runtime exited with error: exit status 9"],
    ["process.kill(process.pid, 'SIGKILL')", "Runtime exited with error: signal: killed"],
  ])("that ends by %s fails with an exit error", async (statement, text) => {
    const name = `exit-${statement.replace(/\W/g, "")}`;
    await engine.put(name, { "index.js": `exports.handler = async () => { console.log("last words"); ${statement}; };` });
    const outcome = await engine.invoke(name, {}, { logTail: true });
    expect(outcome.functionError).toBe("Unhandled");
    expect(valueOf(outcome)).toMatchObject({ errorType: "Runtime.ExitError", errorMessage: expect.stringContaining(text) });
    expect(outcome.logTail?.toString()).toContain("last words");
  });

  test("that cannot be loaded fails with the error of its init", async () => {
    await engine.put("broken", { "index.js": "require('not-there');" });
    const outcome = await engine.invoke("broken");
    expect(outcome.functionError).toBe("Unhandled");
    expect(valueOf(outcome)).toMatchObject({ errorType: "Runtime.ImportModuleError" });
  });

  test("that crashes in its first init only runs after all: the init is repeated inside the invoke", async () => {
    const code = `const fs = require("fs");
      if (!fs.existsSync(process.env.MARK)) { fs.writeFileSync(process.env.MARK, ""); process.exit(1); }
      exports.handler = async () => "second";`;
    const mark = join(tmpdir(), `lambent-mark-${process.pid}`);
    await engine.put("flaky", { "index.js": code }, { environment: { MARK: mark } });
    expect(valueOf(await engine.invoke("flaky"))).toBe("second");
  });

  test("has all that it printed before its answer in the log and the end of it in the tail", async () => {
    const code = `exports.handler = async () => {
      for (let i = 0; i < 1000; i += 1) console.log("line " + i);
      return process.pid;
    };`;
    await engine.put("chatty", { "index.js": code });
    for (let round = 0; round < 20; round += 1) {
      const { logTail } = await engine.invoke("chatty", {}, { logTail: true });
      expect(logTail?.length).toBe(4096);
      expect(logTail?.toString()).toMatch(/line 998\n.*line 999\nEND .*\nREPORT .*\n$/);
    }
    await settle();
    const lines = engine.logs.lines.filter((line) => /\tline \d+$/.test(line));
    expect(lines).toHaveLength(20_000);
    expect(engine.logs.lines.findLast((line) => line.startsWith("REPORT"))).toMatch(/Max Memory Used: [1-9]\d+ MB\t$/);
  });

  test("may answer with six megabytes and no more", async () => {
    await engine.put("large", { "index.js": "exports.handler = async (size) => 'x'.repeat(size);" });
    expect((await engine.invoke("large", 6_291_554)).payload.length).toBe(6_291_556);
    expect(valueOf(await engine.invoke("large", 6_291_555))).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
    expect((await engine.invoke("large", 1)).functionError).toBeUndefined();
  });
});

describe("a custom runtime", () => {
  const provided = { runtime: "provided.al2023", handler: "any" };
  const bootstrap = `#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  headers="$(mktemp)"
  event=$(curl -sS -D "$headers" "$api/invocation/next")
  id=$(grep -i '^lambda-runtime-aws-request-id:' "$headers" | tr -d '\\r' | cut -d' ' -f2)
  echo "event $event"
  case "$event" in
    '"fail"') curl -sS -X POST "$api/invocation/$id/error" -H 'Lambda-Runtime-Function-Error-Type: Function.Mine' -d '{"errorType":"Mine","errorMessage":"no"}' >&2 ;;
    '"large"') head -c 6000000 /dev/zero | tr '\\0' 1 | curl -sS -X POST "$api/invocation/$id/response" -H 'Transfer-Encoding: chunked' --data-binary @- > /dev/null ;;
    '"twice"') curl -sS "$api/invocation/$id/response" -d 1; curl -sS "$api/invocation/$id/response" -d 2 ;;
    '"crash"') exit 7 ;;
    *) curl -sS -X POST "$api/invocation/$id/response" -d "{\\"got\\":$event,\\"pid\\":$$}" > /dev/null ;;
  esac
done
`;

  test("written in shell with curl serves invokes, errors and large answers", async () => {
    await engine.put("shell", { bootstrap }, provided);
    const first = await engine.invoke("shell", { a: 1 }, { logTail: true });
    expect(valueOf(first)).toMatchObject({ got: { a: 1 } });
    expect(first.logTail?.toString()).toContain('event {"a":1}\nEND');
    const failed = await engine.invoke("shell", "fail");
    expect(failed.functionError).toBe("Unhandled");
    expect(valueOf(failed)).toEqual({ errorType: "Mine", errorMessage: "no" });
    expect((await engine.invoke("shell", "large")).payload.length).toBe(6_000_000);
    expect(valueOf(await engine.invoke("shell", "twice"))).toBe(1);
    expect(valueOf(await engine.invoke("shell", 2))).toMatchObject({ got: 2 });
    expect(valueOf(await engine.invoke("shell", "crash"))).toMatchObject({
      errorMessage: expect.stringContaining("exit status 7"),
    });
    expect(valueOf(await engine.invoke("shell", 3))).toMatchObject({ got: 3 });
  });

  test("without a bootstrap is the function's error", async () => {
    await engine.put("empty", { "README": "" }, provided);
    expect(valueOf(await engine.invoke("empty"))).toMatchObject({ errorType: "Runtime.InvalidEntrypoint" });
  });

  test("that the kernel does not execute fails as on AWS, by AWS's path: no shell takes it over", async () => {
    const why = async (name: string, content: string): Promise<unknown> => {
      await engine.put(name, { bootstrap: content }, provided);
      return valueOf(await engine.invoke(name));
    };
    const fault = (words: string) => ({ errorType: "Runtime.InvalidEntrypoint", errorMessage: expect.stringMatching(new RegExp(` Error: fork/exec /var/task/bootstrap: ${words}$`)) });
    expect(await why("no-first-line", "exit 0\n")).toEqual(fault("exec format error"));
    expect(await why("no-interpreter", "#!/nowhere/sh\n")).toEqual(fault("no such file or directory"));
  });
});
