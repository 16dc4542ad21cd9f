import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createJavaClient, javaClientFolder, javaClientJars } from "./java-client.ts";
import { findJavaHomes } from "./java-homes.ts";
import { javaOptions } from "./java-options.ts";
import { createJavaLanguage } from "./java.ts";
import type { LanguageHost } from "./language.ts";
import type { LaunchRequest, RuntimeLaunch } from "./runtime.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambent-java-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const machine = async (): Promise<LanguageHost> => {
  const root = join(folder, `machine${++count}`);
  await mkdir(join(root, "bin"), { recursive: true });
  return { directory: join(root, "runtimes"), searchPath: [join(root, "bin")], homeDirectory: join(root, "home"), log: { warn: () => undefined } };
};

const program = async (path: string, script: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
};

const release = (more: Readonly<Record<string, string>>): string =>
  Object.entries({ OS_NAME: "Linux", OS_ARCH: "x86_64", ...more }).filter(([, value]) => value !== "").map(([key, value]) => `${key}="${value}"\n`).join("");

const install = async (home: string, more: Readonly<Record<string, string>>): Promise<string> => {
  await program(join(home, "bin", "java"), "exit 1");
  await writeFile(join(home, "release"), release(more));
  return join(home, "bin", "java");
};

const request = (more: Partial<LaunchRequest> = {}): LaunchRequest => ({
  paths: { taskRoot: "/var/task", optRoot: "/opt", runtimeDir: "/var/runtime", languageDir: "/var/lang", tmp: "/tmp" },
  host: { taskRoot: folder, optRoot: undefined },
  handler: "example.Hello::run",
  memoryMiB: 512,
  initializationType: "on-demand",
  environment: {},
  ...more,
});

describe("Java installations", () => {
  /** Of this machine others may be found, too. */
  const foundUnder = async (host: LanguageHost) =>
    (await findJavaHomes(host)).filter((java) => java.program.startsWith(folder)).map(({ program: path, build: _build, ...java }) => ({ ...java, name: path.split("/").at(-3) ?? "" }));

  test("are found where version managers put them, and by what they say of themselves", async () => {
    const host = await machine();
    const home = (...parts: string[]): string => join(host.homeDirectory, ...parts);
    await install(home(".sdkman", "candidates", "java", "8.0.452-tem"), { JAVA_VERSION: "1.8.0_452", OS_ARCH: "amd64" });
    await install(home(".asdf", "installs", "java", "temurin-21"), { JAVA_VERSION: "21.0.7", OS_ARCH: "aarch64", LIBC: "gnu" });
    await install(home(".jdks", "alpine"), { JAVA_VERSION: "25", LIBC: "musl" });
    await install(home(".jdks", "linked"), { JAVA_VERSION: "21.0.8", OS_NAME: "", OS_ARCH: "" });
    await install(home(".jdks", "mac"), { JAVA_VERSION: "17.0.1", OS_NAME: "Darwin" });
    await program(home(".jdks", "old", "bin", "java"), 'test "$1" = -XshowSettings:properties && echo "    java.version = 1.8.0_504\n    os.arch = amd64\n    os.name = Linux" >&2');
    await program(home(".jdks", "silent", "bin", "java"), "exit 1");
    expect((await foundUnder(host)).toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: "8.0.452-tem", version: "8.0.452", libc: "linux", architecture: "x86_64" },
      { name: "alpine", version: "25", libc: "linux_musl", architecture: "x86_64" },
      { name: "linked", version: "21.0.8", libc: "linux", architecture: process.arch === "arm64" ? "aarch_64" : "x86_64" },
      { name: "old", version: "8.0.504", libc: "linux", architecture: "x86_64" },
      { name: "temurin-21", version: "21.0.7", libc: "linux", architecture: "aarch_64" },
    ]);
  });

  test("are found by links and by the PATH, each once, and scripts on it are passed over", async () => {
    const host = await machine();
    const java = await install(join(host.homeDirectory, ".jdks", "one"), { JAVA_VERSION: "11.0.2" });
    await symlink(dirname(dirname(java)), join(host.homeDirectory, ".jdks", "current"));
    const other = await install(join(folder, "elsewhere"), { JAVA_VERSION: "11.0.3" });
    await symlink(other, join(host.searchPath[0] ?? "", "java"));
    await program(join(host.homeDirectory, "shims", "java"), "exit 1");
    const found = await findJavaHomes({ ...host, searchPath: [...host.searchPath, join(host.homeDirectory, "shims")] });
    expect(found.filter(({ version }) => version.startsWith("11.")).map(({ version }) => version).sort()).toEqual(["11.0.2", "11.0.3"]);
  });
});

