// What a root has beside the system's own folders, and which of the roots of a machine go.
import { existsSync, readdirSync, readFileSync, readlinkSync, utimesSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ociMissing, openOciDriver } from "../../../test/harness/oci-driver.ts";
import { loadSyscalls } from "../syscalls.ts";
import { HeldRoots } from "./held-roots.ts";
import { prepareRoot, type RootFolder } from "./root-folder.ts";

const isLinux = process.platform === "linux";
const syscalls = loadSyscalls();
const dayMs = 24 * 3_600_000;
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "lambent-roots-"))));
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
/** A system of these files, by their paths. */
async function systemOf(files: Readonly<Record<string, string>>): Promise<string> {
  const system = join(folder, `system-${++count}`);
  for (const [path, content] of Object.entries({ "usr/bin/env": "", ...files })) {
    await mkdir(join(system, path, ".."), { recursive: true });
    await writeFile(join(system, path), content);
  }
  return system;
}
const prepare = (system: string, hold = (_path: string): boolean => true): Promise<RootFolder> => prepareRoot({ parent: join(folder, "roots"), system, resolvConf: "" }, hold);
const sourceOf = ({ shown }: RootFolder, target: string): string | undefined => shown.find((one) => one.target === target)?.source;

test("has AWS's locale where the system has only the one of every system, and the others beside", async () => {
  const root = await prepare(await systemOf({ "usr/lib/locale/C.utf8/LC_CTYPE": "characters", "usr/lib/locale/locale-archive": "de_DE.utf8" }));
  const locales = sourceOf(root, "/usr/lib/locale") ?? "";
  expect(readdirSync(locales).sort()).toEqual(["C.utf8", "en_US.utf8", "locale-archive"]);
  expect(readFileSync(join(locales, "en_US.utf8/LC_CTYPE"), "utf8")).toBe("characters");
  // Over the system's own: what is shown first is mounted first.
  expect(root.shown.map(({ target }) => target)).toEqual(["/", "/usr", "/usr/lib/locale"]);
});

test.each([
  ["has it", { "usr/lib/locale/C.utf8/LC_CTYPE": "", "usr/lib/locale/en_US.utf8/LC_CTYPE": "" }],
  ["has it among others", { "usr/lib/locale/C.utf8/LC_CTYPE": "", "usr/lib/locale/locale-archive": "\0en_US.utf8\0" }],
  ["knows no locales", {}],
])("shows the system's own locales when it %s", async (_what, files) => {
  expect(sourceOf(await prepare(await systemOf(files)), "/usr/lib/locale")).toBeUndefined();
});

test("has certificates where programs on AWS look, unless the system has", async () => {
  const path = "etc/pki/tls/certs/ca-bundle.crt";
  const debian = await prepare(await systemOf({ "etc/ssl/certs/ca-certificates.crt": "of Debian" }));
  expect(readlinkSync(join(debian.path, path))).toBe("/etc/ssl/certs/ca-certificates.crt");
  const amazon = await prepare(await systemOf({ [path]: "of Amazon" }));
  expect(readFileSync(join(amazon.path, path), "utf8")).toBe("of Amazon");
});

test("makes one again that was removed before it could be held", async () => {
  const system = await systemOf({});
  let tries = 0;
  const { path } = await prepare(system, () => {
    tries += 1;
    return tries === 3;
  });
  expect([tries, existsSync(path)]).toEqual([3, true]);
});

test.skipIf(ociMissing !== undefined)(`programs in a container find AWS's locale and certificates${ociMissing === undefined ? "" : ` (${ociMissing})`}`, async () => {
  const driver = openOciDriver(join(folder, "sandboxes"), "100ca1e");
  const sandbox = await driver.open({ id: "one", taskRoot: "/mnt", optRoot: undefined, runtimeDir: undefined, languageDir: undefined, memoryMiB: 128, ephemeralStorageMiB: 512 });
  const script = "locale charmap; test -s /etc/pki/tls/certs/ca-bundle.crt && echo certificates";
  const { output, exited } = await sandbox.run({ program: "/bin/sh", args: ["-c", script], cwd: "/", environment: { PATH: "/usr/bin:/bin", LANG: "en_US.UTF-8" } }, { channel: false, log: false });
  let printed = "";
  output.onBytes((bytes) => (printed += bytes.toString()));
  await exited;
  expect(printed).toBe(`UTF-8\n${existsSync("/etc/ssl/certs/ca-certificates.crt") ? "certificates\n" : ""}`);
  await driver.stop();
});

test.skipIf(!isLinux)("roots that nobody holds go when nobody has needed them for a day, and what was left of others", async () => {
  const parent = join(folder, "shared");
  const names = ["root-00000000000000aa", "root-00000000000000bb", "root-00000000000000cc", "root-00000000000000dd-XyZ123", "proof-XyZ123", "instances"];
  for (const name of names) await mkdir(join(parent, name, "usr"), { recursive: true });
  const nowMs = 1_800_000_000_000;
  const living = new HeldRoots(join(folder, "elsewhere"), nowMs, syscalls);
  expect(living.hold(join(parent, "root-00000000000000aa"), nowMs)).toBe(true);
  for (const name of names) utimesSync(join(parent, name), (nowMs - dayMs) / 1000 - 1, (nowMs - dayMs) / 1000 - 1);
  utimesSync(join(parent, "root-00000000000000bb"), nowMs / 1000, nowMs / 1000);

  const next = new HeldRoots(parent, nowMs, syscalls);
  expect(next.hold(join(parent, "root-00000000000000aa"), nowMs)).toBe(true);
  await next.release();
  expect(readdirSync(parent).sort()).toEqual(["instances", "root-00000000000000aa", "root-00000000000000bb"]);
  expect(next.hold(join(parent, "root-00000000000000cc"), nowMs)).toBe(false);
  await living.release();
  await new HeldRoots(parent, nowMs + 2 * dayMs, syscalls).release();
  expect(readdirSync(parent)).toEqual(["instances"]);
});
