import { describe, expect, test } from "vitest";
import { functionVersion, requestIdOf, settle, startTestEngine, textOf, type TestEngine } from "../../../test/harness/engine.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionConfiguration } from "../../functions/function-version.ts";
import type { ScriptedGuest } from "../../../test/harness/scripted-driver.ts";

/** An engine with one function whose guests answer `"done"`. */
function start(configuration: Partial<FunctionConfiguration> = {}): TestEngine {
  const started = startTestEngine();
  started.catalog.put(functionVersion("f", configuration));
  started.driver.onStart = (guest) => {
    guest.onInvoke = ({ meta }) => {
      guest.respond(meta["requestId"], '"done"');
      guest.next();
    };
    guest.next();
  };
  return started;
}

const errorOf = (payload: Uint8Array): unknown => JSON.parse(textOf(payload));

describe("an invoke", () => {
  test("gives the guest the event and what it must know, and returns its answer", async () => {
    const { invoke, driver, clock } = start();
    const requestId = requestIdOf("8f4f4a3c-0000-4000-8000-000000000000");
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const outcome = await invoke("f", { requestId, payload: Buffer.from('{"a":1}'), trace, clientContext: '{"c":1}', cognitoIdentity: "{}", tenantId: "t" });

    expect(outcome).toMatchObject({ executedVersion: "$LATEST", functionError: undefined, logTail: undefined });
    expect(textOf(outcome.payload)).toBe('"done"');
    expect(driver.last.invokes).toHaveLength(1);
    expect(driver.last.invokes[0]?.body.toString()).toBe('{"a":1}');
    expect(driver.last.invokes[0]?.meta).toEqual({
      requestId,
      deadlineMs: clock.now() + 3000,
      invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:f",
      traceId: expect.stringMatching(new RegExp(`^${trace};Lineage=[0-9a-f]{8}:0$`)),
      clientContext: '{"c":1}',
      cognitoIdentity: "{}",
      tenantId: "t",
    });
  });

  test("writes INIT_START once, START, the function's lines, END and REPORT", async () => {
    const { invoke, driver, logs } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = ({ meta }) => {
        guest.print("hello\n");
        guest.respond(meta["requestId"], "1");
        guest.next();
      };
      guest.next();
    };
    await invoke("f", { requestId: requestIdOf("a") });
    await invoke("f", { requestId: requestIdOf("b") });
    await settle();

    const report = "Duration: 0.00 ms\tBilled Duration: 0 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t";
    expect(logs.lines).toEqual([
      `INIT_START Runtime Version: nodejs:24.v1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:${"ab".repeat(32)}`,
      "START RequestId: a Version: $LATEST",
      "hello",
      "END RequestId: a",
      `REPORT RequestId: a\t${report}Init Duration: 0.00 ms\t`,
      "START RequestId: b Version: $LATEST",
      "hello",
      "END RequestId: b",
      `REPORT RequestId: b\t${report}`,
    ]);
    expect([...logs.streams.keys()][0]).toMatch(/^2026\/01\/31\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  test("keeps a framed message whole, in its tail too, and its own time", async () => {
    const { invoke, driver, logs } = start();
    driver.onStart = (guest) => {
      expect(guest.launch.environment["_LAMBDA_TELEMETRY_LOG_FD"]).toBe("62");
      guest.onInvoke = ({ meta }) => {
        guest.logFramed(0xa55a_000f, "one\ntwo\n", 0);
        guest.respond(meta["requestId"], "1");
        guest.next();
      };
      guest.next();
    };
    const { logTail } = await invoke("f", { logTail: true });
    expect(logTail?.toString()).toMatch(/^START .*\none\ntwo\nEND /);
    await settle();
    expect(logs.lines).toContain("one\ntwo");
  });

  test("has every line in its tail that was printed before the runtime was done with it", async () => {
    const { invoke, driver } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = ({ meta }) => {
        for (let line = 0; line < 1000; line += 1) guest.print(`${line}\n`);
        guest.respond(meta["requestId"], "1");
        guest.print("after the answer\n");
        guest.next();
        guest.print("too late\n");
      };
      guest.next();
    };
    const { logTail } = await invoke("f", { logTail: true });
    const tail = logTail?.toString() ?? "";
    expect(Buffer.byteLength(tail)).toBe(4096);
    expect(tail).toMatch(/\n998\n999\nafter the answer\nEND RequestId: .*\nREPORT .*\t\n$/);
  });

  test("passes an error on as the runtime reported it, and reports its type", async () => {
    const { invoke, driver, logs } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = ({ meta }) => {
        guest.fail(meta["requestId"], "Function.Custom", '{"errorType":"X","errorMessage":"m"}');
        guest.next();
      };
      guest.next();
    };
    const outcome = await invoke("f");
    expect(outcome.functionError).toBe("Unhandled");
    expect(errorOf(outcome.payload)).toEqual({ errorType: "X", errorMessage: "m" });
    await settle();
    expect(logs.lines.at(-1)).toMatch(/\tStatus: error\tError Type: Function.Custom\t$/);
    expect(driver.guests).toHaveLength(1);
  });

  test("takes no answer over the limit, and the environment lives on", async () => {
    const { invoke, driver } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = ({ meta, body }) => {
        guest.respond(meta["requestId"], Buffer.alloc(6_291_556 + Number(body.toString()), 32));
        guest.next();
      };
      guest.next();
    };
    const outcome = await invoke("f", { payload: Buffer.from("1") });
    expect(outcome.functionError).toBe("Unhandled");
    expect(textOf(outcome.payload)).toBe(
      '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
    );
    expect(await invoke("f", { payload: Buffer.from("0") })).toMatchObject({ functionError: undefined });
    expect(driver.guests).toHaveLength(1);
  });

  test("that takes too long is ended, and the next one starts the runtime again", async () => {
    const { invoke, driver, clock, logs } = start({ timeoutSeconds: 1 });
    driver.onStart = (guest) => guest.next();
    const slow = invoke("f", { requestId: requestIdOf("slow") });
    await settle();
    clock.advance(999);
    await settle();
    expect(driver.running).toHaveLength(1);
    clock.advance(1);
    expect(await slow).toMatchObject({ functionError: "Unhandled" });
    expect(textOf((await slow).payload)).toBe(
      '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: slow Error: Task timed out after 1.00 seconds"}',
    );
    await settle();
    expect(driver.running).toHaveLength(0);
    expect(logs.lines.slice(-3)).toEqual([
      `${new Date(clock.now()).toISOString()} slow Task timed out after 1.00 seconds`,
      "END RequestId: slow",
      "REPORT RequestId: slow\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 0.00 ms\tStatus: timeout\t",
    ]);

    driver.onStart = answering;
    expect(textOf((await invoke("f")).payload)).toBe('"done"');
    await settle();
    // The init was a part of this invoke.
    expect(logs.lines.at(-1)).not.toContain("Init Duration");
    expect(logs.lines.filter((line) => line.startsWith("INIT_START"))).toHaveLength(1);
    expect(logs.streams.size).toBe(1);
    expect(driver.guests).toHaveLength(2);
  });

  test.each([
    [{ exitCode: 0 }, "Runtime exited without providing a reason"],
    [{ exitCode: 3 }, "Runtime exited with error: exit status 3"],
    [{ signal: "SIGKILL" }, "Runtime exited with error: signal: killed"],
    [{ signal: "SIGSEGV" }, "Runtime exited with error: signal: segmentation fault"],
  ])("whose process ends with %o fails with %s", async (exit, text) => {
    const { invoke, driver, logs } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = () => {
        guest.print("last words");
        guest.exit(exit);
      };
      guest.next();
    };
    const outcome = await invoke("f", { requestId: requestIdOf("x") });
    expect(outcome.functionError).toBe("Unhandled");
    expect(errorOf(outcome.payload)).toEqual({ errorType: "Runtime.ExitError", errorMessage: `RequestId: x Error: ${text}` });
    await settle();
    expect(logs.lines.slice(2, -2)).toEqual(["last words", `RequestId: x Error: ${text}\nRuntime.ExitError`]);
    expect(logs.lines.at(-1)).toMatch(/\tStatus: error\tError Type: Runtime.ExitError\t$/);
  });

  test("that ran out of memory says so in the log only", async () => {
    const { invoke, driver, logs } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = () => guest.exit({ signal: "SIGKILL", outOfMemory: true });
      guest.next();
    };
    expect(errorOf((await invoke("f")).payload)).toMatchObject({ errorType: "Runtime.ExitError" });
    await settle();
    expect(logs.lines.at(-1)).toMatch(/\tStatus: error\tError Type: Runtime.OutOfMemory\t$/);
  });
});

