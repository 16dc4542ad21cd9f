import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RuntimeVersion } from "../../functions/runtime-versions.ts";
import { nodeProgram, nodeVersionsIn } from "../../own-node.ts";
import { boto3Packages } from "./boto3.ts";
import type { LanguageHost } from "./language.ts";
import type { LaunchRequest, Runtime } from "./runtime.ts";
import { createRuntimes } from "./runtimes.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambent-runtimes-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const script = async (path: string, body: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
};

/** A machine of its own: an empty home, a PATH with nothing on it. */
const machine = async (): Promise<LanguageHost & { readonly warnings: string[] }> => {
  const root = join(folder, `machine${++count}`);
  await mkdir(join(root, "home"), { recursive: true });
  const warnings: string[] = [];
  const log = { warn: (fields: object, event: string) => void warnings.push(`${event} ${JSON.stringify(fields)}`) };
  return { directory: join(root, "runtimes"), searchPath: [join(root, "bin")], homeDirectory: join(root, "home"), log, warnings };
};

const request = (more: Partial<LaunchRequest> = {}): LaunchRequest => ({
  paths: { taskRoot: "/var/task", optRoot: "/opt", runtimeDir: "/var/runtime", languageDir: "/var/lang", tmp: "/tmp" },
  host: { taskRoot: folder, optRoot: undefined },
  handler: "index.handler",
  memoryMiB: 1000,
  initializationType: "on-demand",
  environment: {},
  ...more,
});

/** On the host: as a driver has it that shows installations where they are. */
const startedProgram = (runtime: Runtime): string =>
  runtime.launch(request({ paths: { ...request().paths, languageDir: runtime.languageDir ?? "/nowhere" } })).program;

test("answers for every runtime that CreateFunction accepts", async () => {
  const text = await readFile(new URL("../../../data/constraints/lambda.json", import.meta.url), "utf8");
  const constraints: { structures: { CreateFunctionRequest: { Runtime: { enum: string[] } } } } = JSON.parse(text);
  const listed = await createRuntimes(await machine()).list();
  expect(listed.map((status) => status.id)).toEqual(expect.arrayContaining(constraints.structures.CreateFunctionRequest.Runtime.enum));
  expect(new Set(listed.map((status) => status.id)).size).toBe(listed.length);
});

test("names the command that installs what is missing", async () => {
  const runtimes = createRuntimes(await machine());
  await expect(runtimes.resolve("python3.15")).rejects.toMatchObject({
    code: "InvalidRuntimeException",
    status: 502,
    message: expect.stringContaining("lambent runtimes add python3.15"),
  });
  await expect(runtimes.resolve("dotnet6")).rejects.toMatchObject({ code: "InvalidRuntimeException", message: expect.stringContaining("provided.al2023") });
  await expect(runtimes.add("cobol", () => undefined)).rejects.toMatchObject({ code: "RuntimeUnknown" });
});

