// Lambent started by a user who is nobody special: functions run in containers all the same.
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFunction, temporaryFolder } from "../../harness/lambent.ts";

/** No account has it. */
const user = 64_321;
const asUser = ["--reuid", `${user}`, "--regid", `${user}`, "--clear-groups"];
const lambent = fileURLToPath(new URL("../../../bin/lambent.js", import.meta.url));

function missing(): string {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "another user can only be tried by root on Linux";
  if (!existsSync("/usr/bin/crun")) return "crun is not installed";
  const mayRead = spawnSync("setpriv", [...asUser, process.execPath, "--check", lambent]);
  if (mayRead.status !== 0) return "other users may not read this checkout";
  const mayIsolate = spawnSync("setpriv", [...asUser, "unshare", "--user", "--map-root-user", "true"]);
  return mayIsolate.status === 0 ? "" : "users may make no user namespaces here";
}

const hindrance = missing();

describe.skipIf(hindrance !== "")(`started by a plain user${hindrance === "" ? "" : ` (${hindrance})`}`, () => {
  let folder: string;
  let port: number;
  let child: ReturnType<typeof spawn>;
  let complaint = "";
  let lambda: LambdaClient;
  beforeAll(async () => {
    folder = temporaryFolder("rootless");
    await mkdir(join(folder, "home"));
    for (const path of [folder, join(folder, "home")]) chownSync(path, user, user);
    port = await freePort();
    const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: join(folder, "home"), TMPDIR: folder };
    const flags = ["--memory", "--port", `${port}`, "--isolation", "required", "--log-level", "error"];
    child = spawn("setpriv", [...asUser, process.execPath, lambent, "start", ...flags], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    child.stderr?.on("data", (bytes: Buffer) => void (complaint += bytes.toString()));
    await new Promise<void>((resolve, reject) => {
      let printed = "";
      child.stdout?.on("data", (bytes: Buffer) => {
        printed += bytes.toString();
        if (printed.includes(" listens on ")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`lambent ended with ${code}: ${complaint}`)));
    });
    lambda = new LambdaClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" }, maxAttempts: 1 });
  });
  afterAll(async () => {
    lambda.destroy();
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("it runs functions in containers, which see no more than as root", async () => {
    const source = `
      import { execSync } from "node:child_process";
      import { readdirSync, readFileSync, writeFileSync } from "node:fs";
      import { hostname, networkInterfaces } from "node:os";
      export const handler = async () => {
        writeFileSync("/tmp/written", "by the function");
        const [status, map] = ["status", "uid_map"].map((name) => readFileSync("/proc/self/" + name, "utf8"));
        return {
          id: execSync("id -u; id -g").toString().trim().split("\\n"),
          ids: map.trim().split(/\\s+/),
          status: status.match(/^(?:CapEff|CapBnd|NoNewPrivs|Seccomp):.*/gm),
          processes: readdirSync("/proc").filter((name) => name > "0" && name < ":").length,
          tmp: readdirSync("/tmp"), hostname: hostname(), networks: Object.keys(networkInterfaces()),
        };
      };`;
    await createFunction(lambda, "inside", { "index.mjs": source });
    const { FunctionError: error, Payload: payload } = await lambda.send(new InvokeCommand({ FunctionName: "inside" }));
    expect(error).toBeUndefined();
    const seen: Readonly<Record<string, unknown>> = JSON.parse(payload?.transformToString() ?? "");
    expect(seen).toMatchObject({
      id: ["993", "990"],
      // None of the host's ids but the user's own.
      ids: ["993", "0", "1"],
      status: expect.arrayContaining(["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"]),
      tmp: ["written"],
      networks: ["lo"],
    });
    expect(seen["processes"]).toBeLessThan(10);
  });

  test("it ends when it is told to, and leaves no process", async () => {
    const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const left = (): string => spawnSync("ps", ["-o", "pid=", "-u", `${user}`], { encoding: "utf8" }).stdout.trim();
    await expect.poll(left).toBe("");
  });
});

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
