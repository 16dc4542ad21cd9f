// What a function in a container reaches, asked of the function itself: Lambent by its role's credentials, and what the
// setting lets it reach. Linux and root.
import { AddPermissionCommand, CreateFunctionUrlConfigCommand, InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { createServer, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { ociMissing } from "../harness/oci-driver.ts";
import { createFunction, startTestLambent } from "../harness/lambent.ts";

const handler = `
import { connect } from "node:net";
const reach = ({ host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: 5000 });
  const end = (what) => { socket.destroy(); resolve(what); };
  socket.on("connect", () => end("reached")).on("error", (error) => end(error.code)).on("timeout", () => end("timeout"));
});
export const handler = async ({ reach: places }) => {
  if (places !== undefined) return Promise.all(places.map(reach));
  const { LambdaClient, ListFunctionsCommand } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient({});
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  const unsigned = await fetch(process.env.AWS_ENDPOINT_URL + "/2015-03-31/functions");
  const admin = await fetch(process.env.AWS_ENDPOINT_URL + "/_lambent/health");
  const guessed = new LambdaClient({ credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  const refused = await guessed.send(new ListFunctionsCommand({})).catch((error) => error.name);
  return { names: Functions.map(({ FunctionName }) => FunctionName), unsigned: unsigned.status, admin: admin.status, refused, api: process.env.AWS_LAMBDA_RUNTIME_API };
};`;

const ask = async (lambda: LambdaClient, event: object): Promise<unknown> => {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: "f", Payload: JSON.stringify(event) }));
  return JSON.parse(Buffer.from(Payload ?? []).toString());
};

const addresses = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address));
const [own = "127.0.0.1"] = addresses;

describe.skipIf(ociMissing !== undefined)(`a function in a container${ociMissing === undefined ? "" : ` (${ociMissing})`}`, () => {
  const lambent = (flags: Record<string, string>) => startTestLambent({ isolation: "required", ...flags });

  test("calls Lambent by its role's credentials, and by no others", async () => {
    await using server = await lambent({ egress: "none" });
    await createFunction(server.lambda, "f", { "index.mjs": handler }, { Timeout: 20, MemorySize: 1769 });
    expect(await ask(server.lambda, {})).toEqual({ names: ["f"], unsigned: 403, admin: 404, refused: "UnrecognizedClientException", api: "127.0.0.1:9001" });
  });

  test("calls a function URL that it was handed in, and Lambent's own API there by its role only", async () => {
    await using server = await lambent({ egress: "nat" });
    const caller = "export const handler = async ({ urls }) => Promise.all(urls.map(async (url) => { const got = await fetch(url); return [got.status, await got.text()]; }));";
    await createFunction(server.lambda, "f", { "index.mjs": caller });
    await createFunction(server.lambda, "called", { "index.mjs": 'export const handler = async () => "called";' });
    const { FunctionUrl: url } = await server.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "called", AuthType: "NONE" }));
    for (const Action of ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]) {
      const only = Action === "lambda:InvokeFunctionUrl" ? { FunctionUrlAuthType: "NONE" as const } : { InvokedViaFunctionUrl: true };
      await server.lambda.send(new AddPermissionCommand({ FunctionName: "called", StatementId: Action.slice(7), Action, Principal: "*", ...only }));
    }
    const main = server.endpoint.replace(/\/$/, "");
    const answers = await ask(server.lambda, { urls: [url, `${main}/2015-03-31/functions/`, `${main}/_lambent/health`] });
    expect(answers).toEqual([[200, "called"], [403, expect.stringContaining("Token")], [404, expect.any(String)]]);
  });

  test("reaches nothing of this machine, and what is allowed of it if anything is", async () => {
    const service = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => void service.listen(0, "0.0.0.0", resolve));
    const { port } = service.address() as AddressInfo;
    const places = (api: string): object => ({
      reach: [
        { host: "127.0.0.1", port },
        { host: own, port },
        { host: "127.0.0.1", port: Number(new URL(api).port) },
        { host: own, port: Number(new URL(api).port) },
        { host: "169.254.169.254", port: 80 },
      ],
    });
    {
      await using server = await lambent({ egress: "nat" });
      await createFunction(server.lambda, "f", { "index.mjs": handler });
      expect(await ask(server.lambda, places(server.endpoint))).toEqual(["ECONNREFUSED", "ECONNREFUSED", "reached", "ECONNREFUSED", "ECONNREFUSED"]);
    }
    {
      await using server = await lambent({ egress: "nat", egressAllow: own });
      await createFunction(server.lambda, "f", { "index.mjs": handler });
      expect(await ask(server.lambda, places(server.endpoint))).toEqual(["ECONNREFUSED", "reached", "reached", "ECONNREFUSED", "ECONNREFUSED"]);
    }
    {
      await using server = await lambent({ egress: "host" });
      await createFunction(server.lambda, "f", { "index.mjs": handler });
      expect(server.running.warnings).toEqual([expect.stringContaining("NOT ISOLATED")]);
      expect(await ask(server.lambda, places(server.endpoint))).toEqual(["reached", "reached", "reached", expect.any(String), expect.any(String)]);
    }
    service.close();
  });
});

test("a way out that cannot be had is refused, not replaced by another", async () => {
  await expect(startTestLambent({ isolation: "none", egress: "none" })).rejects.toThrow("--egress none: plain processes have the network of this machine");
  await expect(startTestLambent({ isolation: "none", egressAllow: "10.0.0.0/8" })).rejects.toThrow("--egress auto: plain processes");
  await expect(startTestLambent({ egressAllow: "127.0.0.1" })).rejects.toThrow("none of loopback: 127.0.0.1");
});
