// Lambent as a library: starts an instance under its own Node.js and returns a handle. Runs in any Node.js from 20 on,
// so that a test process of any version can use it.
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ownNode } from "./own-node.ts";

export interface LambentOptions {
  /** Port to listen on; any free one when left out. */
  readonly port?: number;
  /** Folder that keeps state; nothing is kept when left out. */
  readonly data?: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Twelve digits; default `000000000000`. */
  readonly account?: string;
  /** Any further flag of `lambent start`, e.g. `["--auth", "on"]`. */
  readonly flags?: readonly string[];
}

export interface Lambent extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Ends the instance and everything it started. */
  stop(): Promise<void>;
}

const bin = fileURLToPath(new URL("../bin/lambent.js", import.meta.url));

/** What the started process tells its parent when it answers requests. */
export interface ReadyMessage {
  readonly kind: "ready";
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Starts an instance and resolves when it answers. `await using lambent = await startLambent()` stops it at the end of
 * the scope. Rejects with what the instance printed when it could not start.
 */
export async function startLambent(options: LambentOptions = {}): Promise<Lambent> {
  const child = spawn(await ownNode(), [bin, "start", ...flagsOf(options)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const ready = await readyMessage(child);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // A test process that has finished must not hang on us: the instance ends itself when its parent goes.
  child.unref();
  child.channel?.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    if (child.connected) child.disconnect();
    await ended;
  };
  return {
    endpoint: ready.endpoint,
    region: ready.region,
    account: ready.account,
    credentials: ready.credentials,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function readyMessage(child: ChildProcess): Promise<ReadyMessage> {
  let complaint = "";
  child.stderr?.on("data", (bytes: Buffer) => void (complaint = (complaint + bytes.toString()).slice(-4096)));
  return new Promise((resolve, reject) => {
    child.once("message", (message: ReadyMessage) => {
      // Warnings and errors of a running instance belong to whoever runs the test.
      child.stderr?.removeAllListeners("data");
      child.stderr?.pipe(process.stderr);
      if (child.stderr !== null && "unref" in child.stderr && typeof child.stderr.unref === "function") child.stderr.unref();
      resolve(message);
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`Lambent could not start (exit status ${code}).\n${complaint.trim()}`)));
  });
}

function flagsOf({ port = 0, data, region, account, flags = [] }: LambentOptions): readonly string[] {
  return [
    "--port",
    String(port),
    ...(data === undefined ? ["--memory"] : ["--data", data]),
    ...(region === undefined ? [] : ["--region", region]),
    ...(account === undefined ? [] : ["--account", account]),
    "--log-level",
    "warn",
    ...flags,
  ];
}
