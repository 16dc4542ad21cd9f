// The package as a library: an instance in a process of its own, for a test.
import { ListFunctionsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { startLambent } from "../../src/library.ts";

test("an instance answers until it is stopped", async () => {
  const lambent = await startLambent({ flags: ["--isolation", "none", "--log-level", "error"] });
  const client = new LambdaClient({ ...lambent, maxAttempts: 1 });
  expect((await client.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  await lambent.stop();
  await expect(client.send(new ListFunctionsCommand({}))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  client.destroy();
});

test("an instance that cannot start says why, and does not keep its parent waiting", async () => {
  await expect(startLambent({ flags: ["--isolation", "required", "--oci-runtime", "/no/such/runtime"] })).rejects.toThrow(/could not start \(exit status 1\)\.\nlambent: --isolation required: .*\/no\/such\/runtime/);
});