function answering(guest: ScriptedGuest): void {
  guest.onInvoke = ({ meta }) => {
    guest.respond(meta["requestId"], '"done"');
    guest.next();
  };
  guest.next();
}

describe("a reset", () => {
  /** Answers with the files it found, and leaves one more: except where the event says how it ends. */
  const leaving = (guest: ScriptedGuest): void => {
    guest.onInvoke = ({ meta, body }) => {
      const found = [...guest.files];
      guest.files.add(`file${found.length}`);
      if (body.toString() === '"exit"') guest.exit({ exitCode: 1 });
      if (body.toString() !== "{}") return;
      guest.respond(meta["requestId"], JSON.stringify(found));
      guest.next();
    };
    guest.next();
  };

  test.each(["timeout", "exit"])("after a %s ends the processes at once and keeps the files for the next run", async (ending) => {
    const { invoke, driver, clock, engine } = start();
    driver.onStart = leaving;
    const failing = invoke("f", { payload: Buffer.from(JSON.stringify(ending)) });
    await settle();
    if (ending === "timeout") clock.advance(3000);
    expect((await failing).functionError).toBe("Unhandled");
    await settle();
    expect(driver.running).toEqual([]);
    expect([...driver.last.files]).toEqual(["file0"]);

    expect(textOf((await invoke("f")).payload)).toBe('["file0"]');
    expect(driver.guests.map(({ id }) => id)).toEqual([driver.last.id, driver.last.id]);
    await engine.stop(0);
    expect([...driver.last.files]).toEqual([]);
  });

  test("of an init keeps them too", async () => {
    const { invoke, driver } = start();
    driver.onStart = (guest) => {
      if (guest.files.size === 0) {
        guest.files.add("tried");
        guest.exit({ exitCode: 1 });
      } else leaving(guest);
    };
    expect(textOf((await invoke("f")).payload)).toBe('["tried"]');
  });

  test("that the host cannot start again leaves no file", async () => {
    const { invoke, driver, heldCode } = start();
    driver.onStart = leaving;
    await invoke("f", { payload: Buffer.from('"exit"') });
    await settle();
    driver.refusal = new Fault({ code: "SandboxStartFailed", status: 500, message: "no processes left" });
    await expect(invoke("f")).rejects.toMatchObject({ code: "SandboxStartFailed" });
    await settle();
    expect([...driver.last.files]).toEqual([]);
    expect(heldCode.count).toBe(0);
  });

  test("leaves no file when the environment is stopped in the middle of it, or after it", async () => {
    const { invoke, driver, engine, clock } = start();
    driver.onStart = leaving;
    const failing = invoke("f", { payload: Buffer.from('"timeout"') });
    await settle();
    const stoppable = driver.last;
    clock.advance(3000);
    // Nothing of the reset has been awaited yet.
    await Promise.all([failing, engine.stop(0)]);
    expect([...stoppable.files]).toEqual([]);
    expect(driver.running).toEqual([]);

    const other = start();
    other.driver.onStart = leaving;
    await other.invoke("f", { payload: Buffer.from('"exit"') });
    await settle();
    await other.engine.stop(0);
    expect([...other.driver.last.files]).toEqual([]);
  });
});

