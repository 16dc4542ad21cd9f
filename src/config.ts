// Every setting, once: its flag, its environment variable, its key in the configuration file, its default. The only
// reader of process.env. docs/settings.md is generated from this table (tools/settings-page.ts).
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { RemoteCredentials } from "./cloud/remote.ts";
import { type AccountId, isAccountId, isRegion, type Region } from "./core/context.ts";
import { services } from "./protocol/service-table.ts";

export interface Settings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absolute path; undefined with `--memory`. */
  readonly dataDirectory: string | undefined;
  readonly runtimesDirectory: string;
  readonly region: Region;
  readonly account: AccountId;
  readonly auth: "on" | "off";
  readonly trustNetwork: boolean;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  /** URLs by the name of the service. */
  readonly serviceEndpoints: ReadonlyMap<string, string>;
  readonly isolation: "any" | "required" | "none";
  /** Path or name; undefined: the first that is there of those that we know. */
  readonly ociRuntime: string | undefined;
  /** Absolute path. */
  readonly sandboxSystem: string;
  readonly egress: "auto" | "none" | "nat" | "host";
  /** IPv4 addresses and networks. */
  readonly egressAllow: readonly string[];
  readonly deprecatedRuntimes: "warn" | "block";
  readonly concurrency: number;
  readonly quotas: "none" | "aws";
  readonly idleMinutes: number;
  readonly environmentMemoryPercent: number;
  readonly prebootMemoryPercent: number;
  readonly updateDelayMs: number;
  readonly retryDelayPercent: number;
  readonly stopGraceSeconds: number;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "silent";
}

interface Setting<Value> {
  /** `--flag`; a boolean one takes no value. */
  readonly flag: string;
  /** What the flag's value is called in the help; undefined for booleans. */
  readonly placeholder: string | undefined;
  readonly variable: string;
  readonly summary: string;
  /** As text, the way a person would type it. Undefined: computed, see `summary`. */
  readonly fallback: string | undefined;
  parse(text: string): Value;
}

/** What is wrong with the settings that a person gave; printed without a stack. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new SettingsError(`must be a whole number from ${min} to ${max}`);
    return value;
  };

const oneOf =
  <const Choice extends string>(...choices: readonly Choice[]) =>
  (text: string): Choice => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new SettingsError(`must be one of ${choices.join(", ")}`);
    return choice;
  };

const list = (text: string): readonly string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const isTrue = (text: string): boolean => oneOf("true", "false")(text) === "true";

/** `s3=http://127.0.0.1:9000,sqs=https://sqs.eu-west-1.amazonaws.com` */
function parseEndpoints(text: string): ReadonlyMap<string, string> {
  const endpoints = new Map<string, string>();
  for (const item of list(text)) {
    const [, name = "", url = ""] = /^([^=]*)=(.*)$/.exec(item) ?? [];
    if (!services.some((service) => service.name === name)) {
      throw new SettingsError(`must be SERVICE=URL with one of these services: ${services.map((service) => service.name).join(", ")}`);
    }
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) throw new SettingsError(`must give ${name} a URL that begins with http:// or https://`);
    endpoints.set(name, url);
  }
  return endpoints;
}

/** `10.1.0.0/16,192.168.1.20` */
function parseNetworks(text: string): readonly string[] {
  const networks = list(text);
  for (const network of networks) {
    const [address = "", bits = "32", ...more] = network.split("/");
    const isNetwork = isIPv4(address) && !address.startsWith("127.") && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && more.length === 0;
    if (!isNetwork) throw new SettingsError(`must be IPv4 addresses or networks such as 10.1.0.0/16, none of loopback: ${network}`);
  }
  return networks;
}

function parseRegion(text: string): Region {
  if (!isRegion(text)) throw new SettingsError("must be a region such as eu-west-1");
  return text;
}

function parseAccount(text: string): AccountId {
  if (!isAccountId(text)) throw new SettingsError("must have twelve digits");
  return text;
}

type SettingsTable = { readonly [Key in keyof Settings]: Setting<Settings[Key]> };

