// What is chosen where a machine allows less than it did when containers were tried: in a user namespace, which may be told
// to allow no further namespaces of networks.
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

/** No account has it. */
const user = 64_322;
const asUser = ["--reuid", `${user}`, "--regid", `${user}`, "--clear-groups"];
const mayIsolate = spawnSync("setpriv", [...asUser, "unshare", "--user", "--map-root-user", process.execPath, "--check", fileURLToPath(new URL("../../bin/lambent.js", import.meta.url))]).status === 0;
const missing = process.platform !== "linux" || process.getuid?.() !== 0 ? "needs root on Linux" : !existsSync("/usr/bin/crun") ? "crun is not installed" : mayIsolate ? "" : "users may make no user namespaces here, or not read this checkout";

test.skipIf(missing !== "")(`containers that have worked and can have no network any more are given up at the start${missing && ` (${missing})`}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "lambent-choice-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chown(folder, user, user);
  const script = `
    import { chooseDriver } from ${JSON.stringify(new URL("choose-driver.ts", import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL("../core/clock.ts", import.meta.url).href)};
    const choice = { ociRuntime: "/usr/bin/crun", system: "/", searchPath: [], directory: ${JSON.stringify(folder)}, instanceId: "c401ce", egress: "auto", allowed: [], functions: () => undefined, clock: systemClock, log: { warn: () => undefined } };
    const refusal = await chooseDriver({ ...choice, isolation: "required" }).then((first) => first.stop(), (error) => error.message);
    const driver = await chooseDriver({ ...choice, isolation: "any" });
    console.log(driver.name, driver.warning ?? "", refusal ?? "");
    await driver.stop();`;
  const choose = async (before: string): Promise<string> => {
    const command = `${before} exec "$0" --input-type=module-typescript -e "$1"`;
    const { stdout } = await promisify(execFile)("setpriv", [...asUser, "unshare", "--user", "--map-root-user", "sh", "-c", command, process.execPath, script], { timeout: 60_000 });
    return stdout.trim();
  };
  expect(await choose("")).toBe("oci");
  const found = await choose("echo 0 > /proc/sys/user/max_net_namespaces;");
  expect(found).toMatch(/^process .*Containers cannot be used here: .*ENOSPC\. containers cannot be used here: .*ENOSPC$/);
});
