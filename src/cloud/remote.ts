// Services that run elsewhere, behind the same door as ours: each call is a command of the official client, sent to the
// endpoint that the settings name. Nothing that comes over the wire is passed on; only services call through here.
import { Readable } from "node:stream";
import type { Cloud } from "../core/cloud.ts";
import type { CallContext } from "../core/context.ts";
import { Fault } from "../core/faults.ts";
import { services } from "../protocol/service-table.ts";
import { remoteNotReached, remoteRefused, serviceNotConfigured, operationNotServed } from "./faults.ts";

/** As every official client takes them. */
export type RemoteCredentials = () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }>;

export interface RemoteServicesOptions {
  /** Base URLs by the name of the service. */
  readonly endpoints: ReadonlyMap<string, string>;
  /** Asked on the first call, so that whoever points nowhere needs none. */
  readonly credentials: RemoteCredentials;
}

/** What all official clients have in common. */
interface Client {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<object>;
  destroy(): void;
}
type ClientClass = new (settings: object) => Client;
type CommandClass = new (input: object) => object;

interface Connection {
  readonly client: Client;
  readonly commands: Readonly<Record<string, unknown>>;
}

/** A server that takes no connection, or one that falls silent in the middle. */
const patience = { connectionTimeout: 5_000, socketTimeout: 60_000 };

export class RemoteServices implements Cloud {
  readonly #options: RemoteServicesOptions;
  /** By service and region: a client signs for one region. */
  readonly #connections = new Map<string, Promise<Connection>>();

  constructor(options: RemoteServicesOptions) {
    this.#options = options;
  }

  /**
   * The caller's account is not passed on: whose account it is, there, the credentials say. Members that stream are
   * async iterables, read once. Faults: as the endpoint answered, `ServiceUnavailable` (503) when it cannot be used,
   * `NotImplementedException` (501) without one.
   */
  async call(service: string, operation: string, input: object, context: CallContext): Promise<object> {
    const endpoint = this.#options.endpoints.get(service);
    if (endpoint === undefined) throw serviceNotConfigured(service);
    const { client, commands } = await this.#connect(service, endpoint, context.region);
    const Command = Object.hasOwn(commands, `${operation}Command`) ? commands[`${operation}Command`] : undefined;
    if (typeof Command !== "function") throw operationNotServed(service, operation);
    const faultOf = (error: unknown): unknown => remoteFault(error, { service, endpoint, signal: context.connection.signal });
    try {
      const output = await client.send(new (Command as CommandClass)(input), { abortSignal: context.connection.signal });
      return withoutClient(output, faultOf);
    } catch (error) {
      throw faultOf(error);
    }
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#connections.values());
    this.#connections.clear();
    for (const connection of opened) if (connection.status === "fulfilled") connection.value.client.destroy();
  }

  #connect(service: string, endpoint: string, region: string): Promise<Connection> {
    const key = `${service}/${region}`;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const connecting = openConnection(service, { endpoint, region, credentials: this.#options.credentials });
    this.#connections.set(key, connecting);
    // One that failed is tried again by the next call; this one is told by `connecting`.
    connecting.catch(() => this.#connections.delete(key));
    return connecting;
  }
}

async function openConnection(service: string, settings: object): Promise<Connection> {
  const entry = services.find(({ name }) => name === service);
  if (entry === undefined) throw new RangeError(`no such service: ${service}`);
  const commands = { ...(await entry.load()) };
  const [, Client] = Object.entries(commands).find(([name]) => /^[A-Z]\w*Client$/.test(name)) ?? [];
  if (typeof Client !== "function") throw new TypeError(`the client of ${service} has no class`);
  // Path style is S3's alone; the other clients pass over it.
  const client = new (Client as ClientClass)({ ...settings, forcePathStyle: true, requestHandler: patience });
  return { client, commands };
}

/** An output as our own handlers give it: no `$metadata`, streams as plain iterables whose errors are faults, too. */
function withoutClient(output: object, faultOf: (error: unknown) => unknown): object {
  const members = Object.entries(output).filter(([name]) => name !== "$metadata");
  return Object.fromEntries(members.map(([name, value]) => [name, value instanceof Readable ? readThrough(value, faultOf) : value]));
}

async function* readThrough(stream: AsyncIterable<Uint8Array>, faultOf: (error: unknown) => unknown): AsyncIterable<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw faultOf(error);
  }
}

interface Failed {
  readonly service: string;
  readonly endpoint: string;
  readonly signal: AbortSignal;
}

function remoteFault(error: unknown, { service, endpoint, signal }: Failed): unknown {
  if (signal.aborted || error instanceof Fault || !(error instanceof Error)) return error;
  const status = "$metadata" in error && "$fault" in error ? statusIn(error.$metadata) : undefined;
  return status === undefined ? remoteNotReached(service, endpoint, error) : remoteRefused(error.name, status, error.message, error);
}

const statusIn = (metadata: unknown): number | undefined =>
  typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata && typeof metadata.httpStatusCode === "number"
    ? metadata.httpStatusCode
    : undefined;