/** In the order of the help and of docs/settings.md. `memory` has no member in Settings: it takes the data directory away. */
export const settingsTable: SettingsTable & { readonly memory: Setting<boolean> } = {
  port: {
    flag: "port",
    placeholder: "N",
    variable: "LAMBENT_PORT",
    summary: "Port to listen on; 0 takes any free one.",
    fallback: "4566",
    parse: wholeNumber(0, 65_535),
  },
  host: {
    flag: "host",
    placeholder: "ADDRESS",
    variable: "LAMBENT_HOST",
    summary: "Address to listen on. One that is not loopback needs --auth on (or --trust-network).",
    fallback: "127.0.0.1",
    parse: (text) => text,
  },
  dataDirectory: {
    flag: "data",
    placeholder: "DIR",
    variable: "LAMBENT_DATA",
    summary: "Folder that holds everything: functions, code, logs.",
    fallback: ".lambent",
    parse: (text) => resolve(text),
  },
  memory: {
    flag: "memory",
    placeholder: undefined,
    variable: "LAMBENT_MEMORY",
    summary: "Keep nothing: state lives in memory and in a temporary folder that goes when Lambent stops.",
    fallback: "false",
    parse: isTrue,
  },
  region: {
    flag: "region",
    placeholder: "NAME",
    variable: "LAMBENT_REGION",
    summary: "Region of requests that are not signed for one.",
    fallback: "us-east-1",
    parse: parseRegion,
  },
  account: {
    flag: "account",
    placeholder: "DIGITS",
    variable: "LAMBENT_ACCOUNT",
    summary: "Account of requests whose access key is not itself an account id.",
    fallback: "000000000000",
    parse: parseAccount,
  },
  auth: {
    flag: "auth",
    placeholder: "on|off",
    variable: "LAMBENT_AUTH",
    summary: "Whether requests must be signed with the access key that `lambent env` prints.",
    fallback: "off",
    parse: oneOf("on", "off"),
  },
  trustNetwork: {
    flag: "trust-network",
    placeholder: undefined,
    variable: "LAMBENT_TRUST_NETWORK",
    summary: "Allow an address that is not loopback without --auth on: whoever reaches the port runs code here.",
    fallback: "false",
    parse: isTrue,
  },
  allowHosts: {
    flag: "allow-host",
    placeholder: "NAMES",
    variable: "LAMBENT_ALLOW_HOST",
    summary: "Further names, separated by commas, under which clients may address Lambent (Host header).",
    fallback: "",
    parse: list,
  },
  allowOrigins: {
    flag: "allow-origin",
    placeholder: "ORIGINS",
    variable: "LAMBENT_ALLOW_ORIGIN",
    summary: "Web origins, separated by commas, whose pages may call the API.",
    fallback: "",
    parse: list,
  },
  serviceEndpoints: {
    flag: "service-endpoint",
    placeholder: "SERVICE=URL",
    variable: "LAMBENT_SERVICE_ENDPOINT",
    summary:
      "Where AWS services are that Lambent does not serve itself, separated by commas: `s3=http://127.0.0.1:9000`. Calls carry the credentials of AWS's usual chain (`AWS_ACCESS_KEY_ID`, profile, …) of whoever starts Lambent.",
    fallback: "",
    parse: parseEndpoints,
  },
  isolation: {
    flag: "isolation",
    placeholder: "any|required|none",
    variable: "LAMBENT_ISOLATION",
    summary: "`any`: functions run in containers where this machine can run them, else as plain processes, and Lambent says so; `required` refuses to start there; `none`: plain processes.",
    fallback: "any",
    parse: oneOf("any", "required", "none"),
  },
  ociRuntime: {
    flag: "oci-runtime",
    placeholder: "PROGRAM",
    variable: "LAMBENT_OCI_RUNTIME",
    summary: "What makes containers, a name on the PATH or a path: crun or runc, or one that understands their command line (runsc, kata-runtime: not verified). By itself Lambent takes crun, else runc.",
    fallback: "",
    parse: (text) => (text === "" ? undefined : text),
  },
  sandboxSystem: {
    flag: "sandbox-system",
    placeholder: "DIR",
    variable: "LAMBENT_SANDBOX_SYSTEM",
    summary: "Root of an unpacked Linux system whose programs and libraries functions in containers see, read-only, in place of this machine's.",
    fallback: "/",
    parse: (text) => resolve(text),
  },
  egress: {
    flag: "egress",
    placeholder: "auto|none|nat|host",
    variable: "LAMBENT_EGRESS",
    summary:
      "What functions in containers reach beside Lambent itself. `nat`: the public Internet, but nothing of this machine, of private networks, of cloud metadata and of other functions; `none`: nothing; `host`: whatever this machine reaches, itself included; `auto`: `nat` where it can be set up (it takes root and `nft`), else nothing.",
    fallback: "auto",
    parse: oneOf("auto", "none", "nat", "host"),
  },
  egressAllow: {
    flag: "egress-allow",
    placeholder: "LIST",
    variable: "LAMBENT_EGRESS_ALLOW",
    summary: "IPv4 addresses and networks, separated by commas, that functions reach by `--egress nat` although they are private or this machine's own: `10.1.0.0/16,192.168.1.20`. Not loopback.",
    fallback: "",
    parse: parseNetworks,
  },
  deprecatedRuntimes: {
    flag: "deprecated-runtimes",
    placeholder: "warn|block",
    variable: "LAMBENT_DEPRECATED_RUNTIMES",
    summary: "What CreateFunction does with runtimes that AWS has closed.",
    fallback: "warn",
    parse: oneOf("warn", "block"),
  },
  concurrency: {
    flag: "concurrency",
    placeholder: "N",
    variable: "LAMBENT_CONCURRENCY",
    summary: "Concurrent executions of an account in a region; beyond it invokes are throttled. A tenth of them, at most 100, cannot be reserved.",
    fallback: "1000",
    parse: wholeNumber(1, 1_000_000),
  },
  quotas: {
    flag: "quotas",
    placeholder: "none|aws",
    variable: "LAMBENT_QUOTAS",
    summary: "`aws`: AWS's rates bind, too: of requests, of new execution environments, of calls of the control plane, of the bytes of a streamed response (6 MB at once, then 2 MB/s). Sizes, counts and concurrency always do.",
    fallback: "none",
    parse: oneOf("none", "aws"),
  },
  idleMinutes: {
    flag: "idle-minutes",
    placeholder: "N",
    variable: "LAMBENT_IDLE_MINUTES",
    summary: "How long an idle execution environment is kept.",
    fallback: "10",
    parse: wholeNumber(1, 100_000),
  },
  environmentMemoryPercent: {
    flag: "environment-memory",
    placeholder: "PERCENT",
    variable: "LAMBENT_ENVIRONMENT_MEMORY",
    summary: "How much of this machine's memory execution environments may use together, each counted with the most that it has used so far; above 100 where they share much of it. For a cold start without room the environments end that are idle for longest, of any function; where nothing becomes free for two seconds it fails with TooManyRequestsException.",
    fallback: "75",
    parse: wholeNumber(1, 1000),
  },
  prebootMemoryPercent: {
    flag: "preboot-memory",
    placeholder: "PERCENT",
    variable: "LAMBENT_PREBOOT_MEMORY",
    summary: "How much of this machine's memory may go to languages that are booted, and sandboxes that are made, before a cold start needs them; 0: none is. There are as many as cold starts came at once of late, and only where functions are isolated.",
    fallback: "10",
    parse: wholeNumber(0, 100),
  },
  updateDelayMs: {
    flag: "update-delay",
    placeholder: "MS",
    variable: "LAMBENT_UPDATE_DELAY",
    summary: "For how long, at least, an update of a function is InProgress and others are refused, as on AWS; 0: until its code is unpacked.",
    fallback: "250",
    parse: wholeNumber(0, 60_000),
  },
  retryDelayPercent: {
    flag: "retry-delays",
    placeholder: "PERCENT",
    variable: "LAMBENT_RETRY_DELAYS",
    summary: "How much of AWS's delays is waited before an asynchronous invoke or a delivery that failed is tried again: at 100 a minute after the first failure of a function and two after the second, 1 to 300 seconds after a throttle.",
    fallback: "100",
    parse: wholeNumber(0, 100),
  },
  stopGraceSeconds: {
    flag: "stop-grace",
    placeholder: "SECONDS",
    variable: "LAMBENT_STOP_GRACE",
    summary: "How long running invokes may go on after SIGINT or SIGTERM.",
    fallback: "5",
    parse: wholeNumber(0, 900),
  },
  runtimesDirectory: {
    flag: "runtimes",
    placeholder: "DIR",
    variable: "LAMBENT_RUNTIMES",
    summary: "Where `lambent runtimes add` installs languages; shared by all instances of a user.",
    fallback: undefined,
    parse: (text) => resolve(text),
  },
  logLevel: {
    flag: "log-level",
    placeholder: "LEVEL",
    variable: "LAMBENT_LOG_LEVEL",
    summary: "Lambent's own log: trace, debug, info, warn, error or silent.",
    fallback: "info",
    parse: oneOf("trace", "debug", "info", "warn", "error", "silent"),
  },
};

