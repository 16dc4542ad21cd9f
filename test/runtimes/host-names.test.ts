// Names that programs in containers look up, and that no name server knows: those under which AWS's own extensions listen
// for telemetry, and that of the host, which Java, log libraries and others resolve when they start.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ociMissing, openOciDriver } from "../harness/oci-driver.ts";
import { startRealEngine, type RealEngine } from "../harness/real-engine.ts";

describe.skipIf(ociMissing !== undefined)(`names of the host in containers${ociMissing === undefined ? "" : ` (${ociMissing})`}`, () => {
  let engine: RealEngine;
  beforeAll(async () => {
    engine = await startRealEngine(openOciDriver);
  });
  afterAll(() => engine.stop());

  test("lead to its own loopback", async () => {
    const handler = `
      import { lookup } from "node:dns/promises";
      import { hostname } from "node:os";
      const names = ["localhost", "sandbox.localdomain", "sandbox", hostname()];
      export const handler = () => Promise.all(names.map(async (name) => (await lookup(name, { family: 4 })).address));`;
    await engine.put("names", { "index.mjs": handler });
    const { payload } = await engine.invoke("names", {});
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(["127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"]);
  });
});
