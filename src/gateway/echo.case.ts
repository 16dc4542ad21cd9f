// For tests of this room: a service that answers with what reached it, and a gateway in front of it.
import { ServiceRegistry } from "../cloud/registry.ts";
import type { Clock } from "../core/clock.ts";
import { type CallContext, isAccountId, isRegion } from "../core/context.ts";
import { systemClock } from "../core/clock.ts";
import { systemIds } from "../core/ids.ts";
import { silentLogger } from "../observe/logger.ts";
import type { ProtocolName, ServiceWire } from "../protocol/protocol.ts";
import type { WireRequest, WireResponse } from "../protocol/wire.ts";
import { CredentialStore } from "./auth/credentials.ts";
import { encodeBareFault } from "./bare-fault.ts";
import { collectedBody, readBody } from "./body.ts";
import { Exchange, type ExtraRoute, type Peer } from "./exchange.ts";
import type { GatewayParts, GatewaySettings } from "./gateway.ts";
import { type Answer, createPipeline } from "./pipeline.ts";
import { requestProtocol } from "./request-protocol.ts";

export interface Echo {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly trailer: string | undefined;
  readonly account: string;
  readonly region: string;
  readonly principal: CallContext["principal"];
  readonly endpoint: string;
}

export type Handle = (input: { readonly request: WireRequest }, context: CallContext) => Promise<{ answer: WireResponse }>;

const account = checked("000000000000", isAccountId);
const region = checked("us-east-1", isRegion);
export const operatorKey = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };

export const echo: Handle = async ({ request }, { account: owner, region: place, principal, endpoint }) => {
  const { method, path, query, headers } = request;
  const body = Buffer.from(await readBody(request.body)).toString();
  const trailer = headers["x-amz-checksum-crc32c"] ?? headers["x-amz-checksum-crc32"];
  const seen = { method, path, query, body, trailer, account: owner, region: place, principal, endpoint };
  return { answer: { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(seen) } };
};

/** One operation, `Echo`, in whatever protocol the request looks like. */
function fakeWire(service: string): ServiceWire {
  return {
    service,
    operations: new Set(["Echo"]),
    identify: async (wire) => ({ operation: "Echo", protocol: requestProtocol(wire, service), wire }),
    decode: async ({ wire }) => ({ input: { request: wire }, unknownMembers: [] }),
    encodeOutput: (_request, output) => ((output as Awaited<ReturnType<Handle>>).answer),
    encodeFault: (protocol: ProtocolName, fault, requestId) => encodeBareFault(protocol, fault, requestId),
  };
}

export function registryOf(services: readonly string[], handle: Handle = echo): ServiceRegistry {
  const registry = new ServiceRegistry();
  for (const name of services) {
    registry.register({
      service: { name, operations: { Echo: handle } },
      wire: async () => fakeWire(name),
      validator: async () => ({ validate: () => {} }),
    });
  }
  return registry;
}

export const settings: GatewaySettings = {
  host: "127.0.0.1",
  port: 0,
  auth: "off",
  trustNetwork: false,
  allowHosts: [],
  allowOrigins: [],
  account,
  region,
};

export function gatewayParts(changes: Partial<GatewayParts> = {}): GatewayParts {
  return {
    settings,
    registry: registryOf(["lambda", "s3"]),
    credentials: new CredentialStore(systemIds, [operatorKey]),
    extraRoutes: [],
    functionUrls: { serve: async () => ({ status: 403, headers: {}, body: "no URLs" }) },
    clock: systemClock,
    ids: systemIds,
    log: silentLogger,
    ...changes,
  };
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

const peer: Peer = {
  address: "127.0.0.1",
  localAddress: "127.0.0.1",
  listenerUrl: "http://127.0.0.1:4566",
  signal: new AbortController().signal,
  rawHeaders: [],
  httpVersion: "1.1",
};

/** A pipeline without sockets. */
export function pipelineOf(parts: GatewayParts, clock: Clock = parts.clock): (asked: Asked) => Promise<WireResponse> {
  const { settings: policy, credentials, registry, extraRoutes, functionUrls, log } = parts;
  const answer: Answer = createPipeline({
    registry,
    extraRoutes,
    functionUrls,
    guard: policy,
    auth: { verify: policy.auth === "on", credentials, clock, account: policy.account, region: policy.region },
    log,
  });
  return ({ method = "GET", path = "/", query = "", headers = {}, body = "" }) =>
    answer(
      new Exchange(
        systemIds.requestId(),
        { method, path, query, headers: { host: "localhost:4566", ...headers }, body: bodyOf(body) },
        peer,
      ),
    );
}

/** A route of Lambent's own that always answers `own`. */
export const ownRoute = (prefix: string, access: ExtraRoute["access"]): ExtraRoute => ({
  prefix,
  access,
  respond: async () => ({ status: 200, headers: {}, body: "own" }),
});

export const textOf = (response: WireResponse): string => (typeof response.body === "string" ? response.body : "");

export const echoOf = (response: WireResponse): Echo => JSON.parse(textOf(response)) as Echo;

const bodyOf = (body: NonNullable<Asked["body"]>): AsyncIterable<Uint8Array> =>
  typeof body === "string" || body instanceof Uint8Array ? collectedBody(Buffer.from(body)) : body;

function checked<T extends string>(text: string, is: (text: string) => text is T): T {
  if (!is(text)) throw new TypeError(`${text} is not what the test takes it for`);
  return text;
}
