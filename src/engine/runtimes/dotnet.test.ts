// No .NET is within CI's reach: what is found and how it is started, against AWS's own scripts, by a program that plays it.
import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LanguageHost } from "./language.ts";
import type { LaunchRequest, Runtimes, RuntimeStatus } from "./runtime.ts";
import { createRuntimes } from "./runtimes.ts";

let root: string;
let host: LanguageHost;
let runtimes: Runtimes;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lambent-dotnet-"));
  host = { directory: join(root, "runtimes"), searchPath: [], homeDirectory: join(root, "home"), log: { warn: () => undefined } };
  runtimes = createRuntimes(host);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = async (path: string, text = ""): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
};

const inStore = (version: string, framework: string, file: string): string =>
  join(".store", "amazon.lambda.testtool", version, "amazon.lambda.testtool", version, "content", "Amazon.Lambda.RuntimeSupport", framework, file);

/** Lists frameworks as .NET does, and installs AWS's package as its client would. */
const dotnet = (...versions: string[]): Promise<string> => {
  const folder = join(host.homeDirectory, ".dotnet");
  const file = inStore("0.15.0", "net8.0", "Amazon.Lambda.RuntimeSupport.TestTool.dll");
  return write(
    join(folder, "dotnet"),
    `#!/bin/sh
case "$1 $2 $3" in
  --list-runtimes*)
    echo "Microsoft.AspNetCore.App 8.0.99 [${folder}/shared/Microsoft.AspNetCore.App]"
    ${versions.map((version) => `echo "Microsoft.NETCore.App ${version} [${folder}/shared/Microsoft.NETCore.App]"`).join("\n")} ;;
  "tool install Amazon.Lambda.TestTool")
    echo "installing $3"
    mkdir -p "$(dirname "$5/${file}")" && touch "$5/${file}" ;;
  *) exit 1 ;;
esac
`,
  );
};

const statusOf = async (id: string): Promise<RuntimeStatus | undefined> => (await runtimes.list()).find((status) => status.id === id);

describe(".NET", () => {
  test("needs the framework of the very major version, and AWS's RuntimeSupport for it", async () => {
    const program = await dotnet("8.0.9", "8.0.10", "6.0.1");
    expect(await statusOf("dotnet8")).toMatchObject({ state: "missing", install: expect.stringContaining("lambent runtimes add dotnet8") });
    await write(join(host.homeDirectory, ".dotnet", "tools", inStore("0.14.0", "net8.0", "Amazon.Lambda.RuntimeSupport.dll")));
    await write(join(host.homeDirectory, ".dotnet", "tools", inStore("0.14.0", "net10.0", "Amazon.Lambda.RuntimeSupport.dll")));
    expect(await statusOf("dotnet8")).toMatchObject({ state: "ready", versions: [{ version: "8.0.10", program }] });
    expect(await statusOf("dotnet6")).toMatchObject({ state: "missing" });
    expect(await statusOf("dotnet10")).toMatchObject({ state: "missing" });
  });

  test("gets RuntimeSupport by its own client, into a folder of Lambent's", async () => {
    await dotnet("8.0.10");
    const lines: string[] = [];
    expect(await runtimes.add("dotnet8", (line) => void lines.push(line))).toMatchObject({ state: "ready", versions: [{ version: "8.0.10" }] });
    expect(lines).toEqual(["installing Amazon.Lambda.TestTool"]);
    expect((await runtimes.resolve("dotnet8")).runtimeDir).toBe(join(host.directory, "dotnet", "0.15.0", dirname(inStore("0.15.0", "net8.0", "x"))));
    await expect(runtimes.add("dotnet10", () => undefined)).rejects.toMatchObject({ message: expect.stringContaining("there is no .NET 10 on this machine") });
  });

  test("says so when the package has nothing for a framework", async () => {
    await dotnet("10.0.1");
    await expect(runtimes.add("dotnet10", () => undefined)).rejects.toMatchObject({ message: expect.stringContaining("brings no RuntimeSupport for .NET 10") });
  });
});