describe("an init", () => {
  test("that fails is repeated inside the invoke, which then fails with its error", async () => {
    const { invoke, driver, logs } = start();
    const error = '{"errorType":"Runtime.ImportModuleError","errorMessage":"no"}';
    driver.onStart = (guest) => guest.failInit("Runtime.ImportModuleError", error);
    const outcome = await invoke("f", { requestId: requestIdOf("i") });
    expect(outcome.functionError).toBe("Unhandled");
    expect(textOf(outcome.payload)).toBe(error);
    expect(driver.guests).toHaveLength(2);
    await settle();
    const failed = "Status: error\tError Type: Runtime.ImportModuleError";
    expect(logs.lines.slice(1)).toEqual([
      `INIT_REPORT Init Duration: 0.00 ms\tPhase: init\t${failed}`,
      "START RequestId: i Version: $LATEST",
      `INIT_REPORT Init Duration: 0.00 ms\tPhase: invoke\t${failed}`,
      "END RequestId: i",
      `REPORT RequestId: i\tDuration: 0.00 ms\tBilled Duration: 0 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t${failed}\t`,
    ]);
  });

  test("longer than ten seconds is begun again inside the invoke, bounded by the function's timeout", async () => {
    const { invoke, driver, clock, logs } = start({ timeoutSeconds: 20 });
    driver.onStart = () => {};
    const outcome = invoke("f", { requestId: requestIdOf("s") });
    await settle();
    clock.advance(10_000);
    await settle();
    expect(logs.lines.at(-2)).toBe("INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout");
    expect(driver.guests).toHaveLength(2);
    clock.advance(12_000);
    answering(driver.last);
    expect(textOf((await outcome).payload)).toBe('"done"');
    await settle();
    expect(logs.lines.at(-1)).toContain("Duration: 12000.00 ms\tBilled Duration: 12000 ms");
  });

  test("that never ends costs the invoke its timeout", async () => {
    const { invoke, driver, clock } = start({ timeoutSeconds: 5 });
    driver.onStart = () => {};
    const outcome = invoke("f");
    await settle();
    clock.advance(10_000);
    await settle();
    clock.advance(5000);
    expect(errorOf((await outcome).payload)).toMatchObject({ errorType: "Sandbox.Timedout" });
  });

  test("counts for the bill of the first invoke", async () => {
    const { invoke, driver, clock, logs } = start();
    driver.onStart = () => {};
    const outcome = invoke("f", { requestId: requestIdOf("c") });
    await settle();
    clock.advance(110.1);
    answering(driver.last);
    await outcome;
    await settle();
    expect(logs.lines.at(-1)).toContain("Duration: 0.00 ms\tBilled Duration: 111 ms\t");
    expect(logs.lines.at(-1)).toMatch(/\tInit Duration: 110\.10 ms\t$/);
  });

  test("without a program that can be run is the function's error", async () => {
    const { invoke, driver } = start();
    driver.refusal = new Fault({ code: "Runtime.InvalidEntrypoint", status: 502, message: "no bootstrap" });
    const outcome = await invoke("f", { requestId: requestIdOf("e") });
    expect(errorOf(outcome.payload)).toEqual({ errorType: "Runtime.InvalidEntrypoint", errorMessage: "RequestId: e Error: no bootstrap" });
  });

  test("that the host refuses is a fault, and leaves nothing behind", async () => {
    const { invoke, driver, heldCode, revoked } = start();
    driver.refusal = new Fault({ code: "SandboxStartFailed", status: 500, message: "no processes left" });
    await expect(invoke("f")).rejects.toMatchObject({ code: "SandboxStartFailed" });
    expect(heldCode.count).toBe(0);
    expect(revoked).toEqual(["ASIAKEY"]);
  });
});

