// Java functions through the official client: every way to package them and to name a handler, and what they see.
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CreateFunctionCommandInput, InvokeCommand, type LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { invoke } from "../../harness/functions.ts";
import { Missing } from "../../harness/build-cache.ts";
import { createFunction, startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { javaClasses, javaRuntime } from "../../runtimes/clients/java.ts";

type Files = Readonly<Record<string, string | Buffer>>;

/** `java17` and the classes of the fixture for it; the reason why not. */
const java = await javaRuntime("java17").then(
  async (runtime) => ({ classes: await javaClasses(runtime), missing: undefined }),
  (error: unknown) => {
    if (error instanceof Missing) return { classes: "", missing: error.message };
    throw error;
  },
);

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "error", runtimesDirectory: join(tmpdir(), "lambent-test-runtimes") });
  ({ lambda } = lambent);
});
afterAll(() => lambent[Symbol.asyncDispose]());

/** Class files of a package of the fixture, by their paths. */
const classesOf = (name: string): Files =>
  Object.fromEntries(
    readdirSync(join(java.classes, name))
      .filter((file) => file.endsWith(".class"))
      .map((file) => [`${name}/${file}`, readFileSync(join(java.classes, name, file))]),
  );

const create = (name: string, Handler: string, files: Files, more: Partial<CreateFunctionCommandInput> = {}): Promise<void> =>
  createFunction(lambda, name, files, { Runtime: "java17", Handler, MemorySize: 512, Timeout: 15, ...more });

describe.skipIf(java.missing !== undefined)(`a Java function (${java.missing ?? "java17"})`, () => {
  test.each([
    ["probe.Methods::twice", { item: "pen", count: 2 }, { item: "pen", count: 4 }],
    ["probe.Methods::shout", "loud", "LOUD"],
    ["probe.Methods::sum", [1, 2, 3], 6],
    ["probe.Methods::copy", { any: ["thing"] }, { any: ["thing"] }],
    ["probe.Methods::nothing", "x", null],
    ["matrix.Cases::handleRequest", { do: "echo", value: "by interface" }, "by interface"],
  ])("is found by %s", async (handler, event, answer) => {
    const name = handler.replace(/\W+/g, "-");
    await create(name, handler, { ...classesOf("probe"), ...classesOf("matrix") });
    expect(await invoke(lambda, name, event)).toMatchObject({ error: undefined, body: answer });
  });

  test("answers with bytes by the interface for streams", async () => {
    await create("bytes", "probe.Bytes", classesOf("probe"));
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: "bytes", Payload: '"abc"' }));
    expect(Payload?.transformToString()).toBe("plain: 5 bytes");
  });

  test.each<readonly [string, string, RegExp]>([
    ["a class that is not there", "probe.Nowhere::run", /^Class not found: probe\.Nowhere$/],
    ["a method that is not there", "probe.Methods::nowhere", /^No public method named nowhere with appropriate method signature found on class probe\.Methods$/],
    ["a class that is no handler", "probe.Methods", /^Class does not implement an appropriate handler interface: probe\.Methods$/],
  ])("says of %s what AWS says", async (_case, handler, message) => {
    const name = handler.replace(/\W+/g, "-");
    await create(name, handler, classesOf("probe"));
    expect(await invoke(lambda, name)).toMatchObject({ error: "Unhandled", body: { errorMessage: expect.stringMatching(message) } });
  });

  test("tells of errors as the client does, with their causes in the log", async () => {
    await create("cause", "probe.Methods::cause", classesOf("probe"));
    const failed = await invoke(lambda, "cause", "seven");
    expect(failed.body).toEqual({
      errorType: "java.lang.IllegalArgumentException",
      errorMessage: "not a number",
      stackTrace: expect.arrayContaining([expect.stringMatching(/^probe\.Methods\.cause\(Methods\.java:\d+\)$/)]),
    });
    expect(failed.log).toContain('Caused by: java.lang.NumberFormatException: For input string: "seven"');
    const misread = await invoke(lambda, "cause", { no: "text" });
    expect(misread).toMatchObject({ error: "Unhandled", body: { errorMessage: "An error occurred during JSON parsing" } });
  });
});

describe.skipIf(java.missing !== undefined)("Java code", () => {
  const jarOf = (...packages: readonly string[]): Promise<Buffer> => zipOf(Object.assign({}, ...packages.map(classesOf)));
  const layerOf = async (LayerName: string, files: Files): Promise<string> => {
    const { LayerVersionArn = "" } = await lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: await zipOf(files) } }));
    return LayerVersionArn;
  };
  const wordOf = async (name: string): Promise<unknown> => (await invoke(lambda, name, "")).body;

  test("is deployed as classes, as one jar with everything, and as jars in lib", async () => {
    await create("as-classes", "probe.UsesLibrary::word", { ...classesOf("probe"), ...classesOf("library"), "word.txt": "c" });
    // A jar is uploaded as it is: what a build tool calls a fat jar is such a zip with a manifest.
    await create("as-jar", "probe.UsesLibrary::word", { "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\n", ...classesOf("probe"), ...classesOf("library"), "word.txt": "j" });
    await create("as-jars", "probe.UsesLibrary::word", { "lib/function.jar": await jarOf("probe"), "lib/library.jar": await jarOf("library"), "word.txt": "l" });
    expect([await wordOf("as-classes"), await wordOf("as-jar"), await wordOf("as-jars")]).toEqual(["c", "j", "l"]);
  });

  test("uses jars of layers, which find what the function packages", async () => {
    const layer = await layerOf("library", { "java/lib/library.jar": await jarOf("library") });
    await create("layered", "probe.UsesLibrary::word", { ...classesOf("probe"), "word.txt": "f" }, { Layers: [layer] });
    expect(await wordOf("layered")).toBe("f");
    const words = await layerOf("words", { "java/lib/words.jar": await zipOf({ "word.txt": "w" }) });
    await create("layered-jar", "probe.UsesLibrary::word", { "lib/function.jar": await jarOf("probe") }, { Layers: [words, layer] });
    expect(await wordOf("layered-jar")).toBe("w");
  });

  test("comes before that of layers", async () => {
    const layer = await layerOf("other-words", { "java/lib/words.jar": await zipOf({ ...classesOf("library"), "word.txt": "x" }) });
    await create("before-layers", "probe.UsesLibrary::word", { ...classesOf("probe"), "word.txt": "f" }, { Layers: [layer] });
    expect(await wordOf("before-layers")).toBe("f");
  });
});

