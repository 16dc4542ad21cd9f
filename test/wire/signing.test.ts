// `lambent signing` from end to end: a profile is made, a package signed by it, and the profile revoked.
import { statSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateCodeSigningConfigCommand, GetFunctionConfigurationCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { invoke, refusal, says } from "../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";
import { publicKey } from "../harness/signing.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

test("packages that the command line signs are deployed, until the profile is revoked", { timeout: 60_000 }, async () => {
  await using lambent = await startTestLambent();
  const folder = temporaryFolder("signing-cli");
  const signing = async (...args: string[]) =>
    (await run(process.execPath, [bin, "signing", ...args, "--port", new URL(lambent.endpoint).port, "--data", "keys"], {}, folder)).stdout.trim();

  const arn = await signing("profile", "create", "ours", "--validity", "12");
  expect(arn).toMatch(/^arn:aws:signer:us-east-1:000000000000:\/signing-profiles\/ours\/[a-z0-9]{10}$/);
  expect(await signing("profile", "list")).toBe(`${arn}  active  12 months`);
  const keyFolder = join(folder, "keys", "signing-keys");
  const [key = ""] = readdirSync(keyFolder);
  expect([statSync(keyFolder).mode & 0o777, statSync(join(keyFolder, key)).mode & 0o777]).toEqual([0o700, 0o600]);

  writeFileSync(join(folder, "app.zip"), await zipOf(says("signed"), 0o100755));
  const job = await signing("sign", "app.zip", "--profile", "ours", "--out", "signed.zip");
  expect(job).toMatch(/^arn:aws:signer:us-east-1:000000000000:\/signing-jobs\/[0-9a-f-]{36}$/);
  await expect(signing("sign", "signed.zip", "--profile", "ours", "--out", "twice.zip")).rejects.toThrow("signed.zip is signed already");

  const { lambda } = lambent;
  const { CodeSigningConfig } = await lambda.send(
    new CreateCodeSigningConfigCommand({
      AllowedPublishers: { SigningProfileVersionArns: [arn] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" },
    }),
  );
  const ZipFile = readFileSync(join(folder, "signed.zip"));
  await createFunction(lambda, "f", {}, { Code: { ZipFile }, CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn });
  const FunctionName = "f";
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({ SigningProfileVersionArn: arn, SigningJobArn: job });

  expect(await signing("profile", "revoke", "ours")).toMatch(/ours\/\w{10} {2}revoked 20/);
  await expect(lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))).rejects.toMatchObject(
    refusal(400, "CodeVerificationFailedException", /was revoked/),
  );
  await expect(signing("sign", "app.zip", "--profile", "ours", "--out", "late.zip")).rejects.toThrow("lambent signing profile create ours");
  await expect(signing("profile", "create", "o")).rejects.toThrow("2 to 64 letters");
  await expect(signing("profile", "revoke", "nobody")).rejects.toThrow("no such signing profile");
});

test("with --auth on profiles are the operator's to make, and no function's", async () => {
  const data = temporaryFolder("signing-auth");
  await using lambent = await startTestLambent({ auth: "on", memory: "false", dataDirectory: data, logLevel: "error" });
  const { endpoint, lambda } = lambent;
  for (const path of ["profiles", "revocations"]) {
    const refusedCall = await fetch(`${endpoint}/_lambent/signing/${path}`, { method: "POST", body: JSON.stringify({ name: "mine", publicKey }) });
    expect(refusedCall.status).toBe(403);
  }
  const { stdout } = await run(process.execPath, [bin, "signing", "profile", "create", "mine", "--data", data, "--port", new URL(endpoint).port], {});
  expect(stdout).toContain("/signing-profiles/mine/");
  const program = `export const handler = async ({ path }) => (await fetch(process.env.AWS_ENDPOINT_URL + path)).status;`;
  await createFunction(lambda, "f", { "index.mjs": program });
  for (const path of ["/_lambent/signing/profiles", "/_lambent/signing/revocations", "/_lambent/signing-keys/"]) {
    expect((await invoke(lambda, "f", { path })).body).toBe(404);
  }
});
