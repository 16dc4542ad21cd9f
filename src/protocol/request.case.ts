// Requests for tests, as the gateway would hand them over.
import { loadServiceWire } from "./service-wire.ts";
import type { IdentifiedRequest, ServiceWire } from "./protocol.ts";
import type { WireRequest } from "./wire.ts";

export interface RequestParts {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export function request(line: string, { headers = {}, body = "" }: RequestParts = {}): WireRequest {
  const [method = "", target = ""] = line.split(" ");
  const [path = "", query = ""] = target.split("?");
  return { method, path, query, headers, body: streamOf(body) };
}

function streamOf(body: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return body;
  return {
    [Symbol.asyncIterator]: async function* chunk() {
      if (body.length > 0) yield Buffer.from(body);
    },
  };
}

const loaded = new Map<string, Promise<ServiceWire>>();

export function wireOf(service: string): Promise<ServiceWire> {
  const wire = loaded.get(service) ?? loadServiceWire(service);
  loaded.set(service, wire);
  return wire;
}

export async function read(
  service: string,
  wireRequest: WireRequest,
): Promise<
  Pick<IdentifiedRequest, "operation" | "protocol"> & {
    input: Record<string, unknown>;
    unknownMembers: readonly string[];
  }
> {
  const wire = await wireOf(service);
  const identified = await wire.identify(wireRequest);
  const { input, unknownMembers } = await wire.decode(identified);
  return { operation: identified.operation, protocol: identified.protocol, input, unknownMembers };
}

export const form = (body: string): RequestParts => ({
  headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8", host: "localhost:4566" },
  body,
});

export const target = (name: string, body: unknown, headers: Record<string, string> = {}): RequestParts => ({
  headers: { "x-amz-target": name, ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
