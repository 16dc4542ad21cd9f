// `lambent demo`: creates, invokes and shows a function with the official client, on an instance of its own.
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { Command } from "commander";
import { type Lambent, startLambent } from "../library.ts";
import { CommandError } from "./command-error.ts";
import { zipOf } from "./zip.ts";

const handlerSource = `export const handler = async (event, context) => {
  console.log("Hello from inside", context.functionName);
  return { greeting: \`Hello, \${event.name}!\`, runtime: \`Node.js \${process.version}\` };
};
`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

export function demoCommand(): Command {
  return new Command("demo")
    .description("Create, invoke and show a function, on an instance that is gone afterwards.")
    .action(async () => {
      await using lambent = await startLambent();
      print(`Lambent listens on ${lambent.endpoint}`);
      const client = await clientOf(lambent);
      await createFunction(client);
      await invoke(client, "first invoke (cold start)");
      await invoke(client, "second invoke (warm)");
      print("\nThat was a demo: nothing of it is kept. Now: lambent start");
    });
}

async function clientOf({ endpoint, region, credentials }: Lambent): Promise<LambdaClient> {
  const { LambdaClient } = await import("@aws-sdk/client-lambda");
  return new LambdaClient({ endpoint, region, credentials });
}

async function createFunction(client: LambdaClient): Promise<void> {
  const { CreateFunctionCommand, waitUntilFunctionActiveV2 } = await import("@aws-sdk/client-lambda");
  print("\n$ aws lambda create-function --function-name hello --runtime nodejs26.x --handler index.handler …");
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName: "hello",
      Runtime: "nodejs26.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/demo",
      Code: { ZipFile: await zipOf({ "index.mjs": handlerSource }) },
    }),
  );
  print(`${created.FunctionArn ?? ""}  ${created.State ?? ""}`);
  // Throws when the function does not become active.
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 }, { FunctionName: "hello" });
}

async function invoke(client: LambdaClient, label: string): Promise<void> {
  print(`\n$ aws lambda invoke --function-name hello --payload '{"name":"you"}' …   # ${label}`);
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const startedMs = performance.now();
  const answer = await client.send(
    new InvokeCommand({ FunctionName: "hello", Payload: JSON.stringify({ name: "you" }), LogType: "Tail" }),
  );
  const tookMs = performance.now() - startedMs;
  if (answer.FunctionError !== undefined) throw new CommandError(`the function failed: ${answer.Payload?.transformToString() ?? ""}`);
  print(`${answer.Payload?.transformToString() ?? ""}   (${tookMs.toFixed(1)} ms)`);
  print(Buffer.from(answer.LogResult ?? "", "base64").toString().trimEnd());
}
