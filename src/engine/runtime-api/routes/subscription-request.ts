// The body of a subscription to telemetry: everything that is wrong with it is said at once, as AWS does.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html
import { invalidSubscription } from "../faults.ts";
import type { SubscriptionRequest, TelemetryApi, TelemetryBuffering, TelemetryDestination, TelemetryType } from "../telemetry-port.ts";

const schemaVersions: Readonly<Record<TelemetryApi, readonly string[]>> = {
  telemetry: ["2022-07-01", "2022-12-13", "2025-01-29"],
  logs: ["2020-08-15", "2021-03-18"],
};

const knownTypes: readonly TelemetryType[] = ["platform", "function", "extension"];

/** Least, most and default of each. */
const bufferingRanges: Readonly<Record<keyof TelemetryBuffering, readonly [number, number, number]>> = {
  maxItems: [1000, 10_000, 10_000],
  maxBytes: [262_144, 1_048_576, 262_144],
  timeoutMs: [25, 30_000, 1000],
};

/** By the one or the other the environment is called from within. */
const localHosts: ReadonlySet<string> = new Set(["sandbox.localdomain", "sandbox"]);

/** Throws ValidationError (400) with all complaints. */
export function parseSubscription(api: TelemetryApi, body: Uint8Array): SubscriptionRequest {
  const sent = parseObject(body);
  const complaints: string[] = [];
  const request = {
    api,
    schemaVersion: schemaVersionOf(api, sent, complaints),
    types: typesOf(sent["types"], complaints),
    destination: destinationOf(sent["destination"], complaints),
    buffering: bufferingOf(sent["buffering"], complaints),
  };
  const { destination } = request;
  if (destination === undefined || complaints.length > 0) throw invalidSubscription(complaints.join("; "));
  return { ...request, destination };
}

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null && !Array.isArray(value);

function parseObject(body: Uint8Array): Members {
  let sent: unknown;
  try {
    sent = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidSubscription("Request body is not JSON");
  }
  if (!isMembers(sent)) throw invalidSubscription("Request body is not a JSON object");
  return sent;
}

function schemaVersionOf(api: TelemetryApi, { schemaVersion }: Members, complaints: string[]): string {
  const known = schemaVersions[api];
  // The older API had one version first, which went without saying.
  const meant = schemaVersion ?? (api === "logs" ? "2020-08-15" : undefined);
  if (typeof meant === "string" && known.includes(meant)) return meant;
  complaints.push(`schemaVersion should be one of ${known.join(", ")}`);
  return "";
}

function typesOf(types: unknown, complaints: string[]): readonly TelemetryType[] {
  if (!Array.isArray(types) || types.length === 0) {
    complaints.push("types should not be empty");
    return [];
  }
  const found = knownTypes.filter((type) => types.includes(type));
  if (!types.every((type) => knownTypes.includes(type))) complaints.push(`types should be among ${knownTypes.join(", ")}`);
  return found;
}

function destinationOf(destination: unknown, complaints: string[]): TelemetryDestination | undefined {
  if (!isMembers(destination)) {
    complaints.push("destination is not provided");
    return undefined;
  }
  switch (destination["protocol"]) {
    case "HTTP":
      return httpDestination(destination, complaints);
    case "TCP":
      return tcpDestination(destination, complaints);
    default:
      complaints.push("destination protocol should be HTTP or TCP");
      return undefined;
  }
}

function httpDestination({ URI: uri, method = "POST" }: Members, complaints: string[]): TelemetryDestination | undefined {
  if (method !== "POST" && method !== "PUT") complaints.push("destination method should be POST or PUT");
  const url = typeof uri === "string" ? URL.parse(uri) : null;
  if (url === null || url.protocol !== "http:") complaints.push("URI is not provided");
  else if (!localHosts.has(url.hostname)) complaints.push("URI host should be sandbox.localdomain");
  else if (url.port === "") complaints.push("URI port is not provided");
  else return { protocol: "HTTP", method: method === "PUT" ? "PUT" : "POST", host: url.host, port: Number(url.port), path: url.pathname + url.search };
  return undefined;
}

function tcpDestination({ port }: Members, complaints: string[]): TelemetryDestination | undefined {
  if (typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536) return { protocol: "TCP", port };
  complaints.push("port is not provided");
  return undefined;
}

function bufferingOf(buffering: unknown, complaints: string[]): TelemetryBuffering {
  const sent = isMembers(buffering) ? buffering : {};
  if (buffering !== undefined && buffering !== null && !isMembers(buffering)) complaints.push("buffering is not an object");
  const take = (name: keyof TelemetryBuffering): number => {
    const [least, most, otherwise] = bufferingRanges[name];
    const value = sent[name] ?? otherwise;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    complaints.push(`buffering ${name} should be between ${least} and ${most}`);
    return otherwise;
  };
  return { maxItems: take("maxItems"), maxBytes: take("maxBytes"), timeoutMs: take("timeoutMs") };
}