describe("a .NET function", () => {
  const launchOf = async (files: readonly string[], handler: string, environment: Record<string, string> = {}) => {
    const program = await dotnet("8.0.10");
    await write(join(host.homeDirectory, ".dotnet", "tools", inStore("0.15.0", "net8.0", "Amazon.Lambda.RuntimeSupport.TestTool.dll")));
    const taskRoot = join(root, "task");
    await mkdir(taskRoot, { recursive: true });
    for (const file of files) await write(join(taskRoot, file));
    const runtime = await runtimes.resolve("dotnet8");
    expect(runtime).toMatchObject({ channel: "http", version: "dotnet:8.v10" });
    const paths = { taskRoot: "/var/task", optRoot: "/opt", runtimeDir: "/var/runtime", languageDir: "/var/lang", tmp: "/tmp" };
    const request: LaunchRequest = { paths, host: { taskRoot, optRoot: undefined }, handler, memoryMiB: 512, initializationType: "on-demand", environment };
    expect(runtime.languageDir).toBe(dirname(program));
    return { program: "/var/lang/dotnet", launch: runtime.launch(request) };
  };
  const support = "/var/runtime/Amazon.Lambda.RuntimeSupport.TestTool.dll";
  const handler = "App::App.Function::Handle";

  test("is loaded by RuntimeSupport, started as AWS starts it", async () => {
    const { program, launch } = await launchOf(["App.dll", "App.deps.json", "App.runtimeconfig.json", "Other.deps.json"], handler);
    const files = ["--depsfile", "/var/task/App.deps.json", "--runtimeconfig", "/var/task/App.runtimeconfig.json"];
    expect([launch.program, ...launch.args]).toEqual([program, "exec", ...files, support, handler]);
    expect(launch.environment).toEqual({ DOTNET_ROOT: dirname(program), LAMBDA_RUNTIME_NAME: "dotnet8" });
  });

  test.each([
    [{ LAMBDA_DOTNET_MAIN_ASSEMBLY: "Main.dll" }, ["Main.deps.json", "Main.runtimeconfig.json", "App.deps.json", "App.runtimeconfig.json"]],
    [{ LAMBDA_DOTNET_MAIN_ASSEMBLY: "" }, ["Main.deps.json", "Main.runtimeconfig.json"]],
  ])("is described by the files of %j, or by the only ones", async (environment, files) => {
    const { launch } = await launchOf(files, handler, environment);
    expect(launch.args.slice(1, 5)).toEqual(["--depsfile", "/var/task/Main.deps.json", "--runtimeconfig", "/var/task/Main.runtimeconfig.json"]);
  });

  test("that is a program runs as one", async () => {
    expect((await launchOf(["App.dll", "App"], "App")).launch.args).toEqual(["exec", "/var/task/App.dll"]);
    expect((await launchOf(["App.dll"], "App.dll")).launch.args).toEqual(["exec", "/var/task/App.dll"]);
    expect((await launchOf(["Native"], "Native")).launch).toMatchObject({ program: "/var/task/Native", args: [] });
  });

  test.each([
    ["App", [], 104, "Error: executable assembly /var/task/App.dll or binary /var/task/App not found.\n"],
    [handler, [], 105, /The \/var\/task directory is missing the required \.deps\.json file\.\n$/],
    [handler, ["A.deps.json", "B.deps.json"], 105, /required \.deps\.json file\.\n$/],
    [handler, ["App.deps.json"], 106, /required \.runtimeconfig\.json file\.\n$/],
  ])("of handler %s with files %j ends with AWS's words", async (name, files, status, message) => {
    const { launch } = await launchOf(files, name);
    const ended = spawnSync(launch.program, launch.args, { encoding: "utf8" });
    expect(ended).toMatchObject({ status, stderr: typeof message === "string" ? message : expect.stringMatching(message) });
  });

  test("may be wrapped", async () => {
    const { program, launch } = await launchOf(["App.dll"], "App", { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" });
    expect([launch.program, ...launch.args]).toEqual(["/bin/sh", "-c", 'exec "$0" "$@"', "/opt/wrap", program, "exec", "/var/task/App.dll"]);
  });
});
