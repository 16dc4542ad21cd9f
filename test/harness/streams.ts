// Functions that stream in step with a test: each chunk only when the one before it has been seen.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Files of a Node.js function that writes `chunks` chunks, and waits behind each until `Acknowledgements` has it. */
export const inStep = (head = ""): Readonly<Record<string, string>> => ({
  "index.mjs": `
    import { existsSync, writeFileSync } from "node:fs";
    export const handler = awslambda.streamifyResponse(async (event, stream) => {
      const { folder, chunks } = event.headers === undefined ? event : JSON.parse(event.headers["x-plan"]);
      ${head}
      for (let n = 0; n < chunks; n += 1) {
        stream.write("chunk " + n);
        while (!existsSync(folder + "/seen-" + n)) await new Promise((done) => setTimeout(done, 2));
      }
      writeFileSync(folder + "/done", "");
      stream.end();
    });`,
});

/** Made inside a test, gone with it. */
export class Acknowledgements {
  readonly folder = mkdtempSync(join(tmpdir(), "lambent-stream-"));
  readonly chunks: string[] = [];

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true }));
  }

  /** The client has a chunk: the function may write the next. */
  take(chunk: Uint8Array | string): void {
    this.acknowledge(this.chunks.push(Buffer.from(chunk).toString()) - 1);
  }

  acknowledge(n: number): void {
    writeFileSync(join(this.folder, `seen-${n}`), "");
  }
}

export const tenChunks: readonly string[] = Array.from({ length: 10 }, (_, n) => `chunk ${n}`);