describe("the options", () => {
  const serial = ["-XX:+UseSerialGC", "-Xshare:auto"];
  const firstCompiler = ["-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1"];

  test("are AWS's, with the shares of memory that it was seen to give", () => {
    expect(javaOptions(17, ["-Xshare:auto"], request()).slice(0, 5)).toEqual(["-XX:MaxHeapSize=445645k", ...serial, ...firstCompiler]);
    expect(javaOptions(11, ["-Xshare:auto"], request()).slice(0, 5)).toEqual(["-XX:MaxHeapSize=445645k", "-XX:MaxMetaspaceSize=52429k", "-XX:ReservedCodeCacheSize=26214k", ...serial]);
    expect(javaOptions(8, ["-Xshare:auto"], request({ memoryMiB: 3008 })).slice(0, 3)).toEqual(["-XX:MaxHeapSize=2834432k", "-XX:MaxMetaspaceSize=163840k", "-XX:ReservedCodeCacheSize=81920k"]);
  });

  test("let the second compiler of Java 25 work where nobody waits for the start", () => {
    expect(javaOptions(25, [], request())).toEqual(expect.arrayContaining(firstCompiler));
    expect(javaOptions(25, [], request({ initializationType: "provisioned-concurrency" })).join(" ")).not.toContain("Tiered");
    expect(javaOptions(21, [], request({ initializationType: "provisioned-concurrency" }))).toEqual(expect.arrayContaining(firstCompiler));
  });

  test("give way to what the function chooses", () => {
    const chosen = (JAVA_TOOL_OPTIONS: string): string => javaOptions(21, ["-Xshare:auto"], request({ environment: { JAVA_TOOL_OPTIONS } })).join(" ");
    expect(chosen("-XX:+UseParallelGC")).not.toContain("UseSerialGC");
    expect(chosen("-XX:+UseParallelGC")).toContain("TieredStopAtLevel=1");
    expect(chosen("-XX:TieredStopAtLevel=4")).not.toContain("Tiered");
    expect(chosen("-Xshare:on -XX:SharedArchiveFile=/var/task/app.jsa")).not.toContain("-Xshare");
  });
});

describe("a launch", () => {
  const launch = async (more: Partial<LaunchRequest> = {}): Promise<RuntimeLaunch> => {
    const host = await machine();
    const java = await install(join(host.homeDirectory, ".jdks", "11"), { JAVA_VERSION: "11.0.999" });
    await mkdir(javaClientFolder(host), { recursive: true });
    const [found] = await createJavaLanguage(host).find("java11");
    const runtime = await found?.open();
    if (found === undefined || runtime === undefined) throw new Error("no Java 11");
    expect(found.program).toBe(java);
    expect(runtime).toMatchObject({ id: "java11", channel: "http", version: "java:11.v999" });
    const launched = runtime.launch({ ...request(more), program: "/var/lang/bin/java" });
    expect([launched.program, ...launched.args]).toContain("/var/lang/bin/java");
    return launched;
  };
  const clientPath = javaClientJars.map((jar) => `/var/runtime/${jar}`).join(":");
  const clientMain = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
  const classPathOf = ({ args }: RuntimeLaunch): string | undefined => args[args.indexOf("-classpath") + 1];

  test("runs AWS's client by our launcher, the same for every handler", async () => {
    const { args } = await launch();
    expect(args.slice(-5)).toEqual(["-jar", "/var/runtime/launcher.jar", expect.stringMatching(/^\/var\/runtime\/lib\/jni\/liblambent\.linux-\w+\.so$/), clientPath, "/var/runtime/rehearsal"]);
    expect(args).toContain("-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=/var/runtime/lib/jni/libaws-lambda-jni.linux-x86_64.so");
    expect(args).toContain("-Djava.io.tmpdir=/tmp");
  });

  test("gives a wrapper the client itself, with the handler", async () => {
    const { program: shell, args } = await launch({ environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } });
    expect([shell, ...args.slice(0, 4)]).toEqual(["/bin/sh", "-c", 'exec "$0" "$@"', "/opt/wrapper", "/var/lang/bin/java"]);
    expect(args.slice(-4)).toEqual(["-classpath", "/var/runtime/launcher.jar", clientMain, "example.Hello::run"]);
    expect(args).toContain("--add-opens=java.base/java.io=ALL-UNNAMED");
  });

  test("puts code and layers on the class path where layers are not at /opt", async () => {
    const host = { taskRoot: join(folder, "task"), optRoot: join(folder, "layers") };
    for (const path of ["task/lib/b.jar", "task/lib/a.jar", "task/lib/notes.txt", "layers/java/lib/z.jar"]) await program(join(folder, path), "");
    const paths = { ...request().paths, ...host };
    const [task, opt] = [host.taskRoot, host.optRoot];
    expect(classPathOf(await launch({ paths, host }))).toBe(["/var/runtime/launcher.jar", task, `${task}/lib/a.jar`, `${task}/lib/b.jar`, `${opt}/java/lib/z.jar`].join(":"));
    expect((await launch({ host })).args).toContain("-jar");
    expect((await launch({ paths, host: { ...host, optRoot: undefined } })).args).toContain("-jar");
  });
});

