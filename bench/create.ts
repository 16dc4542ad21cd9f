// CreateFunction of 10 MB zips with the official client, beside the same request to a bare node:http server that only
// reads it, in turn: `npm run bench -- create`. Lambent keeps them on disk, synced.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { deflateRawSync } from "node:zlib";
import { zipOf } from "../src/cli/zip.ts";
import { lambentProgram } from "./lambent.ts";
import { answeredAfter, freePort, startProgram } from "./process.ts";
import { median, percentile, rounded } from "./statistics.ts";

const zipBytes = 10_000_000;
const handler = { "index.mjs": "export const handler = async () => 'hi';" };

export async function create(rounds = 15): Promise<void> {
  const [port, barePort] = [await freePort(), await freePort()];
  const data = mkdtempSync(join(tmpdir(), "lambent-bench-"));
  const lambent = startProgram(lambentProgram(port, data));
  const bare = startProgram({ program: process.execPath, args: [fileURLToPath(new URL("fixtures/bare-server.mjs", import.meta.url)), String(barePort)] });
  const [client, bareClient] = [clientOf(port), clientOf(barePort)];
  try {
    await answeredAfter(`http://127.0.0.1:${port}/2015-03-31/functions/`);
    await answeredAfter(`http://127.0.0.1:${barePort}/`, { method: "POST", body: "{}" });
    console.log("| CreateFunction of 10 MB | p50, ms | p99, ms | of bare upload, p50 | until active, p50, ms |\n|---|---|---|---|---|");
    for (const [name, zip] of Object.entries({ "many JavaScript files": await scripts(), "incompressible data": await noise() })) {
      const [creates, uploads, actives]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round <= rounds; round++) {
        const FunctionName = `f-${name.length}-${round}`;
        const input = { FunctionName, Runtime: "nodejs26.x", Handler: "index.handler", Role: "arn:aws:iam::000000000000:role/bench", Code: { ZipFile: another(zip) } } as const;
        const uploadMs = await time(() => bareClient.send(new CreateFunctionCommand(input)));
        const startedMs = performance.now();
        const createMs = await time(() => client.send(new CreateFunctionCommand(input)));
        await waitUntilFunctionActiveV2({ client, maxWaitTime: 60, minDelay: 0.02, maxDelay: 0.05 }, { FunctionName });
        // The first round warms up.
        if (round === 0) continue;
        creates.push(createMs);
        uploads.push(uploadMs);
        actives.push(performance.now() - startedMs);
      }
      const ratio = median(creates.map((ms, round) => ms / (uploads[round] ?? ms)));
      const cells = [`${name}, ${rounded(zip.length / 1e6, 1)} MB`, rounded(median(creates), 0), rounded(percentile(creates, 0.99), 0), `${rounded(ratio)}x`, rounded(median(actives), 0)];
      console.log(`| ${cells.join(" | ")} |`);
    }
  } finally {
    client.destroy();
    bareClient.destroy();
    await Promise.all([lambent.stop(), bare.stop()]);
    rmSync(data, { recursive: true, force: true });
  }
}

const clientOf = (port: number): LambdaClient =>
  new LambdaClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", credentials: { accessKeyId: "000000000000", secretAccessKey: "lambent" } });

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** The same content under another hash: a comment at its end. Nothing is there already, nothing is unpacked yet. */
function another(zip: Buffer): Buffer {
  const copy = Buffer.concat([zip, randomBytes(8)]);
  copy.writeUInt16LE(8, zip.length - 2);
  return copy;
}

const noise = (): Promise<Buffer> => zipOf({ ...handler, ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`data/${n}.bin`, randomBytes(zipBytes / 10)])) });

/** What a function's node_modules look like: ours, as often as it takes. */
async function scripts(): Promise<Buffer> {
  const root = fileURLToPath(new URL("../node_modules", import.meta.url));
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.[cm]?js$/.test(name)).toSorted();
  const files: Record<string, string | Buffer> = { ...handler };
  let bytes = 0;
  for (let copy = 0; ; copy++) {
    for (const name of names) {
      const content = readFileSync(join(root, name));
      if (content.length < 1500 || content.length > 300_000) continue;
      files[`${copy}/node_modules/${name}`] = content;
      bytes += deflateRawSync(content).length + 2 * name.length;
      if (bytes > zipBytes) return zipOf(files);
    }
  }
}