export type SettingKey = keyof typeof settingsTable;
/** Values as text, as flags or a configuration file give them. */
export type GivenSettings = Partial<Record<SettingKey, string>>;

/** Flag before environment variable before file before default. Throws SettingsError naming the one that is wrong. */
export function readSettings(flags: GivenSettings, file: string | undefined, environment = process.env): Settings {
  const fromFile = file === undefined ? {} : readSettingsFile(file);
  const value = <Key extends SettingKey>(key: Key): ReturnType<(typeof settingsTable)[Key]["parse"]> => {
    const setting = settingsTable[key];
    const given = [
      { source: `--${setting.flag}`, text: flags[key] },
      { source: setting.variable, text: environment[setting.variable] },
      { source: `"${setting.flag}" in ${file ?? ""}`, text: fromFile[key] },
      { source: "default", text: setting.fallback ?? defaultRuntimesDirectory(environment) },
    ].find(({ text }) => text !== undefined);
    try {
      return setting.parse(given?.text ?? "") as ReturnType<(typeof settingsTable)[Key]["parse"]>;
    } catch (error) {
      if (error instanceof SettingsError) throw new SettingsError(`${given?.source ?? key}: ${error.message}`);
      throw error;
    }
  };
  return {
    host: value("host"),
    port: value("port"),
    dataDirectory: value("memory") ? undefined : value("dataDirectory"),
    runtimesDirectory: value("runtimesDirectory"),
    region: value("region"),
    account: value("account"),
    auth: value("auth"),
    trustNetwork: value("trustNetwork"),
    allowHosts: value("allowHosts"),
    allowOrigins: value("allowOrigins"),
    serviceEndpoints: value("serviceEndpoints"),
    isolation: value("isolation"),
    ociRuntime: value("ociRuntime"),
    sandboxSystem: value("sandboxSystem"),
    egress: value("egress"),
    egressAllow: value("egressAllow"),
    deprecatedRuntimes: value("deprecatedRuntimes"),
    concurrency: value("concurrency"),
    quotas: value("quotas"),
    idleMinutes: value("idleMinutes"),
    environmentMemoryPercent: value("environmentMemoryPercent"),
    prebootMemoryPercent: value("prebootMemoryPercent"),
    updateDelayMs: value("updateDelayMs"),
    retryDelayPercent: value("retryDelayPercent"),
    stopGraceSeconds: value("stopGraceSeconds"),
    logLevel: value("logLevel"),
  };
}