describe.skipIf(java.missing !== undefined)("A Java process", () => {
  interface Surroundings {
    readonly environment: Readonly<Record<string, string>>;
    readonly options: readonly string[];
    readonly heap: number;
    readonly folder: string;
    readonly temporary: string;
    readonly agent: string | null;
    readonly collectors: readonly string[];
  }
  const surroundings = async (name: string, more: Partial<CreateFunctionCommandInput> = {}): Promise<Surroundings> => {
    await create(name, "probe.Surroundings", classesOf("probe"), more);
    return (await invoke(lambda, name, "")).body as Surroundings;
  };

  test("has the options, the variables and the folders of AWS's", async () => {
    const { environment, options, heap, folder, temporary, collectors } = await surroundings("surroundings");
    expect(options).toEqual(expect.arrayContaining(["-XX:MaxHeapSize=445645k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]));
    expect(heap).toBeLessThanOrEqual(445_645 * 1024);
    expect(collectors).toEqual(["Copy", "MarkSweepCompact"]);
    expect(environment).toMatchObject({ _HANDLER: "probe.Surroundings", AWS_EXECUTION_ENV: "AWS_Lambda_java17", LAMBDA_TASK_ROOT: folder, TZ: ":UTC" });
    for (const absent of ["PWD", "SHLVL", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "_X_AMZN_TRACE_ID"]) expect(environment).not.toHaveProperty(absent);
    expect(temporary).toBe(environment["TMPDIR"]);
  });

  test("obeys JAVA_TOOL_OPTIONS where they say otherwise", async () => {
    const options = "-XX:+UseParallelGC -Dchosen=yes";
    const told = await surroundings("chosen", { Environment: { Variables: { JAVA_TOOL_OPTIONS: options } } });
    expect(told.collectors.toSorted()).toEqual(["PS MarkSweep", "PS Scavenge"]);
    expect(told.options).toEqual(expect.arrayContaining(["-Dchosen=yes", "-XX:TieredStopAtLevel=1"]));
  });

  test("runs an agent of a layer, named as on AWS", async () => {
    const jar = await zipOf({ "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nPremain-Class: agent.Agent\r\n", ...classesOf("agent") });
    const layer = await lambda.send(new PublishLayerVersionCommand({ LayerName: "agent", Content: { ZipFile: await zipOf({ "agent.jar": jar }) } }));
    const more = { Layers: [layer.LayerVersionArn ?? ""], Environment: { Variables: { JAVA_TOOL_OPTIONS: "-javaagent:/opt/agent.jar=level=1" } } };
    expect((await surroundings("with-agent", more)).agent).toBe("level=1");
  });

  test("is started by a wrapper with the command line as its arguments", async () => {
    const wrapper = '#!/bin/sh\nprogram="$1"; shift\nexec "$program" -Dwrapped=yes "$@"\n';
    const Layers = [await lambda.send(new PublishLayerVersionCommand({ LayerName: "wrapper", Content: { ZipFile: await zipOf({ wrap: wrapper }, 0o100755) } }))];
    const told = await surroundings("wrapped", { Layers: Layers.map(({ LayerVersionArn = "" }) => LayerVersionArn), Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" } } });
    expect(told.options[0]).toBe("-Dwrapped=yes");
  });

  test("writes its log in order, by every way", async () => {
    await create("logs", "probe.Logs", classesOf("probe"));
    const { log, requestId } = await invoke(lambda, "logs", "x");
    const lines = ["printed", "complained", "without level", "[INFO] worth knowing", "[DEBUG] only for us", "[WARN] in two", "lines"];
    expect(log).toContain([`START RequestId: ${requestId} Version: $LATEST`, ...lines, `END RequestId: ${requestId}`, ""].join("\n"));
  });

  test("writes JSON, above the level that is set, where the function asks for that", async () => {
    await create("json-logs", "probe.Logs", classesOf("probe"), { LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "INFO" } });
    const { log, requestId: AWSRequestId } = await invoke(lambda, "json-logs", "x");
    const messages = log.split("\n").filter((line) => line.includes("AWSRequestId")).map((line): unknown => JSON.parse(line));
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(messages).toEqual([
      { timestamp, level: "UNDEFINED", message: "without level", AWSRequestId },
      { timestamp, level: "INFO", message: "worth knowing", AWSRequestId },
      { timestamp, level: "WARN", message: "in two\nlines", AWSRequestId },
    ]);
    expect(log).toContain("printed");
  });
});
