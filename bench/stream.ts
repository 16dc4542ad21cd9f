// How long after a function's write its chunk is with the client: through a function URL and as an event of
// InvokeWithResponseStream, beside the same writes of a bare node:http server, in turn: `npm run bench -- stream`.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CreateFunctionUrlConfigCommand, InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { createFunction, lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";

const ticks = 100;
const fixture = (name: string): URL => new URL(`fixtures/${name}`, import.meta.url);
const handler = `import { writeTicks } from "./ticks.mjs";\nexport const handler = awslambda.streamifyResponse((event, stream) => writeTicks(stream, ${ticks}));`;

interface Subject {
  readonly name: string;
  open(): Promise<AsyncIterable<Uint8Array>>;
  readonly latenessMs: number[];
}

export async function stream(rounds = 5): Promise<void> {
  const [port, barePort] = [await freePort(), await freePort()];
  const lambent = startProgram(lambentProgram(port));
  const bare = startProgram({ program: process.execPath, args: [fileURLToPath(fixture("bare-stream.mjs")), String(barePort), String(ticks)] });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });
  try {
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    await answeredAfter(`http://127.0.0.1:${barePort}/`);
    await createFunction(client, "ticks", { files: { "index.mjs": handler, "ticks.mjs": readFileSync(fixture("ticks.mjs")) } });
    const { FunctionUrl = "" } = await client.send(new CreateFunctionUrlConfigCommand({ FunctionName: "ticks", AuthType: "NONE", InvokeMode: "RESPONSE_STREAM" }));
    const urlId = new URL(FunctionUrl).hostname.split(".")[0] ?? "";
    const subjects: readonly Subject[] = [
      { name: "bare node:http", open: () => bodyOf(`http://127.0.0.1:${barePort}/`), latenessMs: [] },
      { name: "function URL", open: () => bodyOf(`${endpoint}/_lambent/url/${urlId}/`), latenessMs: [] },
      { name: "InvokeWithResponseStream", open: () => payloadsOf(client), latenessMs: [] },
    ];
    for (let round = 0; round <= rounds; round += 1) {
      for (const subject of subjects) {
        const latenessMs = await latenessOf(await subject.open());
        // The first round warms up.
        if (round > 0) subject.latenessMs.push(...latenessMs);
      }
    }
    report(subjects);
  } finally {
    client.destroy();
    await Promise.all([lambent.stop(), bare.stop()]);
  }
}

async function bodyOf(url: string): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await fetch(url);
  if (body === null) throw new Error(`${url} answered without a body`);
  return body;
}

async function payloadsOf(client: LambdaClient): Promise<AsyncIterable<Uint8Array>> {
  const { EventStream = [] } = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "ticks" }));
  return (async function* payloads() {
    for await (const { PayloadChunk } of EventStream) if (PayloadChunk?.Payload !== undefined) yield PayloadChunk.Payload;
  })();
}

/** Of each line, which has the time at which it was written. */
async function latenessOf(chunks: AsyncIterable<Uint8Array>): Promise<readonly number[]> {
  const latenessMs: number[] = [];
  for await (const chunk of chunks) {
    const arrivedMs = performance.timeOrigin + performance.now();
    for (const line of Buffer.from(chunk).toString().trim().split("\n")) latenessMs.push(arrivedMs - Number(line));
  }
  return latenessMs;
}

function report(subjects: readonly Subject[]): void {
  const base = median(subjects[0]?.latenessMs ?? []);
  console.log("| chunk behind its write | p50, ms | over bare, ms | p99, ms |\n|---|---|---|---|");
  for (const { name, latenessMs } of subjects) {
    const cells = [name, rounded(median(latenessMs)), rounded(median(latenessMs) - base), rounded(percentile(latenessMs, 0.99))];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