/** A JSON object whose keys are the flags: `{ "port": 4566, "auth": "on" }`. A key that is no flag is an error. */
function readSettingsFile(file: string): GivenSettings {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SettingsError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new SettingsError(`${file}: must hold a JSON object of settings`);
  }
  const keyOfFlag = new Map(settingKeys().map((key) => [settingsTable[key].flag, key]));
  const given: GivenSettings = {};
  for (const [flag, value] of Object.entries(content)) {
    const key = keyOfFlag.get(flag);
    if (key === undefined) throw new SettingsError(`${file}: there is no setting "${flag}"`);
    given[key] = Array.isArray(value) ? value.join(",") : String(value);
  }
  return given;
}

export function settingKeys(): readonly SettingKey[] {
  return Object.keys(settingsTable) as SettingKey[];
}

function defaultRuntimesDirectory(environment: NodeJS.ProcessEnv): string {
  return join(environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "lambent");
}

/** Where programs of the user who started us are looked for. */
export function programFolders(environment = process.env): { readonly searchPath: readonly string[]; readonly homeDirectory: string } {
  const { PATH: path = "", JAVA_HOME: javaHome = "" } = environment;
  const searchPath = [...path.split(delimiter), ...(javaHome === "" ? [] : [join(javaHome, "bin")])].filter((folder) => folder !== "");
  return { searchPath, homeDirectory: homedir() };
}

/** For calls that leave Lambent: AWS's usual chain (variables, profile, the machine's role), loaded with the first of them. */
export const remoteCredentials: RemoteCredentials = async () => {
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  return fromNodeProviderChain({ maxRetries: 0 })();
};
