// `lambent layer` against a live server.
import { DeleteLayerVersionCommand, PublishLayerVersionCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { arnOf, says, waitUntilUpdated } from "../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));
const dataDirectory = temporaryFolder("layer-command");
const start = (): Promise<TestLambent> => startTestLambent({ memory: "false", dataDirectory });

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await start();
});
afterAll(() => lambent[Symbol.asyncDispose]());

const layer = async (...args: readonly string[]): Promise<string> => {
  const { port } = new URL(lambent.endpoint);
  return (await run(process.execPath, [bin, "layer", ...args, "--port", port, "--data", dataDirectory], {})).stdout;
};
const asJson = async (...args: readonly string[]): Promise<unknown> => JSON.parse(await layer(...args));
const refused = (text: string | RegExp) => ({ code: 1, stderr: expect.stringMatching(text) });

const arn = (name: string, version: number): string => `arn:aws:lambda:us-east-1:000000000000:layer:${name}:${version}`;
const publish = async (LayerName: string, files: Readonly<Record<string, string | Buffer>>, more: Partial<PublishLayerVersionCommand["input"]> = {}): Promise<void> => {
  await lambent.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: await zipOf(files) }, ...more }));
};

test("show lists what is in a layer version, with sizes and what it runs with", async () => {
  const more = { Description: "words", CompatibleRuntimes: ["nodejs26.x"], LicenseInfo: "MIT" } as const;
  await publish("shown", { "nodejs/a.js": "x".repeat(2048), "b\u001b[31m.txt": "b" }, { ...more, CompatibleRuntimes: [...more.CompatibleRuntimes] });
  const text = await layer("show", "shown");
  for (const part of [arn("shown", 1), "words", "MIT", "nodejs26.x", "2.0 KiB in 2 files", "/opt/nodejs/a.js"]) expect(text).toContain(part);
  expect(text).not.toContain("\u001b");
  expect(await asJson("show", "shown:1", "--json")).toMatchObject({ files: [{ path: expect.stringMatching(/^b/), sizeBytes: 1 }, { path: "nodejs/a.js", sizeBytes: 2048 }] });
});

describe("semantic versions", () => {
  test("name versions, alone or by a range, and are never moved", async () => {
    for (const word of ["1", "2", "3"]) await publish("tagged", { word });
    expect(await layer("tag", "tagged:1", "1.4.2")).toBe("tagged:1 is 1.4.2\n");
    expect(await layer("tag", "tagged:3", "v2.0.0")).toBe("tagged:3 is 2.0.0\n");
    expect(await layer("tag", "tagged:2", "1.10.0")).toBe("tagged:2 is 1.10.0\n");
    for (const [selector, version] of [["tagged", 3], ["tagged@1.4.2", 1], ["tagged@^1", 2], ["tagged@>=1 <3", 3], ["tagged@1.4.x", 1]] as const)
      expect(await asJson("show", selector, "--json")).toMatchObject({ version });
    expect(await layer("list")).toMatch(/^tagged:3 {2}2\.0\.0 {2}/m);
    await expect(layer("tag", "tagged:1", "2.0.0")).rejects.toMatchObject(refused(/^lambent: 2\.0\.0 is tagged:3 already/));
    await expect(layer("tag", "tagged:1", "1.4")).rejects.toMatchObject(refused(/"1\.4" is no semantic version/));
    await expect(layer("tag", "tagged:9", "9.0.0")).rejects.toMatchObject(refused(/There is no layer version tagged:9/));
    await expect(layer("tag", "tagged", "9.0.0")).rejects.toMatchObject(refused(/give NAME:VERSION/));
    await expect(layer("show", "tagged@^3")).rejects.toMatchObject(refused(/No version of tagged is tagged within .*tagged are: 1\.4\.2, 1\.10\.0, 2\.0\.0/));
    await expect(layer("show", "../x")).rejects.toMatchObject(refused(/names no layer/));
    expect(await layer("tag", "tagged:3", "2.0.0", "--remove")).toBe("tagged:3 has no semantic version\n");
  });

  test("outlive the server, and go with their version", async () => {
    await publish("durable", { a: "" });
    await publish("durable", { b: "" });
    await layer("tag", "durable:1", "1.0.0");
    await layer("tag", "durable:2", "1.1.0");
    await lambent[Symbol.asyncDispose]();
    lambent = await start();
    expect(await asJson("show", "durable@1", "--json")).toMatchObject({ version: 2, tags: ["1.1.0"] });
    await lambent.lambda.send(new DeleteLayerVersionCommand({ LayerName: "durable", VersionNumber: 2 }));
    expect(await asJson("show", "durable@1", "--json")).toMatchObject({ version: 1 });
    await publish("durable", { c: "" });
    expect(await layer("tag", "durable:3", "1.1.0")).toBe("durable:3 is 1.1.0\n");
  });
});

