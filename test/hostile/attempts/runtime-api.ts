// What an environment sends to Lambent: requests, frames and bytes that no client would send. Only its own invoke may fail.
import { containedByAll, containedInOci, refusedByAll, type Family, type Harm } from "../attempt.ts";
import { hostProcess, residentMiB } from "../outside.ts";
import type { Scene } from "../scene.ts";

const serverOf = ({ guarded }: Scene) => hostProcess(guarded.process.pid ?? 0);

const weighServer = async (scene: Scene): Promise<Readonly<Record<string, string>>> => ({
  serverMiB: `${residentMiB([serverOf(scene)])}`,
  descriptors: `${serverOf(scene).descriptors().size}`,
});

const burdensServer: Harm = ({ scene, facts }) => {
  const grownMiB = residentMiB([serverOf(scene)]) - Number(facts.more["serverMiB"]);
  const opened = serverOf(scene).descriptors().size - Number(facts.more["descriptors"]);
  if (grownMiB > 200) return `the server has grown by ${Math.round(grownMiB)} MiB`;
  return opened > 128 ? `the server holds ${opened} more descriptors` : undefined;
};

/** Says at its first event what was said to it. */
const hastyBootstrap = `#!/bin/sh
runtime="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
said=$(curl -s -X POST -d 1 -o /dev/null -w '%{http_code}' "$runtime/00000000-0000-4000-8000-000000000000/response")
while :; do
  id=$(curl -s -D - -o /dev/null "$runtime/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
  if [ "$said" -ge 400 ]; then answer="{\\"refused\\":\\"$said\\"}"; else answer='"taken"'; fi
  curl -s -o /dev/null -X POST -d "$answer" "$runtime/$id/response"
done
`;

const weighed = { prepare: weighServer, harm: burdensServer, alone: true } as const;

