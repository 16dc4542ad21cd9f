// Everything a function's processes find in their environment; nothing of the server's own is among it.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
import type { SessionCredentials } from "../../core/credentials.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import { jsonLoggingOf } from "../../functions/logging.ts";
import type { LogStreamId } from "../../observe/log-sink.ts";
import type { GuestPaths } from "../../sandbox/sandbox.ts";
import { insideGuest, optionsInsideGuest } from "../guest-paths.ts";
import type { InitializationType } from "./environment-parts.ts";

export interface VariableSources {
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly paths: GuestPaths;
  /** Where the language's own programs are, in place of `/var/lang/bin`; undefined: there are none. */
  readonly programs: string | undefined;
  /** What the language needs (`NODE_PATH`, …); a function may override it. */
  readonly language: Readonly<Record<string, string>>;
  readonly credentials: SessionCredentials;
  readonly logStream: LogStreamId;
  /** Of the framed log messages. */
  readonly logDescriptor: number;
  /** Host and port of the environment's own Runtime API. */
  readonly runtimeApi: string;
  /** With which the metadata endpoint is asked, at the same address. */
  readonly metadataToken: string;
  /** Where AWS clients inside reach us. */
  readonly endpoint: string | undefined;
}

/** Later ones win: defaults, the language's, the function's own, and last what Lambda reserves. */
export const environmentVariables = (sources: VariableSources): Record<string, string> => ({
  ...defaults(sources.version.configuration.runtime, sources),
  ...sources.language,
  ...withPathsInside(sources.version.configuration.environment ?? {}, sources.paths),
  ...reserved(sources),
});

/** What of these is known before there is a function: with this a runtime boots ahead of its environment. */
export const bootVariables = (runtime: string, sources: Pick<VariableSources, "paths" | "programs" | "language" | "logDescriptor">): Record<string, string> => ({
  ...defaults(runtime, { ...sources, endpoint: undefined }),
  ...sources.language,
  ...folders(sources.paths),
  ...(isOsOnly(runtime) ? {} : forLogs(sources.logDescriptor)),
});

/** In which languages and the loader look for what they shall load. */
const namesFiles: ReadonlySet<string> = new Set(["JAVA_TOOL_OPTIONS", "NODE_OPTIONS", "PYTHONPATH", "RUBYOPT", "RUBYLIB", "DOTNET_STARTUP_HOOKS", "LD_PRELOAD"]);

/** Files of layers and code, where a function's own variables name them by AWS's paths, are found also where those are others. */
const withPathsInside = (own: Readonly<Record<string, string>>, paths: GuestPaths): Record<string, string> =>
  Object.fromEntries(Object.entries(own).map(([name, value]) => [name, namesFiles.has(name) ? optionsInsideGuest(value, paths) : value]));

const isOsOnly = (runtime: string): boolean => runtime.startsWith("provided");

/** Clients of managed runtimes write framed messages to it; what runs on a bare system prints lines. */
export const hasLogDescriptor = ({ configuration }: FunctionVersion): boolean => !isOsOnly(configuration.runtime);

const runtimesOnly: ReadonlySet<string> = new Set([
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_XRAY_CONTEXT_MISSING",
  "AWS_XRAY_DAEMON_ADDRESS",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

/** What of these an external extension finds. */
export const extensionVariables = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith("_") && !runtimesOnly.has(name)));

/** Languages whose bootstrap AWS starts through a shell, which leaves two variables behind. */
const startedByShell = /^(?:nodejs|python|ruby|dotnet)/;

/** Which AWS gives the credentials a second time, under the names of its oldest SDK. */
const knowsOldNames = /^java(?:8|11)\b/;

function defaults(runtime: string, { paths, programs = "/var/lang/bin", endpoint }: Pick<VariableSources, "paths" | "programs" | "endpoint">): Record<string, string> {
  const { taskRoot, optRoot, runtimeDir } = paths;
  const language = runtime === "provided.al2" ? { programs: "", libraries: "" } : { programs: `${programs}:`, libraries: "/var/lang/lib:" };
  return {
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    PATH: `${language.programs}/usr/local/bin:/usr/bin/:/bin:${optRoot}/bin`,
    LD_LIBRARY_PATH: `${language.libraries}/lib64:/usr/lib64:${runtimeDir}:${runtimeDir}/lib:${taskRoot}:${taskRoot}/lib:${optRoot}/lib`,
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1:2000",
    ...(startedByShell.test(runtime) ? { PWD: taskRoot, SHLVL: "0" } : {}),
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
  };
}

const folders = ({ taskRoot, runtimeDir }: GuestPaths): Record<string, string> => ({ LAMBDA_TASK_ROOT: taskRoot, LAMBDA_RUNTIME_DIR: runtimeDir });

const forLogs = (descriptor: number): Record<string, string> => ({ _LAMBDA_TELEMETRY_LOG_FD: descriptor.toString() });

function reserved({ version, initializationType, paths, credentials, logStream, logDescriptor, runtimeApi, metadataToken }: VariableSources): Record<string, string> {
  const { configuration, id } = version;
  const json = jsonLoggingOf(configuration);
  return {
    // A handler may lie in a layer: `/opt/nodejs/index.handler`.
    _HANDLER: insideGuest(configuration.handler ?? "", paths),
    AWS_REGION: id.region,
    AWS_DEFAULT_REGION: id.region,
    AWS_LAMBDA_FUNCTION_NAME: id.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: configuration.memoryMiB.toString(),
    AWS_LAMBDA_INITIALIZATION_TYPE: initializationType,
    ...(configuration.environmentConcurrency === undefined ? {} : { AWS_LAMBDA_MAX_CONCURRENCY: configuration.environmentConcurrency.toString() }),
    AWS_LAMBDA_LOG_GROUP_NAME: logStream.group,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream.stream,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    ...(knowsOldNames.test(configuration.runtime) ? { AWS_ACCESS_KEY: credentials.accessKeyId, AWS_SECRET_KEY: credentials.secretAccessKey } : {}),
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_METADATA_API: runtimeApi,
    AWS_LAMBDA_METADATA_TOKEN: metadataToken,
    ...folders(paths),
    _AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1",
    _AWS_XRAY_DAEMON_PORT: "2000",
    ...(json === undefined ? {} : { AWS_LAMBDA_LOG_FORMAT: json.format, AWS_LAMBDA_LOG_LEVEL: json.applicationLevel }),
    ...(hasLogDescriptor(version) ? forLogs(logDescriptor) : {}),
    ...(isOsOnly(configuration.runtime) ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}` }),
  };
}
