// The function's side of an attempt: runs it with the tools that it may use, and says what came of it.
import { spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import * as fs from "node:fs";
import { request } from "node:http";
import { getCompileCacheDir } from "node:module";
import * as net from "node:net";
import * as path from "node:path";

const patienceMs = 1500;

// For who looks from outside: what was started before it had its variables is not told by them.
process.title = process.env.MARK;

/** Runs a command of hostile.c; resolves with what it printed when it ends or stays. Rejects with what refused it. */
function program(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn("hostile", args.map(String), { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    const settle = (ending) => {
      child.unref();
      const refused = /^refused (.*)$/m.exec(printed);
      if (refused === null) resolve(printed + ending);
      else reject(Object.assign(new Error(printed), { code: refused[1] }));
    };
    child.stdout.on("data", (bytes) => {
      printed += bytes;
      if (/^did /m.test(printed)) settle("");
    });
    child.on("error", reject);
    child.on("close", (code, signal) => settle(`ended with ${signal ?? code}`));
  });
}

/** One HTTP request; resolves with status, headers and body in one text, rejects with what refuses it. */
function ask(host, port, { method = "GET", path: target = "/", headers = {}, body = "", socketPath } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, socketPath, method, path: target, headers, timeout: patienceMs }, (reply) => {
      let text = `${reply.statusCode} ${JSON.stringify(reply.headers)} `;
      reply.on("data", (bytes) => (text += bytes));
      reply.on("close", () => (reply.statusCode < 400 ? resolve(text) : reject(Object.assign(new Error(text), { code: text }))));
      reply.on("timeout", () => resolve(text));
    });
    asked.on("timeout", () => asked.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    asked.on("error", reject);
    asked.end(body);
  });
}

/** What comes from a TCP or unix address of its own accord, or in answer to `say`, within the patience. */
function hear(where, say = "") {
  return new Promise((resolve, reject) => {
    let heard = "";
    const socket = net.connect(where, () => socket.write(say));
    socket.setTimeout(patienceMs, () => socket.destroy(heard === "" ? Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }) : undefined));
    socket.on("data", (bytes) => (heard += bytes));
    socket.on("error", reject);
    socket.on("close", () => resolve(heard));
  });
}

/** What `look` makes of each item, those left out that it throws for. If it throws for all: what it threw last. */
function each(items, look) {
  const found = [];
  let failure;
  for (const item of items) {
    try {
      found.push(look(item));
    } catch (error) {
      failure = error;
    }
  }
  if (found.length === 0 && failure instanceof Error) throw failure;
  return found;
}

const hex = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed(method, target, body, host) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token, AWS_REGION: region } = process.env;
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/lambda/aws4_request`;
  const names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
  const [place, query = ""] = target.split("?");
  const canonicalPath = place.split("/").map((part) => encodeURIComponent(part)).join("/");
  const canonical = [method, canonicalPath, query, `host:${host}`, `x-amz-content-sha256:${hex(body)}`, `x-amz-date:${time}`, `x-amz-security-token:${token}`, "", names, hex(body)].join("\n");
  const key = ["lambda", "aws4_request"].reduce(hmac, hmac(hmac(`AWS4${secret}`, time.slice(0, 8)), region));
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, hex(canonical)].join("\n")).toString("hex");
  return {
    host,
    "content-type": "application/json",
    "x-amz-content-sha256": hex(body),
    "x-amz-date": time,
    "x-amz-security-token": token,
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
const api = { host: endpoint.hostname, port: Number(endpoint.port) };

const call = (method, target, body = "", { host, port } = api) =>
  ask(host, port, { method, path: target, body, headers: signed(method, target, body, `${host}:${port}`) });

const [runtimeHost, runtimePort] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

const tmp = process.env.TMPDIR ?? "/tmp";

/** Folders that environments of a function may have in common, by name. */
const folders = {
  task: process.env.LAMBDA_TASK_ROOT,
  // The last of the path is the layers' /opt/bin.
  opt: path.dirname(process.env.PATH.split(":").at(-1)),
  runtime: process.env.LAMBDA_RUNTIME_DIR,
  lang: path.dirname(path.dirname(process.execPath)),
  cache: process.env.NODE_COMPILE_CACHE ?? getCompileCacheDir(),
  tmp,
};

const look = () => Object.values(folders).flatMap((folder) => {
  if (folder === undefined || !fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).map((name) => path.join(folder, name));
});

export const tools = {
  fs, net, path, spawn, program, ask, hear, each, call, api,
  tmp,
  folders,
  pids: () => fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)),
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  runtimeApi: { host: runtimeHost, port: Number(runtimePort) },
};

export const attack = (run) => async (facts) => {
  if (facts.alive !== undefined) return { answer: "alive" };
  if (facts.look !== undefined) return { answer: look() };
  try {
    return { answer: await run(facts, tools) };
  } catch (error) {
    return { refused: error.code ?? String(error) };
  }
};
