import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const log = new URL("logger.ts", import.meta.url);

test("shows the message and the stack of what was thrown", () => {
  const script = `(await import(${JSON.stringify(log.href)})).createLogger("info").error({ error: new RangeError("odd") }, "engine-failed")`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(JSON.parse(stderr)).toMatchObject({
    msg: "engine-failed",
    error: { type: "RangeError", message: "odd", stack: expect.stringContaining("RangeError: odd\n") },
  });
});