describe("a guest", () => {
  test("gets its variables complete, and cannot have reserved ones of its own", async () => {
    const environment = { AWS_REGION: "mine", NODE_PATH: "/mine", MY_VAR: "1", TZ: "Europe/Paris" };
    const { invoke, driver } = start({ environment, memoryMiB: 256 });
    await invoke("f");
    expect(driver.last.launch.cwd).toBe("/var/task");
    expect(driver.last.launch.environment).toMatchObject({
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_NAME: "f",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/f",
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^2026\/01\/31\/\[\$LATEST\][0-9a-f]{32}$/),
      AWS_ACCESS_KEY_ID: "ASIAKEY",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      _HANDLER: "index.handler",
      LAMBDA_TASK_ROOT: "/var/task",
      LAMBDA_RUNTIME_DIR: "/var/runtime",
      NODE_PATH: "/mine",
      MY_VAR: "1",
      TZ: "Europe/Paris",
      LANG: "en_US.UTF-8",
      PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
      PWD: "/var/task",
      SHLVL: "0",
    });
    expect(Object.keys(driver.last.launch.environment)).not.toContain("HOME");
  });

  test("of an OS-only runtime gets what AWS gives those", async () => {
    const { invoke, driver } = start({ runtime: "provided.al2" });
    await invoke("f");
    const { environment } = driver.last.launch;
    expect(environment).toMatchObject({ PATH: "/usr/local/bin:/usr/bin/:/bin:/opt/bin" });
    for (const name of ["AWS_EXECUTION_ENV", "PWD", "SHLVL"]) expect(environment).not.toHaveProperty(name);
  });

  test.each<[string, (guest: ScriptedGuest, requestId: unknown) => void]>([
    ["sends bytes that are no frame", (guest) => guest.sendBytes(Buffer.from("GET / HTTP/1.1\r\n\r\n"))],
    ["asks for another event meanwhile", (guest) => guest.next()],
    ["answers for another invoke", (guest) => guest.respond("another", "1")],
    ["names no request", (guest) => guest.send(17, {})],
    ["hides the request id in a prototype", (guest, requestId) => guest.send(17, JSON.parse(`{"__proto__":{"requestId":"${String(requestId)}"}}`))],
    ["fails its init in the middle of an invoke", (guest) => guest.failInit("Runtime.X", "{}")],
  ])("that %s loses its environment", async (_, misbehave) => {
    const { invoke, driver } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = ({ meta }) => misbehave(guest, meta["requestId"]);
      guest.next();
    };
    expect(errorOf((await invoke("f")).payload)).toMatchObject({ errorType: "Runtime.ExitError" });
    await settle();
    expect(driver.running).toHaveLength(0);
  });

  test("that answers twice keeps its first answer and loses its environment", async () => {
    const { invoke, driver } = start();
    driver.onStart = (guest) => {
      guest.onInvoke = ({ meta }) => {
        guest.respond(meta["requestId"], "1");
        guest.respond(meta["requestId"], "2");
      };
      guest.next();
    };
    expect(textOf((await invoke("f")).payload)).toBe("1");
    await settle();
    expect(driver.running).toHaveLength(0);
  });

  test("that is dead is not heard any more", async () => {
    const { invoke, driver, clock } = start({ timeoutSeconds: 1 });
    driver.onStart = (guest) => guest.next();
    const slow = invoke("f", { requestId: requestIdOf("same") });
    await settle();
    const first = driver.last;
    clock.advance(1000);
    await slow;
    await settle();
    const again = invoke("f", { requestId: requestIdOf("same") });
    await settle();
    first.respond("same", '"from the grave"');
    driver.last.respond("same", '"alive"');
    expect(textOf((await again).payload)).toBe('"alive"');
  });
});
