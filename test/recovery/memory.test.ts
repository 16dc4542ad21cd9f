// What a server leaves that kept nothing and was killed: nothing, once the next one has started.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../harness/lambent.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

async function startServer(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [bin, "start", "--memory", "--port", "0", "--isolation", "none", "--log-level", "warn"], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (bytes: Buffer) => {
      printed += bytes.toString();
      if (printed.includes(" listens on ")) resolve();
    });
    child.once("exit", () => reject(new Error(`the server did not start: ${printed}`)));
  });
  return child;
}

test("the folder of a killed server goes with the next start, that of a living one stays", async () => {
  const folder = temporaryFolder("memory");
  const [living, killed] = [await startServer(folder), await startServer(folder)];
  expect(readdirSync(folder).length).toBe(2);
  killed.kill("SIGKILL");
  await once(killed, "exit");
  const next = await startServer(folder);
  await expect.poll(() => readdirSync(folder).length, { timeout: 10_000 }).toBe(2);
  for (const server of [living, next]) {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
  expect(readdirSync(folder)).toEqual([]);
});