export const protocol: Family = {
  name: "The Runtime API and the channel",
  attempts: [
    {
      name: "a gigantic header",
      tries: "sends a header of 32 MiB to its Runtime API",
      ...weighed,
      attack: (_facts, { ask, runtimeApi: { host, port } }) => ask(host, port, { path: "/2018-06-01/runtime/invocation/next", headers: { "X-Long": "x".repeat(32 * 1024 * 1024) } }),
      expected: refusedByAll,
    },
    {
      name: "many headers",
      tries: "sends 200,000 headers in one request",
      ...weighed,
      attack: (_facts, { hear, runtimeApi }) => hear(runtimeApi, `GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n${"a:b\r\n".repeat(200_000)}\r\n`),
      expected: containedByAll,
    },
    {
      name: "a gigantic body",
      tries: "answers with 64 MiB over the Runtime API",
      ...weighed,
      attack: (_facts, { ask, runtimeApi: { host, port } }) =>
        ask(host, port, { method: "POST", path: "/2018-06-01/runtime/invocation/other/response", body: "x".repeat(64 * 1024 * 1024) }),
      expected: refusedByAll,
    },
    {
      name: "a body without end",
      tries: "streams chunks to its Runtime API for two seconds",
      ...weighed,
      attack: (_facts, { net, runtimeApi }) =>
        new Promise((resolve) => {
          const socket = net.connect(runtimeApi, () => socket.write("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
          const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
          let sent = 0;
          const more = (): void => {
            while (socket.writable && socket.write(chunk)) sent += chunk.length;
            socket.once("drain", more);
          };
          socket.on("connect", more).on("error", () => {}).on("data", () => {});
          setTimeout(() => resolve(`sent ${sent}`), 2000);
        }),
      expected: containedByAll,
    },
    {
      name: "many connections",
      tries: "opens 900 connections to its Runtime API and says nothing",
      ...weighed,
      attack: async (_facts, { net, sleep, runtimeApi }) => {
        const sockets = Array.from({ length: 900 }, () => net.connect(runtimeApi).on("error", () => {}));
        await sleep(500);
        Object.assign(globalThis, { sockets });
        return sockets.filter((socket) => socket.readyState === "open").length;
      },
      expected: containedByAll,
    },
    {
      name: "many connections to the API",
      tries: "opens 950 connections to where functions reach Lambent, and says nothing",
      prepare: weighServer,
      attack: async (_facts, { net, sleep, api }) => {
        const sockets = Array.from({ length: 950 }, () => net.connect(api).on("error", () => {}));
        for (let waits = 0; waits < 100 && sockets.some(({ connecting }) => connecting); waits += 1) await sleep(50);
        await sleep(500);
        Object.assign(globalThis, { sockets });
        return sockets.filter((socket) => socket.readyState === "open").length;
      },
      harm: ({ scene, facts }) => {
        const opened = serverOf(scene).descriptors().size - Number(facts.more["descriptors"]);
        return opened > 700 ? `the server holds ${opened} more descriptors` : undefined;
      },
      alone: true,
      expected: containedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "many requests at once",
      tries: "sends 20,000 requests on one connection without reading an answer",
      ...weighed,
      attack: async (_facts, { net, sleep, runtimeApi }) => {
        const socket = net.connect(runtimeApi).on("error", () => {});
        socket.pause();
        socket.write("GET /2018-06-01/ping HTTP/1.1\r\n\r\n".repeat(20_000));
        await sleep(500);
        return socket.readyState;
      },
      expected: containedByAll,
    },
    {
      name: "calls out of order",
      tries: "reports an error of its init, and answers twice, in the middle of an invoke",
      attack: async (_facts, { ask, runtimeApi: { host, port } }) => {
        const runtime = "/2018-06-01/runtime";
        const event = await ask(host, port, { path: `${runtime}/invocation/next` });
        const id = /"lambda-runtime-aws-request-id":"([^"]+)"/.exec(event)?.[1] ?? "";
        await ask(host, port, { method: "POST", path: `${runtime}/invocation/${id}/response`, body: "1" });
        return ask(host, port, { method: "POST", path: `${runtime}/invocation/${id}/response`, body: "2" });
      },
      harm: () => undefined,
      expected: containedByAll,
    },
    {
      name: "an answer before any event",
      tries: "as a custom runtime, answers before it has asked for an event",
      attack: { runtime: "provided.al2023", files: { bootstrap: hastyBootstrap } },
      harm: () => undefined,
      expected: refusedByAll,
    },
    {
      name: "an unknown frame",
      tries: "writes a frame of an unknown type to its channel",
      attack: (_facts, { fs, sleep }) => {
        fs.writeSync(4, Buffer.from([99, 0, 0, 0, 0, 0, 0, 0, 0]));
        return sleep(1000);
      },
      harm: ({ functionError }) => (functionError === undefined ? "is believed" : undefined),
      expected: containedByAll,
    },
    {
      name: "a frame of 4 GiB",
      tries: "announces a response of 4 GiB on its channel",
      ...weighed,
      attack: (_facts, { fs, sleep }) => {
        fs.writeSync(4, Buffer.from([17, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff]));
        fs.writeSync(4, Buffer.from("{}"));
        return sleep(1000);
      },
      expected: containedByAll,
    },
    {
      name: "a frame for another",
      tries: "answers on its channel with the request id of somebody else",
      attack: (_facts, { fs, sleep }) => {
        const meta = JSON.stringify({ requestId: "00000000-0000-4000-8000-000000000000" });
        fs.writeSync(4, Buffer.concat([Buffer.from([17, 0, 0, 0, meta.length, 0, 0, 0, 1]), Buffer.from(`${meta}1`)]));
        return sleep(1000);
      },
      harm: ({ functionError }) => (functionError === undefined ? "is believed" : undefined),
      expected: containedByAll,
    },
    {
      name: "meta that nests",
      tries: "sends a frame whose meta is a million brackets deep",
      ...weighed,
      attack: (_facts, { fs, sleep }) => {
        const meta = "[".repeat(1_000_000);
        const head = Buffer.alloc(9);
        head.writeUInt8(18);
        head.writeUInt32BE(meta.length, 1);
        const frame = Buffer.concat([head, Buffer.from(meta)]);
        for (let sent = 0; sent < frame.length; sent += fs.writeSync(4, frame, sent));
        return sleep(1000);
      },
      expected: containedByAll,
    },
    {
      name: "a flood of frames",
      tries: "writes a million polls to its channel",
      ...weighed,
      attack: (_facts, { fs }) => {
        const frames = Buffer.alloc(9 * 10_000);
        for (let at = 0; at < frames.length; at += 9) frames[at] = 16;
        for (let round = 0; round < 100; round += 1) fs.writeSync(4, frames);
        return "done";
      },
      expected: containedByAll,
    },
    {
      name: "its own events",
      tries: "reads its channel in the bootstrap's place, and answers nothing",
      timeoutSeconds: 1,
      attack: (_facts, { fs }) => fs.readSync(3, Buffer.alloc(65_536)),
      harm: ({ functionError }) => (functionError === undefined ? "is believed" : undefined),
      expected: containedByAll,
    },
    {
      name: "rubbish to all descriptors",
      tries: "writes rubbish to every pipe and socket that it was given, and closes them",
      timeoutSeconds: 2,
      attack: (_facts, { fs, each }) => {
        const descriptors = fs.readdirSync("/proc/self/fd").map(Number).filter((fd) => fd > 2);
        const given = each(descriptors, (fd) => [fd, fs.readlinkSync(`/proc/self/fd/${fd}`)] as const).filter(([, link]) => /^(pipe|socket)/.test(link));
        each(given, ([fd]) => fs.writeSync(fd, Buffer.alloc(4096, 0xee)));
        each(given, ([fd]) => fs.closeSync(fd));
        return given;
      },
      harm: () => undefined,
      expected: containedByAll,
    },
    {
      name: "what its first process is told",
      tries: "writes to every descriptor of the first process of what it sees, by /proc/1/fd: commands and reports, if it has such",
      timeoutSeconds: 2,
      attack: (_facts, { fs, each }) => {
        const written = each(fs.readdirSync("/proc/1/fd"), (fd) => {
          const opened = fs.openSync(`/proc/1/fd/${fd}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
          return [fd, fs.writeSync(opened, "\nexit 0\necho exit 0 >&5\n")];
        });
        return written;
      },
      harm: () => undefined,
      expected: { process: "not tried", oci: "contained" },
    },
    {
      name: "the first process's commands",
      tries: "reads what the first process of what it sees is told, in its place",
      timeoutSeconds: 2,
      attack: (_facts, { fs, each }) =>
        each(fs.readdirSync("/proc/1/fd"), (fd) => {
          const opened = fs.openSync(`/proc/1/fd/${fd}`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
          // Nothing there is no refusal.
          try {
            return [fd, fs.readSync(opened, Buffer.alloc(4096))];
          } catch {
            return [fd, 0];
          }
        }),
      harm: () => undefined,
      expected: { process: "not tried", oci: "contained" },
    },
  ],
};
