import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zipOf } from "../../cli/zip.ts";
import { findPackages, type FoundPackage } from "./packages.ts";
import { softwareBill } from "./software-bill.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambent-packages-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function found(files: Readonly<Record<string, string | Buffer>>): Promise<readonly FoundPackage[]> {
  const archive = join(folder, "layer.zip");
  await writeFile(archive, await zipOf(files));
  return findPackages(archive);
}

const unknown = { group: undefined, version: undefined, license: undefined };

test("a description that is broken, of another shape or not text says nothing: the folder's name is left", async () => {
  const path = "nodejs/node_modules/words/package.json";
  const names = ['{"name":', "[]", "null", '{"name":{},"version":1,"license":{"type":"MIT"}}', '{"name":"a\\u001b[31m","version":"1\\n2"}', `{"name":"${"x".repeat(300)}"}`, '{"__proto__":{"name":"x"}}'];
  for (const text of names) expect(await found({ [path]: text })).toEqual([{ ecosystem: "npm", ...unknown, name: "words", path }]);
  const wheel = "python/words-1.0.dist-info/METADATA";
  expect(await found({ [wheel]: "\u0000\u0001 no headers here" })).toEqual([{ ecosystem: "pypi", ...unknown, name: "words", version: "1.0", path: wheel }]);
});

test("a Java archive that is no zip, or holds many others' descriptions, is known by its name", async () => {
  const pom = (name: string) => [`META-INF/maven/g/${name}/pom.properties`, `groupId=g\nartifactId=${name}\nversion=1`] as const;
  const shaded = await zipOf(Object.fromEntries([pom("a"), pom("b")]));
  expect(await found({ "java/lib/shaded-2.1.jar": shaded, "java/lib/x.jar": "" })).toEqual([
    { ecosystem: "maven", ...unknown, name: "shaded", version: "2.1", path: "java/lib/shaded-2.1.jar" },
    { ecosystem: "maven", ...unknown, name: "x", path: "java/lib/x.jar" },
  ]);
});

test("the bill refers to each component once, by a package URL in which nothing is left to be read otherwise", async () => {
  const path = "node_modules/x/package.json";
  const packages = await found({ [path]: JSON.stringify({ name: "@a b/c?d#e", version: "1.0+build@2" }) });
  const subject = { arn: "arn", name: "l", version: "1", description: "", licenseInfo: "", sha256: "00" };
  const { components, dependencies } = softwareBill(subject, [...packages, ...packages], { uuid: "u", nowMs: 0, toolVersion: "0" });
  const purl = "pkg:npm/%40a%20b/c%3Fd%23e@1.0%2Bbuild%402";
  expect(components).toEqual([{ type: "library", "bom-ref": purl, purl, group: "@a b", name: "c?d#e", version: "1.0+build@2", evidence: { occurrences: [{ location: path }, { location: path }] } }]);
  expect(dependencies).toEqual([{ ref: "arn", dependsOn: [purl] }]);
});
