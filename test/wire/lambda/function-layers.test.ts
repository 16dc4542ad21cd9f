// Functions that run on layers: libraries, programs, bootstraps and wrappers at /opt, in every runtime.
import { AddLayerVersionPermissionCommand, DeleteLayerVersionCommand, LambdaClient, PublishLayerVersionCommand, RemoveLayerVersionPermissionCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { invoke, refusal, waitUntilUpdated } from "../../harness/functions.ts";
import { isolations } from "../../harness/guest-processes.ts";
import { installedRuntimes } from "../../harness/installed-runtimes.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";

const pythons = ["python3.11", "python3.13"] as const;
const installed = await installedRuntimes(...pythons);

/** Answers every event with a word that the layer has beside it. */
const bootstrap = `#!/usr/bin/env python3
import os, urllib.request
base = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
word = open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "word")).read()
while True:
    with urllib.request.urlopen(base + "next") as event:
        id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(urllib.request.Request(base + id + "/response", data=('"%s"' % word).encode())).close()
`;

describe.each(isolations)("layers, --isolation $isolation", ({ isolation, missing }) => {
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });
  let lambent: TestLambent;
  let lambda: LambdaClient;
  beforeAll(async () => {
    if (missing !== undefined) return;
    lambent = await startTestLambent({ logLevel: "error", isolation });
    ({ lambda } = lambent);
  });
  afterAll(() => lambent?.[Symbol.asyncDispose]());

  async function publish(LayerName: string, files: Readonly<Record<string, string>>, client = lambda): Promise<string> {
    const Content = { ZipFile: await zipOf(files, 0o100755) };
    const { LayerVersionArn = "" } = await client.send(new PublishLayerVersionCommand({ LayerName, Content }));
    return LayerVersionArn;
  }

  const library = (word: string) => ({ "nodejs/node_modules/words/index.js": `module.exports = { word: ${JSON.stringify(word)} };` });
  const sayer = { "index.mjs": `import words from "words"; export const handler = async () => words.word;` };

  describe("a Node.js function", () => {
    test("imports what its layers bring, the last of them first", async () => {
      const [one, two] = [await publish("one", { ...library("one"), "only-one": "" }), await publish("two", library("two"))];
      const source = `import words from "words"; import { createRequire } from "node:module"; import { existsSync } from "node:fs";
        export const handler = async () => [words.word, createRequire(import.meta.url)("words").word, existsSync(process.env.PATH.split(":").at(-1).replace(/bin$/, "only-one"))];`;
      await createFunction(lambda, "node-layers", { "index.mjs": source }, { Layers: [one, two] });
      expect((await invoke(lambda, "node-layers")).body).toEqual(["two", "two", true]);
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "node-layers", Layers: [two, one] }));
      await waitUntilUpdated(lambda, "node-layers");
      expect((await invoke(lambda, "node-layers")).body).toEqual(["one", "one", true]);
    });

    test("finds a package for its own version first, and a package of its code before both", async () => {
      const layer = await publish("by-version", {
        ...library("any"),
        "nodejs/node26/node_modules/words/index.js": `module.exports = { word: "26" };`,
      });
      await createFunction(lambda, "node-version", sayer, { Layers: [layer] });
      expect((await invoke(lambda, "node-version")).body).toBe("26");
      await createFunction(lambda, "node-own", { ...sayer, "node_modules/words/index.js": `module.exports = { word: "own" };` }, { Layers: [layer] });
      expect((await invoke(lambda, "node-own")).body).toBe("own");
    });

    test("runs programs of a layer's bin, and cannot write to it", async () => {
      const layer = await publish("program", { "bin/say": "#!/bin/sh\necho from the layer\n" });
      const source = `const { execFileSync } = require("node:child_process"); const { writeFileSync } = require("node:fs");
        exports.handler = async () => {
          const opt = process.env.PATH.split(":").at(-1);
          let written = process.getuid() === 0 ? "root may" : "yes";
          if (written === "yes") try { writeFileSync(opt + "/more", ""); } catch (error) { written = error.code; }
          return [execFileSync("say").toString().trim(), written];
        };`;
      await createFunction(lambda, "node-program", { "index.js": source }, { Layers: [layer] });
      expect((await invoke(lambda, "node-program")).body).toEqual(["from the layer", isolation === "none" ? expect.stringMatching(/^(EACCES|root may)$/) : "EROFS"]);
    });

    test("has its handler in a layer", async () => {
      const layer = await publish("handler", { "nodejs/wrap.mjs": "export const handler = async () => 'from the layer';" });
      await createFunction(lambda, "node-handler", { "index.mjs": "" }, { Layers: [layer], Handler: "/opt/nodejs/wrap.handler" });
      expect((await invoke(lambda, "node-handler")).body).toBe("from the layer");
    });

    test("is started by a wrapper of a layer", async () => {
      const layer = await publish("wrapper", { "wrap": `#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n` });
      const Environment = { Variables: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" } };
      await createFunction(lambda, "node-wrapped", { "index.js": "exports.handler = async () => process.env.WRAPPED;" }, { Layers: [layer], Environment });
      expect((await invoke(lambda, "node-wrapped")).body).toBe("yes");
    });
  });


  describe.each(pythons)("a function on %s", (Runtime) => {
    test.skipIf(!installed.has(Runtime))("imports what its layers bring, from python and site-packages", async () => {
      const layer = await publish(`py-${Runtime.replace(".", "-")}`, {
        "python/words.py": 'word = "python"\n',
        [`python/lib/${Runtime}/site-packages/more.py`]: 'word = "site"\n',
      });
      const source = "import words, more\ndef handler(event, context):\n    return [words.word, more.word]\n";
      await createFunction(lambda, `layers-${Runtime.replace(".", "-")}`, { "index.py": source }, { Runtime, Layers: [layer], Timeout: 20 });
      expect((await invoke(lambda, `layers-${Runtime.replace(".", "-")}`)).body).toEqual(["python", "site"]);
    });
  });


  test("a custom runtime is a layer, whose word another layer may change", async () => {
    const runtime = await publish("runtime", { bootstrap, word: "lower" });
    const word = await publish("word", { word: "upper" });
    const settings = { Runtime: "provided.al2023", Handler: "any", Timeout: 20 } as const;
    await createFunction(lambda, "custom", { "data.txt": "" }, { ...settings, Layers: [runtime] });
    expect((await invoke(lambda, "custom")).body).toBe("lower");
    await createFunction(lambda, "custom-two", { "data.txt": "" }, { ...settings, Layers: [runtime, word] });
    expect((await invoke(lambda, "custom-two")).body).toBe("upper");
  });

  test("a function runs on a layer of another account that its policy shares, and on it still when that is taken back", async () => {
    const stranger = new LambdaClient({ endpoint: lambent.endpoint, region: "us-east-1", credentials: { accessKeyId: "111111111111", secretAccessKey: "x" }, maxAttempts: 1 });
    const layer = await publish("shared", library("shared"));
    const use = (name: string) => createFunction(stranger, name, sayer, { Layers: [layer] });
    await expect(use("guest")).rejects.toMatchObject(refusal(403, "AccessDeniedException", /not authorized to perform: lambda:GetLayerVersion on resource: arn:aws:lambda:us-east-1:000000000000:layer:shared:1/));
    const version = { LayerName: "shared", VersionNumber: 1 };
    await lambda.send(new AddLayerVersionPermissionCommand({ ...version, StatementId: "s", Action: "lambda:GetLayerVersion", Principal: "111111111111" }));
    await use("guest");
    await lambda.send(new RemoveLayerVersionPermissionCommand({ ...version, StatementId: "s" }));
    expect((await invoke(stranger, "guest")).body).toBe("shared");
    stranger.destroy();
  });

  test("a function goes on with a layer version that was deleted, also after a restart", async () => {
    const dataDirectory = temporaryFolder("layers");
    const start = () => startTestLambent({ memory: "false", dataDirectory });
    {
      await using first = await start();
      const [a, b] = [await publish("a", library("from a"), first.lambda), await publish("b", { b: "" }, first.lambda)];
      await createFunction(first.lambda, "f", sayer, { Layers: [a, b] });
      for (const LayerName of ["a", "b"]) await first.lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: 1 }));
      expect((await invoke(first.lambda, "f")).body).toBe("from a");
    }
    await using second = await start();
    expect((await invoke(second.lambda, "f")).body).toBe("from a");
    await second.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "f", Timeout: 10 }));
    await waitUntilUpdated(second.lambda, "f");
    expect((await invoke(second.lambda, "f")).body).toBe("from a");
  });
});
