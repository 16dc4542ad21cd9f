// Functions that see another system than this machine's: an unpacked tree, here the smallest that a shell and Node.js run in.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedRuntimes } from "../harness/installed-runtimes.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";
import { invoke } from "../harness/functions.ts";
import { ociMissing } from "../harness/oci-driver.ts";

/** Of this machine, with the libraries that they are linked with; a tree has them below /usr, as distributions have today. */
function unpack(tree: string, programs: readonly string[]): void {
  const copy = (file: string): void => {
    const target = join(tree, "usr", file.replace(/^\/usr\//, "/"));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(file), target);
  };
  for (const program of programs) {
    const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g);
    for (const [, library = ""] of libraries) copy(library);
    if (program.startsWith("/usr/bin/")) copy(program);
  }
  for (const name of ["bin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(tree, name));
}

describe.skipIf(ociMissing !== undefined)(`an unpacked system${ociMissing === undefined ? "" : ` (${ociMissing})`}`, () => {
  let tree: string;
  let lambent: TestLambent;
  let lambda: LambdaClient;
  beforeAll(async () => {
    tree = temporaryFolder("system");
    unpack(tree, [...["sh", "env", "cat", "ls"].map((name) => `/usr/bin/${name}`), process.execPath]);
    mkdirSync(join(tree, "etc"));
    writeFileSync(join(tree, "etc", "os-release"), "ID=tiny\n");
    writeFileSync(join(tree, "etc", "shadow"), "secret\n");
    lambent = await startTestLambent({ isolation: "required", sandboxSystem: tree, logLevel: "error" });
    ({ lambda } = lambent);
  });
  afterAll(async () => {
    await lambent?.[Symbol.asyncDispose]();
    rmSync(tree, { recursive: true });
  });

  const source = `
    import { execFileSync } from "node:child_process";
    import { readdirSync, writeFileSync } from "node:fs";
    export const handler = async () => {
      const tried = (act) => { try { act(); return "done"; } catch ({ code }) { return code; } };
      return {
        release: execFileSync("/bin/sh", ["-c", "cat /etc/os-release"]).toString(),
        programs: readdirSync("/usr/bin"),
        etc: readdirSync("/etc").filter((name) => ["shadow", "os-release"].includes(name)),
        written: tried(() => writeFileSync("/usr/bin/more", "")),
        tmp: tried(() => writeFileSync("/tmp/more", "")),
      };
    };`;

  test("is all that a function sees, read-only", async () => {
    await createFunction(lambda, "inside", { "index.mjs": source });
    const seen = { release: "ID=tiny\n", programs: ["cat", "env", "ls", "sh"], etc: ["os-release"], written: "EROFS", tmp: "done" };
    expect((await invoke(lambda, "inside")).body).toEqual(seen);
    // On a runtime that was booted ahead, in such a system, too.
    await createFunction(lambda, "again", { "index.mjs": source });
    expect((await invoke(lambda, "again")).body).toEqual(seen);
  });

  test("has the languages of this machine beside it; one that finds no library for its fork server starts by itself", async ({ skip }) => {
    const [Runtime] = await installedRuntimes("python3.13", "python3.12", "python3.11");
    if (Runtime === undefined) skip("none of python3.11 to python3.13 is installed");
    await createFunction(lambda, "snake", { "index.py": "import os\ndef handler(event, context): return os.listdir('/usr/bin')" }, { Runtime: Runtime as "python3.13" });
    expect((await invoke(lambda, "snake")).body).toContain("env");
  });
});

describe.skipIf(ociMissing !== undefined)("a folder that is no system", () => {
  test("keeps Lambent from starting, and says so", async () => {
    const folder = temporaryFolder("no-system");
    for (const system of [folder, join(folder, "nowhere")]) {
      const refused = startTestLambent({ isolation: "required", sandboxSystem: system });
      await expect(refused).rejects.toThrow(`--isolation required: containers cannot be used here: ${system} is no system that runs in them (--sandbox-system): `);
    }
    rmSync(folder, { recursive: true });
  });
});
