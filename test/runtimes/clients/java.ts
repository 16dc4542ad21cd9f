// Java's official client as the managed runtimes run it, fetched by Lambent itself; the function is a folder of classes.
import { globSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "../../../src/engine/runtimes/runtime.ts";
import { built, locate, Missing, step } from "../../harness/build-cache.ts";
import { runtimes } from "../guest-host.ts";
import type { RuntimeClient } from "../client.ts";

/** Runs under any Java that Lambda has. */
const compilerOptions = ["--release", "8", "-Xlint:-options", "-proc:none"];

/** A runtime, with its client fetched and archived. Missing: this machine lacks the Java, or Maven is out of reach. */
export async function javaRuntime(id: string): Promise<Runtime> {
  try {
    await runtimes.add(id, () => undefined);
    return await runtimes.resolve(id);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "RuntimeNotInstalled") throw new Missing(error.message);
    throw error;
  }
}

/** The folder of the fixture's classes and its sources. */
export const javaClasses = (runtime: Runtime): Promise<string> => javaFixture(runtime, fixture("java"));

/** The same of another folder of sources. */
export const javaFixture = (runtime: Runtime, sources: string): Promise<string> => built({ sources, recipe: compilerOptions, build: (draft) => compile(runtime, draft) });

/** A folder of classes with the AWS SDK and the types of events in `lib`, as a build tool would pack it. */
export function javaSdkFunction(runtime: Runtime): Promise<string> {
  const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  const steps = ["-q", "-B", "-f", "pom.xml", copy, "-DincludeScope=runtime", "-DoutputDirectory=lib"];
  const maven = locate("mvn");
  const build = async (draft: string): Promise<void> => {
    await step(maven, steps, draft).catch((error: unknown) => {
      throw new Missing(`Maven could not fetch the AWS SDK: ${String(error)}`);
    });
    await compile(runtime, draft);
  };
  return built({ sources: fixture("java-sdk"), recipe: [...steps, ...compilerOptions], build });
}

const fixture = (name: string): string => new URL(`../../fixtures/clients/${name}`, import.meta.url).pathname;

function compile({ runtimeDir = "" }: Runtime, folder: string): Promise<void> {
  const compiler = locate("javac", ...globSync("/usr/lib/jvm/*/bin"));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".java"));
  const classPath = [join(runtimeDir, "lib", "*"), join(folder, "lib", "*")].join(":");
  return step(compiler, [...compilerOptions, "-classpath", classPath, "-d", folder, ...files], folder);
}

export const java = (id: string): RuntimeClient => ({
  language: `Java ${id.slice("java".length)}`,
  client: "com.amazonaws:aws-lambda-java-runtime-interface-client 2.9.0",
  runs: `\`${id}\``,
  handlers: { cases: "matrix.Cases", broken: "matrix.Broken::handleRequest" },
  build: async () => ({ folder: await javaClasses(await javaRuntime(id)), configuration: { runtime: id } }),
  lateAfterSeconds: 4,
  error: { errorType: "java.lang.IllegalStateException", errorMessage: "no", more: ["stackTrace"] },
  uncaught: { errorType: "java.lang.InternalError", errorMessage: "no", more: ["stackTrace"] },
  initError: { errorType: "java.lang.IllegalStateException", errorMessage: "broken" },
  concurrent: {},
  logged: (line) => new RegExp(`^${line}$`, "m"),
  without: { streaming: "The client does not stream, on AWS neither." },
});
