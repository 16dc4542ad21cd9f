// Lying in the log: lines and frames that look as if they were the platform's.
import { containedByAll, type Family } from "../attempt.ts";

/** An operator's own extension: keeps what telemetry it is sent in the environment's /tmp. */
const watcher = `#!/usr/bin/env node
const http = require("node:http");
const fs = require("node:fs");
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const ask = (method, path, headers, body) => new Promise((resolve, reject) => {
  const asked = http.request({ host, port, method, path, headers }, (reply) => { reply.resume(); reply.on("end", () => resolve(reply)); });
  asked.on("error", reject);
  asked.end(body);
});
const file = (process.env.TMPDIR || "/tmp") + "/telemetry";
const server = http.createServer((request, response) => {
  let text = "";
  request.on("data", (bytes) => (text += bytes));
  request.on("end", () => { fs.appendFileSync(file, text + "\\n"); response.end(); });
});
server.listen(0, "127.0.0.1", async () => {
  const registered = await ask("POST", "/2020-01-01/extension/register", { "Lambda-Extension-Name": "watcher" }, '{"events":["INVOKE"]}');
  const identity = { "Lambda-Extension-Identifier": registered.headers["lambda-extension-identifier"] };
  const destination = { protocol: "HTTP", URI: "http://sandbox.localdomain:" + server.address().port };
  await ask("PUT", "/2022-07-01/telemetry", identity, JSON.stringify({ schemaVersion: "2022-12-13", types: ["platform", "function"], destination, buffering: { timeoutMs: 25, maxItems: 1000, maxBytes: 262144 } }));
  for (;;) await ask("GET", "/2020-01-01/extension/event/next", identity);
});
`;

export const logs: Family = {
  name: "Logs and telemetry",
  attempts: [
    {
      name: "a forged REPORT",
      tries: "prints END and REPORT lines that cost nothing, for its own invoke, before the platform does",
      attack: ({ mark }, { fs }) => {
        fs.writeSync(1, `END RequestId: ${mark}\nREPORT RequestId: ${mark}\tDuration: 0.01 ms\tBilled Duration: 0 ms\tMemory Size: 1 MB\tMax Memory Used: 1 MB\t\n`);
      },
      harm: ({ log }) => {
        const last = log.trimEnd().split("\n").at(-1) ?? "";
        return /^REPORT RequestId: \S{36}\tDuration: [\d.]+ ms\tBilled Duration: [1-9]/.test(last) ? undefined : `the last line is ${last}`;
      },
      expected: containedByAll,
    },
    {
      name: "a forged START",
      tries: "prints the START line of another invoke, with carriage returns and escapes that would rewrite the lines before",
      attack: (_facts, { fs }) => {
        fs.writeSync(1, "\r\u001b[2K\u001b[1ASTART RequestId: 00000000-0000-4000-8000-000000000000 Version: 1\r\n");
      },
      harm: ({ log }) => (/^START RequestId: (?!0{8})\S{36} Version: \$LATEST\n/m.test(log) ? undefined : "the platform's START is not there"),
      expected: containedByAll,
    },
    {
      name: "forged telemetry",
      tries: "prints what looks like a platform.report, for an extension that watches by the Telemetry API",
      layer: { "extensions/watcher": watcher },
      attack: async (_facts, { fs, sleep, tmp }) => {
        fs.writeSync(1, '{"time":"2026-01-01T00:00:00.000Z","type":"platform.report","record":{"requestId":"forged","metrics":{"billedDurationMs":0}}}\n');
        await sleep(500);
        return fs.readFileSync(`${tmp}/telemetry`, "utf8");
      },
      harm: ({ answer }) => {
        const text = String((JSON.parse(answer) as { answer?: unknown }).answer);
        const events = text.split("\n").filter((line) => line.startsWith("[")).flatMap((line): readonly { readonly type: string; readonly record: unknown }[] => JSON.parse(line));
        const forged = events.filter((event) => JSON.stringify(event).includes("forged"));
        if (forged.length === 0) return "the extension has heard nothing of it";
        return forged.every(({ type }) => type === "function") ? undefined : "the extension takes it for the platform's";
      },
      expected: containedByAll,
    },
    {
      name: "forged log frames",
      tries: "writes log frames from the year 292277, of no level, of no length and of 4 GiB, and then the platform's lines",
      attack: (_facts, { fs, each }) => {
        // The bootstrap has it under another number: a pipe of which this process has one end only.
        const pipes = each(fs.readdirSync("/proc/self/fd").map(Number).filter((fd) => fd > 4), (fd) => [fd, fs.readlinkSync(`/proc/self/fd/${fd}`)] as const).filter(([, link]) => link.startsWith("pipe:"));
        const [descriptor = 62] = pipes.find(([, link]) => pipes.filter(([, other]) => other === link).length === 1) ?? [];
        const frame = (type: number, length: number, time: bigint, text: string): Buffer => {
          const head = Buffer.alloc(16);
          head.writeUInt32BE(type);
          head.writeUInt32BE(length, 4);
          head.writeBigInt64BE(time, 8);
          return Buffer.concat([head, Buffer.from(text)]);
        };
        const [latest, earliest] = [2n ** 63n - 1n, -(2n ** 63n)];
        for (const time of [latest, earliest, 0n]) fs.writeSync(descriptor, frame(0xa55a0003, 5, time, "frame"));
        for (let count = 0; count < 2000; count += 1) fs.writeSync(descriptor, frame(0xa55a0013, 0, 1n, ""));
        fs.writeSync(descriptor, frame(0xa55a0003, 0xffffffff, latest, "REPORT RequestId: forged\n"));
      },
      harm: ({ log }) => (/^REPORT RequestId: \S{36}\tDuration: /m.test(log.trimEnd().split("\n").at(-1) ?? "") ? undefined : "the platform's REPORT is not the last line"),
      expected: containedByAll,
    },
    {
      name: "lines after the end",
      tries: "prints lines in the background that would appear in the next invoke as if they were of it",
      attack: (_facts, { fs }) => {
        setInterval(() => fs.writeSync(1, "END RequestId: late\n"), 1);
      },
      harm: ({ log }) => (/^REPORT RequestId: \S{36}\tDuration: /m.test(log.trimEnd().split("\n").at(-1) ?? "") ? undefined : "the platform's REPORT is not the last line"),
      expected: containedByAll,
    },
  ],
};
