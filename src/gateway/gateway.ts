// The front door: one listener for people and programs, one for functions. They share the pipeline and differ in
// policy: functions always prove their role, and of Lambent's own routes see nothing but links that they were given.
import type { ServiceRegistry } from "../cloud/registry.ts";
import type { Clock } from "../core/clock.ts";
import type { AccountId, Region } from "../core/context.ts";
import type { Ids } from "../core/ids.ts";
import { isLoopback } from "../core/loopback.ts";
import type { Logger } from "../observe/logger.ts";
import { runtimeApiPort } from "../sandbox/sandbox.ts";
import type { FunctionUrls } from "../triggers/http/function-url/function-urls.ts";
import type { CredentialStore } from "./auth/credentials.ts";
import type { ExtraRoute } from "./exchange.ts";
import { unguardedAddress } from "./faults.ts";
import { listen, type Listener, type ListenerLimits } from "./listener.ts";
import { createPipeline } from "./pipeline.ts";

export interface GatewaySettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly auth: "on" | "off";
  /** Take an address that other machines can reach without authentication. */
  readonly trustNetwork: boolean;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  /** Of requests that do not say. */
  readonly account: AccountId;
  readonly region: Region;
}

export interface GatewayParts {
  readonly settings: GatewaySettings;
  readonly registry: ServiceRegistry;
  readonly credentials: CredentialStore;
  /** Requests to function URLs, on both listeners. */
  readonly functionUrls: FunctionUrls;
  /** Lambent's own paths; on the public listener only, but for links. */
  readonly extraRoutes: readonly ExtraRoute[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly limits?: Partial<ListenerLimits>;
}

export interface Gateway {
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  /** Where functions reach the API: always verifies. */
  readonly functionsUrl: string;
  /**
   * The same listener for those who have a loopback interface of their own. There it is heard at the number of the front
   * door's port, so that URLs of functions are the same inside and outside.
   */
  readonly functions: Pick<Listener, "port" | "take"> & { readonly url: string };
  /** Takes no more requests, lets running ones finish within `graceMs`, cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { settings, registry, credentials, functionUrls, clock, ids, log } = parts;
  const isGuarded = settings.auth === "on" || settings.trustNetwork || isLoopback(settings.host);
  if (!isGuarded) throw unguardedAddress(settings.host);

  const { allowHosts, allowOrigins, account, region } = settings;
  const auth = { credentials, clock, account, region };
  const shared = { clock, ids, log, ...(parts.limits === undefined ? {} : { limits: parts.limits }) };
  const functionsListener = await listen({
    ...shared,
    host: "127.0.0.1",
    port: 0,
    answer: createPipeline({
      registry,
      functionUrls,
      extraRoutes: parts.extraRoutes.filter(({ access }) => access === "link"),
      guard: { allowHosts: [], allowOrigins: [] },
      auth: { ...auth, verify: true },
      log,
    }),
  });
  const publicListener = await listen({
    ...shared,
    host: settings.host,
    port: settings.port,
    answer: createPipeline({
      registry,
      functionUrls,
      extraRoutes: parts.extraRoutes,
      guard: { allowHosts, allowOrigins },
      auth: { ...auth, verify: settings.auth === "on" },
      log,
    }),
  }).catch(async (error: unknown) => {
    await functionsListener.stop(0);
    throw error;
  });
  const insidePort = publicListener.port === runtimeApiPort ? functionsListener.port : publicListener.port;
  return {
    url: publicListener.url,
    functionsUrl: functionsListener.url,
    functions: { port: insidePort, url: `http://127.0.0.1:${insidePort}`, take: (socket) => functionsListener.take(socket) },
    stop: async (graceMs) => {
      await Promise.all([publicListener.stop(graceMs), functionsListener.stop(graceMs)]);
    },
  };
}