describe("Node.js", () => {
  test("is this very process for its own version, with the SDK and only the SDK beside the bootstrap", async () => {
    const runtime = await createRuntimes(await machine()).resolve("nodejs26.x");
    expect(startedProgram(runtime)).toBe(realpathSync(process.execPath));
    expect(runtime.version).toMatch(/^nodejs:26\.v\d+$/);
    expect(runtime.versionHash).toMatch(/^[0-9a-f]{64}$/);
    const packages = join(runtime.runtimeDir ?? "", "node_modules");
    expect((await readdir(packages)).sort()).toEqual(["@aws-sdk", "@smithy"]);
    expect(existsSync(join(packages, "@aws-sdk", "client-lambda", "package.json"))).toBe(true);
  });

  test("resolves at once the second time", async () => {
    const runtimes = createRuntimes(await machine());
    const [first, second] = await Promise.all([runtimes.resolve("nodejs26.x"), runtimes.resolve("nodejs26.x")]);
    expect(second).toBe(first);
    expect(runtimes.resolve("nodejs26.x")).toBe(first);
  });

  test("is found in version managers' folders with all its versions, newest first, broken ones passed over", async () => {
    const host = await machine();
    const nvm = (version: string): string => join(host.homeDirectory, ".nvm", "versions", "node", version, "bin", "node");
    await script(nvm("v22.9.0"), "echo v22.9.0");
    await script(nvm("v22.10.0"), "echo v22.10.0");
    await script(nvm("v22.11.0"), "exit 1");
    await script(nvm("v220.1.0"), "echo v220.1.0");
    const status = (await createRuntimes(host).list()).find(({ id }) => id === "nodejs22.x");
    expect(status).toEqual({ id: "nodejs22.x", state: "ready", versions: ["22.10.0", "22.9.0"].map((version) => ({ version, program: nvm(`v${version}`), hash: expect.stringMatching(/^[0-9a-f]{64}$/) })) });
  });

  test("gets its share of memory and the search path of AWS", async () => {
    const runtime = await createRuntimes(await machine()).resolve("nodejs26.x");
    const { args, environment } = runtime.launch(request());
    expect(args).toEqual(["--max-semi-space-size=50", "--max-old-space-size=900", "--max-http-header-size=81920", "/var/runtime/bootstrap.cjs"]);
    expect(environment).toEqual({
      NODE_PATH: "/opt/nodejs/node26/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task",
    });
  });

  test("is started by a wrapper script with the command line as its arguments", async () => {
    const runtime = await createRuntimes(await machine()).resolve("nodejs26.x");
    const plain = runtime.launch(request());
    const paths = { ...request().paths, optRoot: "/host/layers" };
    const wrapped = runtime.launch(request({ paths, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/bin/wrap" } }));
    expect([wrapped.program, ...wrapped.args]).toEqual(["/bin/sh", "-c", 'exec "$0" "$@"', "/host/layers/bin/wrap", plain.program, ...plain.args]);
  });
});

describe("versions side by side", () => {
  /** Programs that only know their version: where `lambent runtimes add` puts them. */
  const install = (host: LanguageHost, version: string): Promise<string> =>
    script(join(nodeVersionsIn(host.directory), version, nodeProgram()), `echo v${version}`);

  test("run each by its hash, and the newest without one", async () => {
    const host = await machine();
    const [older, newer] = [await install(host, "22.9.0"), await install(host, "22.10.0")];
    const runtimes = createRuntimes(host);
    const versions = await runtimes.installed("nodejs22.x");
    expect(versions.map(({ version }) => version)).toEqual(["22.10.0", "22.9.0"]);
    const programOf = async (version?: RuntimeVersion): Promise<string> => startedProgram(await runtimes.resolve("nodejs22.x", version));
    expect(await programOf()).toBe(newer);
    expect(await programOf(versions[1])).toBe(older);
    expect((await runtimes.resolve("nodejs22.x", versions[1])).versionHash).toBe(versions[1]?.hash);
    expect(runtimes.resolve("nodejs22.x", versions[0])).toBe(await runtimes.resolve("nodejs22.x"));
  });

  test("tell of another newest one, come or gone, and of nothing else", async () => {
    const host = await machine();
    await install(host, "22.9.0");
    const runtimes = createRuntimes(host);
    const told: string[] = [];
    runtimes.onNewest((id) => void told.push(id));
    const [first] = await runtimes.installed("nodejs22.x");
    await install(host, "22.8.0");
    await runtimes.lookAgain();
    expect(told).toEqual([]);
    await install(host, "22.10.0");
    await runtimes.lookAgain();
    expect(told).toEqual(["nodejs22.x"]);
    expect((await runtimes.resolve("nodejs22.x")).versionHash).not.toBe(first?.hash);
    await rm(join(nodeVersionsIn(host.directory), "22.10.0"), { recursive: true });
    await runtimes.lookAgain();
    expect(told).toHaveLength(2);
    expect((await runtimes.resolve("nodejs22.x")).versionHash).toBe(first?.hash);
  });

  test("say what to install when the one that is asked for has gone, and find it when it came back", async () => {
    const host = await machine();
    await install(host, "22.9.0");
    const runtimes = createRuntimes(host);
    const [version] = await runtimes.installed("nodejs22.x");
    await rm(nodeVersionsIn(host.directory), { recursive: true });
    await install(host, "22.10.0");
    await runtimes.lookAgain();
    await expect(runtimes.resolve("nodejs22.x", version)).rejects.toMatchObject({
      code: "InvalidRuntimeException",
      message: expect.stringContaining("lambent runtimes add nodejs22.x@22.9.0"),
    });
    await install(host, "22.9.0");
    expect((await runtimes.resolve("nodejs22.x", version)).versionHash).toBe(version?.hash);
  });

  test("have the same hash on every machine", async () => {
    const [one, other] = [await machine(), await machine()];
    await install(one, "22.9.0");
    await script(join(other.homeDirectory, ".nvm", "versions", "node", "v22.9.0", "bin", "node"), "echo v22.9.0");
    expect(await createRuntimes(one).installed("nodejs22.x")).toMatchObject([{ hash: (await createRuntimes(other).installed("nodejs22.x"))[0]?.hash }]);
  });

  test.each(["nodejs22.x@23.1.0", "nodejs22.x@22", "nodejs22.x@22.1.0 --registry=evil", "nodejs22.x@", "provided@1.0.0", "@aws-sdk/client-s3@1.0.0", "ruby3.4@3.3.1"])(
    "refuse %s",
    async (name) => {
      await expect(createRuntimes(await machine()).add(name, () => undefined)).rejects.toMatchObject({ code: "RuntimeVersionUnknown" });
    },
  );
});

describe("Python", () => {
  test("follows a shim to the interpreter behind it", async () => {
    const host = await machine();
    await script(join(host.homeDirectory, ".pyenv", "versions", "3.99.1", "bin", "python3.99"), "exit 1");
    await script(join(host.searchPath[0] ?? "", "python3.14"), "echo /real/python3.14; echo 3.14.2");
    const status = (await createRuntimes(host).list()).find(({ id }) => id === "python3.14");
    expect(status).toMatchObject({ id: "python3.14", state: "ready", versions: [{ version: "3.14.2", program: "/real/python3.14" }] });
  });

  test("runs without boto3 when pip fails, says so, and tries again with a later environment", async () => {
    const host = await machine();
    await mkdir(host.directory, { recursive: true });
    const program = join(host.directory, "python");
    const target = join(host.directory, "site-packages");
    await script(program, "echo no index within reach >&2; exit 1");
    const packages = boto3Packages({ id: "python3.14", program, runtimeDir: host.directory, log: host.log });
    await packages.firstAttempt();
    expect(host.warnings).toEqual([expect.stringMatching(/^boto3-not-installed .*no index within reach/)]);
    expect(await readdir(host.directory)).toEqual(["python"]);
    await script(program, 'while [ "$1" != --target ]; do shift; done; mkdir "$2/boto3"');
    packages.retry();
    await expect.poll(() => existsSync(join(target, "boto3"))).toBe(true);
    expect(host.warnings).toHaveLength(1);
  });
});

describe("Ruby", () => {
  const ruby = (host: LanguageHost, version: string, body: string): Promise<string> => script(join(host.homeDirectory, ".rubies", `ruby-${version}`, "bin", "ruby"), body);
  const statusOf = async (host: LanguageHost, id: string) => (await createRuntimes(host).list()).find((status) => status.id === id);

  test("is one of the very release: not a near one, no other implementation, nothing broken", async () => {
    const host = await machine();
    const program = await ruby(host, "3.4.7", "echo 3.4.7; echo /moved/bin/ruby");
    await ruby(host, "3.4.8", "exit 1");
    await ruby(host, "3.1.2", "echo 3.1.2; echo /moved/bin/ruby");
    await script(join(host.searchPath[0] ?? "", "ruby"), "echo 3.1.2; echo /usr/bin/ruby");
    expect(await statusOf(host, "ruby3.4")).toMatchObject({ state: "ready", versions: [{ version: "3.4.7", program }] });
    expect(await statusOf(host, "ruby3.2")).toMatchObject({ state: "missing", install: expect.stringContaining("lambent runtimes add ruby3.2") });
  });

  test("is the one behind a shim, where that starts", async () => {
    const host = await machine();
    const real = await script(join(host.homeDirectory, "real", "ruby"), `echo 3.3.1; echo "$0"`);
    await script(join(host.searchPath[0] ?? "", "ruby"), `echo 3.3.1; echo ${real}`);
    expect(await statusOf(host, "ruby3.3")).toMatchObject({ versions: [{ version: "3.3.1", program: real }] });
  });

  test("gets the search paths of AWS", async () => {
    const host = await machine();
    const program = await ruby(host, "3.4.7", "echo 3.4.7; echo /moved/bin/ruby");
    const runtime = await createRuntimes(host).resolve("ruby3.4");
    expect(runtime).toMatchObject({ channel: "framed", version: "ruby:3.4.v7" });
    const launch = runtime.launch(request());
    expect(startedProgram(runtime)).toBe(program);
    expect(launch).toMatchObject({ programs: "/var/lang/bin", args: ["--disable=gems", "-EUTF-8", expect.stringMatching(/^\/var\/runtime\/guest-\w+\/bootstrap\.rb$/), "/opt"] });
    expect(launch.environment).toMatchObject({
      GEM_HOME: "/var/runtime",
      GEM_PATH: "/var/task/vendor/bundle/ruby/3.4.0:/opt/ruby/gems/3.4.0:/var/runtime:/var/runtime/ruby/3.4.0",
      RUBYLIB: "/var/task:/var/runtime/lib:/opt/ruby/lib",
    });
    expect(runtime.launch(request({ environment: { RUBYOPT: "-rbundler/setup" } })).args).not.toContain("--disable=gems");
  });
});

describe("OS-only runtimes", () => {
  const launch = async (files: Readonly<Record<string, number>>, layer?: Readonly<Record<string, number>>) => {
    const write = async (root: string, content: Readonly<Record<string, number>>): Promise<string> => {
      await mkdir(root, { recursive: true });
      for (const [name, mode] of Object.entries(content)) {
        await writeFile(join(root, name), "#!/bin/sh\n");
        await chmod(join(root, name), mode);
      }
      return root;
    };
    const taskRoot = await write(join(folder, `code${++count}`), files);
    const optRoot = layer === undefined ? undefined : await write(join(folder, `layer${count}`), layer);
    const runtime = await createRuntimes(await machine()).resolve("provided.al2023");
    expect([runtime.channel, runtime.runtimeDir]).toEqual(["http", undefined]);
    return runtime.launch(request({ host: { taskRoot, optRoot }, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/ignored" } })).program;
  };

  test("start the bootstrap of the code, else that of a layer, and no wrapper", async () => {
    expect(await launch({ bootstrap: 0o755 }, { bootstrap: 0o755 })).toBe("/var/task/bootstrap");
    expect(await launch({ bootstrap: 0o644 }, { bootstrap: 0o755 })).toBe("/opt/bootstrap");
  });

  test("refuse code without an executable bootstrap in AWS's words", async () => {
    const message = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
    await expect(launch({})).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint", message });
    await expect(launch({ bootstrap: 0o644 })).rejects.toMatchObject({ code: "Runtime.InvalidEntrypoint", message });
  });

  test("take a bootstrap that is a link to a place inside", async () => {
    const taskRoot = join(folder, `code${++count}`);
    await mkdir(taskRoot);
    await symlink("/opt/bin/program", join(taskRoot, "bootstrap"));
    const runtime = await createRuntimes(await machine()).resolve("provided.al2");
    expect(runtime.launch(request({ host: { taskRoot, optRoot: undefined } })).program).toBe("/var/task/bootstrap");
  });
});
