import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));
const lambent = (args: readonly string[], cwd?: string) => run(process.execPath, [bin, ...args], {}, cwd);

describe("lambent", () => {
  test("demo creates, invokes and shows a function", async () => {
    const { stdout } = await lambent(["demo"]);
    expect(stdout).toContain('{"greeting":"Hello, you!"');
    expect(stdout).toMatch(/START RequestId[^]*Hello from inside hello[^]*END RequestId[^]*REPORT RequestId/);
  });

  test("start says where it listens, env says it again, and SIGTERM ends it without leftovers", async () => {
    const folder = temporaryFolder("start");
    const server = spawn(process.execPath, [bin, "start", "--port", "0", "--data", "data"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    try {
      let printed = "";
      for await (const chunk of server.stdout) {
        printed += String(chunk);
        if (printed.includes("AWS_SECRET_ACCESS_KEY")) break;
      }
      const endpoint = /listens on (\S+)/.exec(printed)?.[1];
      expect((await fetch(`${endpoint}/2015-03-31/functions/`)).status).toBe(200);
      expect((await lambent(["env", "--data", "data"], folder)).stdout).toContain(`export AWS_ENDPOINT_URL=${endpoint}\n`);
    } finally {
      server.kill("SIGTERM");
    }
    const [code] = (await once(server, "close")) as [number];
    expect(code).toBe(0);
    expect(existsSync(join(folder, "data", "server.json"))).toBe(false);
  });

  test("says what is wrong with a flag, without a stack", async () => {
    await expect(lambent(["start", "--port", "http"])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^lambent: --port: must be a whole number from 0 to 65535\n$/m),
    });
  });

  test("says why it does not start, without a stack", async () => {
    await expect(lambent(["start", "--memory", "--port", "0", "--host", "0.0.0.0"])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^lambent: 0\.0\.0\.0 can be reached from other machines.*--auth on.*\n$/),
    });
  });

  test("doctor says what isolates functions, names every runtime and what installs the missing ones", async () => {
    const { stdout } = await lambent(["doctor", "--data", temporaryFolder("doctor")]);
    expect(stdout).toMatch(/^(ok {2}isolation +oci|-- {2}isolation +\w+): /m);
    expect(stdout).toMatch(/^ok {2}nodejs26\.x/m);
    expect(stdout).toMatch(/^(ok {2}|-- {2})python3\.13/m);
    expect(stdout).toMatch(/^ok {2}provided\.al2023/m);
  });
});
