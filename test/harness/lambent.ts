// A live Lambent in this process for a test file: listens on a free port, keeps nothing unless told to.
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateFunctionCommand, type CreateFunctionCommandInput, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { zipOf } from "../../src/cli/zip.ts";
import { type GivenSettings, readSettings } from "../../src/config.ts";
import { type RunningLambent, startLambentHere } from "../../src/main.ts";

export interface TestLambent extends AsyncDisposable {
  readonly endpoint: string;
  readonly lambda: LambdaClient;
  readonly running: RunningLambent;
  /** What a child process needs to speak to this instance with the AWS CLI or an SDK, and nothing else of AWS. */
  readonly environment: Readonly<Record<string, string>>;
}

export const testRole = "arn:aws:iam::000000000000:role/test";

/** Also for the users that functions in containers are. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `lambent-${purpose}-`));
  chmodSync(folder, 0o755);
  return folder;
}

export async function startTestLambent(flags: GivenSettings = {}): Promise<TestLambent> {
  // Plain processes start sooner; LAMBENT_ISOLATION chooses for a run of the tests, a flag for a test.
  const settings = readSettings({ port: "0", isolation: process.env["LAMBENT_ISOLATION"] ?? "none", memory: "true", logLevel: "warn", stopGraceSeconds: "1", updateDelayMs: "0", ...flags }, undefined);
  const running = await startLambentHere(settings, "test");
  const { endpoint, operator } = running;
  const lambda = new LambdaClient({ endpoint, region: settings.region, credentials: operator, maxAttempts: 1 });
  return {
    endpoint,
    lambda,
    running,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: settings.region,
      AWS_DEFAULT_REGION: settings.region,
      AWS_ACCESS_KEY_ID: operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PAGER: "",
    },
    [Symbol.asyncDispose]: async () => {
      lambda.destroy();
      await running.stop(settings.stopGraceSeconds * 1000);
    },
  };
}

/** Creates a function of one source file, and waits until it is active. */
export async function createFunction(
  lambda: LambdaClient,
  name: string,
  files: Readonly<Record<string, string | Buffer>>,
  settings: Partial<CreateFunctionCommandInput> = {},
): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "nodejs26.x",
      Handler: "index.handler",
      Role: testRole,
      Code: { ZipFile: await zipOf(files, 0o100755) },
      ...settings,
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.2 }, { FunctionName: name });
}
