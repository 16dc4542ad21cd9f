// What wire tests do with functions through the official client, and what they expect of refusals.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, type InvokeCommandInput, type LambdaClient, waitUntilFunctionUpdatedV2, waitUntilPublishedVersionActive } from "@aws-sdk/client-lambda";
import { expect, onTestFinished, vi } from "vitest";

const patience = { maxWaitTime: 30, minDelay: 0.02, maxDelay: 0.2 };

export const arnOf = (name: string, qualifier?: string): string =>
  `arn:aws:lambda:us-east-1:000000000000:function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`;

export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Files of a Node.js function that answers with a word. */
export const says = (word: string): Readonly<Record<string, string>> => ({
  "index.mjs": `export const handler = async () => ${JSON.stringify(word)};`,
});

export const waitUntilUpdated = (lambda: LambdaClient, FunctionName: string) =>
  waitUntilFunctionUpdatedV2({ client: lambda, ...patience }, { FunctionName });

export const waitUntilPublished = (lambda: LambdaClient, FunctionName: string, Qualifier: string) =>
  waitUntilPublishedVersionActive({ client: lambda, ...patience }, { FunctionName, Qualifier });

export interface Answer {
  readonly version: string | undefined;
  readonly error: string | undefined;
  readonly body: unknown;
  /** The last 4 KB of the log. */
  readonly log: string;
  readonly requestId: string | undefined;
}

export async function invoke(lambda: LambdaClient, FunctionName: string, event: unknown = {}, more: Partial<InvokeCommandInput> = {}): Promise<Answer> {
  const { $metadata, ...answer } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: "Tail", ...more }));
  return {
    version: answer.ExecutedVersion,
    error: answer.FunctionError,
    body: JSON.parse(answer.Payload?.transformToString() ?? ""),
    log: Buffer.from(answer.LogResult ?? "", "base64").toString(),
    requestId: $metadata.requestId,
  };
}

/** What a call rejects with: `code`, its HTTP status and the whole text. */
export const refusal = (httpStatusCode: number, name: string, message: string | RegExp): object => ({
  name,
  message: typeof message === "string" ? message : expect.stringMatching(message),
  $metadata: expect.objectContaining({ httpStatusCode, attempts: 1 }),
});

/** Files of a Node.js function that says when it runs and answers with `word` once it may: see `Gate`. */
export const gated = (word: string): Readonly<Record<string, string>> => ({
  "index.mjs": `
    import { existsSync, writeFileSync } from "node:fs";
    export const handler = async ({ gate }) => {
      if (gate === undefined) return ${JSON.stringify(word)};
      writeFileSync(gate + "/running", "");
      while (!existsSync(gate + "/open")) await new Promise((done) => setTimeout(done, 5));
      return ${JSON.stringify(word)};
    };`,
});

/** A folder that a gated function is given: it runs, and goes on when the test lets it. Made inside a test, gone with it. */
export class Gate {
  readonly gate = mkdtempSync(join(tmpdir(), "lambent-gate-"));

  constructor() {
    onTestFinished(() => rmSync(this.gate, { recursive: true }));
  }

  async isRunning(): Promise<void> {
    await vi.waitUntil(() => existsSync(join(this.gate, "running")), { timeout: 10_000, interval: 5 });
  }

  open(): void {
    writeFileSync(join(this.gate, "open"), "");
  }
}