test("sbom names what package managers left in a layer, once each, with its places", async () => {
  const jar = await zipOf({ "META-INF/maven/org.acme/tool/pom.properties": "groupId=org.acme\nartifactId=tool\nversion=7.1\n", "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nBundle-License: EPL\r\n -2.0\r\n" });
  const bundled = await zipOf({ "META-INF/MANIFEST.MF": "Implementation-Version: 3.0\r\n" });
  await publish("materials", {
    "nodejs/node_modules/@acme/words/package.json": JSON.stringify({ name: "@acme/words", version: "1.2.3", license: "MIT" }),
    "nodejs/node_modules/other/node_modules/@acme/words/package.json": JSON.stringify({ name: "@acme/words", version: "1.2.3" }),
    "nodejs/node_modules/other/package.json": "{ broken",
    "nodejs/node_modules/other/lib/package.json": JSON.stringify({ name: "not-a-package" }),
    "python/Py_Words-2.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: Py_Words\nVersion: 2.0\nLicense-Expression: BSD-3-Clause\n\nName: not me\n",
    "java/lib/tool-7.1.jar": jar,
    "java/lib/bundled.jar": bundled,
    "java/lib/broken-0.1.jar": "no zip",
  });
  await layer("tag", "materials:1", "5.0.0");
  const bill = await asJson("sbom", "materials");
  const purls = ["pkg:maven/broken@0.1", "pkg:maven/bundled@3.0", "pkg:maven/org.acme/tool@7.1", "pkg:npm/%40acme/words@1.2.3", "pkg:npm/other", "pkg:pypi/py-words@2.0"];
  expect(bill).toMatchObject({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    metadata: { timestamp: expect.stringMatching(/Z$/), component: { "bom-ref": arn("materials", 1), name: "materials", version: "5.0.0", hashes: [{ alg: "SHA-256" }] } },
    dependencies: [{ ref: arn("materials", 1), dependsOn: expect.arrayContaining(purls) }],
  });
  const { components } = bill as { components: { purl: string; name: string; group?: string; licenses?: unknown; evidence: { occurrences: unknown[] } }[] };
  expect(components.map(({ purl }) => purl).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(purls);
  expect(components.find(({ purl }) => purl.includes("words@1"))).toMatchObject({ group: "@acme", name: "words", licenses: [{ license: { name: "MIT" } }], evidence: { occurrences: [{}, {}] } });
  expect(components.find(({ purl }) => purl.includes("tool"))).toMatchObject({ licenses: [{ license: { name: "EPL-2.0" } }] });
});

test("users finds functions and versions, also of a layer version that was deleted", async () => {
  const { lambda } = lambent;
  await publish("used", { a: "" });
  await publish("used", { b: "" });
  await createFunction(lambda, "user", says("x"), { Layers: [arn("used", 1)], Publish: true });
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "user", Layers: [arn("used", 2)] }));
  await waitUntilUpdated(lambda, "user");
  await lambda.send(new DeleteLayerVersionCommand({ LayerName: "used", VersionNumber: 1 }));
  const line = (qualifier: string, version: number): string => `${arnOf("user", qualifier)}  ${arn("used", version)}\n`;
  expect(await layer("users", "used")).toBe(line("$LATEST", 2) + line("1", 1));
  expect(await layer("users", "used:1")).toBe(line("1", 1));
  expect(await asJson("users", "nobody", "--json")).toEqual({ users: [] });
});

test("what changes a tag is no link that a browser or a crawler may follow", async () => {
  const response = await fetch(`${lambent.endpoint}/_lambent/layers/tag?layer=used:2&tag=1.0.0`);
  expect(response.status).toBe(405);
});
