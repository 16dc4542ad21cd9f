// What the warm benchmark measures side by side: Lambent, the bare server that bounds it, and peers from npm.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHello, type HelloKind, lambentProgram } from "./lambent.ts";
import type { BenchOptions } from "./options.ts";
import { answeredAfter, freePort, type Started, startProgram } from "./process.ts";
import { post } from "./request.ts";

export interface Subject {
  readonly name: string;
  /** Starts it and resolves with the URL to POST to, warm. */
  start(): Promise<{ readonly url: string; readonly started: Started }>;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const hello = { method: "POST", body: '{"name":"you"}', headers: { "content-type": "application/json" } };

export const bareName = "bare node:http";
export const lambentName = "lambent, Node.js";
export const lambentHttpName = "lambent, Runtime API over HTTP";
export const workerdName = "workerd";

export const bareServer: Subject = {
  name: bareName,
  start: async () => {
    const port = await freePort();
    const started = startProgram({ program: process.execPath, args: [path("fixtures/bare-server.mjs"), String(port)] });
    const url = `http://127.0.0.1:${port}/`;
    await answeredAfter(url, hello);
    return { url, started };
  },
};

const lambent = ({ memoryMiB }: BenchOptions, kind: HelloKind = "own bootstrap"): Subject => ({
  name: kind === "own bootstrap" ? lambentName : lambentHttpName,
  start: async () => {
    const port = await freePort();
    const started = startProgram(lambentProgram(port));
    const endpoint = `http://127.0.0.1:${port}`;
    await answeredAfter(`${endpoint}/2015-03-31/functions/`);
    await createHello(endpoint, "hello", memoryMiB, kind);
    // One that fails is answered with 200, too.
    await post(endpoint, "hello");
    return { url: `${endpoint}/2015-03-31/functions/hello/invocations`, started };
  },
});

/** Under the Node.js given: Express costs a good deal less on ours than on older ones. */
const functionsFramework = (node: string, label: string): Subject => ({
  name: `functions-framework, Node.js ${label}`,
  start: async () => {
    const port = await freePort();
    const bin = path("peers/node_modules/@google-cloud/functions-framework/build/src/main.js");
    const started = startProgram({
      program: node,
      args: [bin, "--target=hello", `--port=${port}`, `--source=${path("fixtures/functions-framework")}`],
      environment: { NODE_ENV: "production" },
    });
    const url = `http://127.0.0.1:${port}/`;
    await answeredAfter(url, hello);
    return { url, started };
  },
});

/** The machine's own Node.js, which people run such tools with; undefined where there is none but ours. */
function machineNode(): { readonly program: string; readonly version: string } | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const program = folders.map((folder) => join(folder, "node")).find((candidate) => existsSync(candidate));
  return program === undefined ? undefined : { program, version: execFileSync(program, ["--version"]).toString().trim() };
}

const serverlessOffline: Subject = {
  name: "serverless-offline",
  start: async () => {
    const [httpPort, lambdaPort] = [await freePort(), await freePort()];
    const started = startProgram({
      program: process.execPath,
      args: [path("peers/node_modules/serverless/bin/serverless.js"), "offline", `--httpPort=${httpPort}`, `--lambdaPort=${lambdaPort}`, "--noTimeout"],
      cwd: path("fixtures/serverless"),
      environment: { NODE_PATH: path("peers/node_modules"), SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off" },
    });
    const url = `http://127.0.0.1:${lambdaPort}/2015-03-31/functions/hello-dev-hello/invocations`;
    await answeredAfter(url, hello);
    return { url, started };
  },
};

/** A peer that is a program: `args` by its port. */
const peer = (name: string, program: string, args: (port: string) => readonly string[]): Subject => ({
  name,
  start: async () => {
    const port = await freePort();
    const started = startProgram({ program, args: args(String(port)) });
    const url = `http://127.0.0.1:${port}/`;
    await answeredAfter(url, hello);
    return { url, started };
  },
});

const scriptPeer = (name: string, file: string, handler: string): Subject =>
  peer(name, process.execPath, (port) => [path(`fixtures/${name}.cjs`), port, path(`peers/node_modules/${file}`), path(`fixtures/${handler}`)]);

const workerd = peer(workerdName, path("peers/node_modules/@cloudflare/workerd-linux-64/bin/workerd"), (port) => [
  "serve",
  path("fixtures/workerd/config.capnp"),
  `--socket-addr=http=127.0.0.1:${port}`,
]);

/** Peers are left out, with a word, where `npm ci` was not run in bench/peers. */
export function subjects(options: BenchOptions): readonly Subject[] {
  const own = [bareServer, lambent(options), lambent(options, "Runtime API over HTTP")];
  if (!existsSync(path("peers/node_modules"))) {
    process.stderr.write("peers are not installed and left out: npm ci --prefix bench/peers\n");
    return own;
  }
  const machine = machineNode();
  return [
    ...own,
    functionsFramework(process.execPath, process.version),
    ...(machine === undefined ? [] : [functionsFramework(machine.program, machine.version)]),
    serverlessOffline,
    scriptPeer("lambda-local", "lambda-local", "lambda-local-hello.cjs"),
    scriptPeer("miniflare", "miniflare", "workerd/hello.mjs"),
    workerd,
  ];
}
