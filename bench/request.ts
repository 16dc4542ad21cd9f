// Invokes as a client does that spends next to nothing itself.
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true });

/** Milliseconds from the request to the whole answer; a function that fails is an error of the benchmark. */
export function post(endpoint: string, name: string): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(`${endpoint}/2015-03-31/functions/${name}/invocations`, { method: "POST", agent }, (response) => {
      let answer = "";
      response.on("data", (bytes: Buffer) => void (answer += bytes.toString()));
      response.once("end", () => {
        const failed = response.statusCode !== 200 || response.headers["x-amz-function-error"] !== undefined;
        if (failed) reject(new Error(`${name} answered ${response.statusCode}: ${answer}`));
        else resolve(performance.now() - startedMs);
      });
    });
    call.once("error", reject);
    call.end('{"name":"you"}');
  });
}
