// Options of the virtual machine as AWS's managed runtimes set them, by version, memory and initialization type.
// https://docs.aws.amazon.com/lambda/latest/dg/java-customization.html
import type { LaunchRequest } from "./runtime.ts";

/** What stops ours: the function chose otherwise in JAVA_TOOL_OPTIONS, which alone would lose against a command line. */
interface Defaults {
  readonly options: readonly string[];
  readonly unless?: RegExp;
}

export const serialCollector = "-XX:+UseSerialGC";

/** Through these the client writes to descriptors and loads its library, where it is not started by the launcher's jar, which says so itself. */
export const moduleOptions = (major: number): readonly string[] => [
  ...(major >= 9 ? ["--add-opens=java.base/java.io=ALL-UNNAMED"] : []),
  ...(major >= 24 ? ["--enable-native-access=ALL-UNNAMED"] : []),
];

/** `sharing`: what makes Java use an archive of classes. */
export function javaOptions(major: number, sharing: readonly string[], { memoryMiB, environment, initializationType }: LaunchRequest): readonly string[] {
  const chosen = environment["JAVA_TOOL_OPTIONS"] ?? "";
  // From Java 25 on the second compiler may work where start-up is not waited for.
  const stopsAtFirstCompiler = major >= 17 && !(major >= 25 && initializationType === "provisioned-concurrency");
  const defaults: readonly Defaults[] = [
    { options: memoryOptions(major, memoryMiB) },
    { options: [serialCollector], unless: /-XX:\+Use\w+GC\b/ },
    { options: sharing, unless: /-Xshare:|SharedArchiveFile=|-XX:AOT/ },
    { options: stopsAtFirstCompiler ? ["-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1"] : [], unless: /-XX:(?:[+-]TieredCompilation|TieredStopAtLevel=)/ },
    { options: ["-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac"] },
    { options: major >= 17 ? ["-XX:+ErrorFileToStderr"] : [] },
  ];
  return defaults.filter(({ unless }) => unless?.test(chosen) !== true).flatMap(({ options }) => options);
}

/** 15 % stay outside of the heap, at most 240 MiB; up to Java 11 with bounds of their own. In KiB, as AWS counts. */
function memoryOptions(major: number, memoryMiB: number): readonly string[] {
  const total = memoryMiB * 1024;
  const metaspace = Math.round(Math.min(total * 0.1, 160 * 1024));
  const codeCache = Math.round(Math.min(total * 0.05, 80 * 1024));
  const heap = `-XX:MaxHeapSize=${total - metaspace - codeCache}k`;
  return major >= 17 ? [heap] : [heap, `-XX:MaxMetaspaceSize=${metaspace}k`, `-XX:ReservedCodeCacheSize=${codeCache}k`];
}