describe("the archive of the client's classes", () => {
  const open = async (version: string, script: string) => {
    const host = await machine();
    await program(await install(join(host.homeDirectory, ".jdks", version), { JAVA_VERSION: version }), script);
    await mkdir(javaClientFolder(host), { recursive: true });
    const warnings: string[] = [];
    const language = createJavaLanguage({ ...host, log: { warn: (_fields, event) => void warnings.push(event) } });
    await language.install(`java${Number.parseInt(version, 10)}`, version, () => undefined);
    const found = (await language.find(`java${Number.parseInt(version, 10)}`)).find((candidate) => candidate.version === version);
    const args = (await found?.open())?.launch({ ...request(), program: "/var/lang/bin/java" }).args.join(" ");
    return { args, warnings, archives: await readdir(join(javaClientFolder(host), "archives")).catch(() => []) };
  };
  // Fails in the end, as the client's program does.
  const writes = 'for option; do case $option in -XX:ArchiveClassesAtExit=*|-XX:AOTCacheOutput=*) echo x > "${option#*=}" ;; esac; done; exit 1';

  test.each([
    ["17.0.999", /-Xshare:auto -XX:SharedArchiveFile=\/var\/runtime\/archives\/[0-9a-f]{16}\.jsa /],
    ["25.0.999", /-XX:AOTCache=\/var\/runtime\/archives\/[0-9a-f]{16}\.jsa -Xlog:aot=off /],
  ])("is made for Java %s, and used from then on", async (version, options) => {
    const { args, warnings, archives } = await open(version, writes);
    expect(args).toMatch(options);
    expect([warnings, archives]).toEqual([[], [expect.stringMatching(/\.jsa$/)]]);
  });

  test("is done without where it cannot be made, and before Java 13", async () => {
    expect(await open("17.0.998", "exit 1")).toEqual({ args: expect.stringContaining("-Xshare:auto -XX:+Tiered"), warnings: ["java-archive-not-made"], archives: [] });
    expect(await open("11.0.998", writes)).toEqual({ args: expect.stringContaining("-Xshare:auto -Dorg.crac"), warnings: [], archives: [] });
  });
});

/** `script` finds the folder for jars in `$folder`. */
const fakeMaven = (host: LanguageHost, script: string): Promise<void> =>
  program(join(host.searchPath[0] ?? "", "mvn"), `for option; do case $option in -DoutputDirectory=*) folder=\${option#*=} ;; esac; done\n${script}`);

describe("AWS's runtime client", () => {
  test("that Maven cannot bring leaves nothing behind, and the invoke says why and what to do", async () => {
    const host = await machine();
    await install(join(host.homeDirectory, ".jdks", "11"), { JAVA_VERSION: "11.0.999" });
    await fakeMaven(host, "echo Network is unreachable; exit 1");
    const [found] = await createJavaLanguage(host).find("java11");
    await expect(found?.open()).rejects.toMatchObject({
      code: "InvalidRuntimeException",
      status: 502,
      message: expect.stringMatching(/Network is unreachable\n.*lambent runtimes add java11$/),
    });
    expect(await readdir(join(host.directory, "java"))).toEqual([]);
  });

  test("that is not the one that AWS released is refused", async () => {
    const host = await machine();
    await fakeMaven(host, javaClientJars.map((jar) => `echo evil > $folder/${jar.slice("lib/".length)}`).join("\n"));
    await expect(createJavaClient(host).folder()).rejects.toThrow("aws-lambda-java-core-1.4.0.jar is not the file that was released");
    expect(await readdir(join(host.directory, "java"))).toEqual([]);
  });

  test("comes from Maven Central where there is no Maven, and is refused all the same if it is another", async () => {
    const host = await machine();
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(url.includes("serialization") ? "gone" : "a jar", { status: url.includes("serialization") ? 404 : 200 }));
    });
    const missing = "https://repo.maven.apache.org/maven2/com/amazonaws/aws-lambda-java-serialization/1.2.0/aws-lambda-java-serialization-1.2.0.jar";
    await expect(createJavaClient(host).folder()).rejects.toThrow(`${missing} answers 404`);
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("a jar")));
    await expect(createJavaClient(host).folder()).rejects.toThrow("aws-lambda-java-core-1.4.0.jar is not the file that was released");
    vi.unstubAllGlobals();
    expect(asked).toHaveLength(3);
    expect(await readdir(join(host.directory, "java"))).toEqual([]);
  });

  test("comes once for all who want it at the same time", async () => {
    const host = await machine();
    const runs = join(host.directory, "runs");
    await mkdir(host.directory);
    await fakeMaven(host, `echo run >> ${runs}; exit 1`);
    const client = createJavaClient(host);
    await Promise.allSettled([client.folder(), client.folder(), client.folder()]);
    expect(await readFile(runs, "utf8")).toBe("run\n");
  });

  test("is not fetched for a Java that is not there", async () => {
    const host = await machine();
    await expect(createJavaLanguage(host).install("java8.al2", undefined, () => undefined)).rejects.toMatchObject({
      code: "RuntimeNotInstalled",
      message: expect.stringContaining("Install a Java 8,"),
    });
    await expect(createJavaLanguage(host).install("java17", "17.0.0", () => undefined)).rejects.toMatchObject({ message: expect.stringContaining("Install a Java 17.0.0,") });
  });
});
