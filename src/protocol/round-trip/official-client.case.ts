// The official client of a service with its socket cut off: what it sends is handed over as the gateway would, what it
// is answered comes back as node:http would deliver it.
import { Readable } from "node:stream";
import { buildQueryString } from "@smithy/core/protocols";
import { HttpRequest, HttpResponse } from "@smithy/core/transport";
import { isRecord } from "../scalar.ts";
import type { WireRequest, WireResponse } from "../wire.ts";

export type Answer = (request: WireRequest) => Promise<WireResponse>;

export interface OfficialClient {
  send(operation: string, input: object): Promise<Record<string, unknown>>;
  readonly module: Readonly<Record<string, unknown>>;
}

type Constructor = new (argument: object) => unknown;
const isConstructor = (value: unknown): value is Constructor => typeof value === "function";

interface AnyClient {
  readonly config: { readonly protocolSettings: object };
  send(command: unknown): Promise<Record<string, unknown>>;
}
const isClient = (value: unknown): value is AnyClient =>
  typeof value === "object" && value !== null && "send" in value && "config" in value;

interface Customizable {
  readonly middlewareStack: { remove(name: string): boolean; use(plugin: unknown): void };
}
const isCustomizable = (value: unknown): value is Customizable =>
  typeof value === "object" && value !== null && "middlewareStack" in value;

/** Takes middlewares out, also those that a command adds to its own stack when it is sent. */
function without(target: unknown, names: readonly string[]): void {
  if (!isCustomizable(target)) throw new TypeError("no middleware stack");
  const { middlewareStack: stack } = target;
  const use = stack.use.bind(stack);
  const remove = (): void => names.forEach((name) => stack.remove(name));
  remove();
  stack.use = (plugin) => {
    use(plugin);
    remove();
  };
}

export interface ClientOptions {
  readonly config?: object;
  readonly protocolSettings?: object;
  /** Middlewares that change what was given to them or check what no random answer fulfils. */
  readonly withoutMiddlewares?: readonly string[];
}

export function officialClient(module: object, answer: Answer, options: ClientOptions = {}): OfficialClient {
  const exports: Record<string, unknown> = { ...module };
  const Client = Object.entries(exports).find(([name]) => /^[A-Z]\w*Client$/.test(name))?.[1];
  if (!isConstructor(Client)) throw new TypeError("no client class");
  const config = {
    region: "eu-west-1",
    endpoint: "https://service.test",
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", accountId: "123456789012" },
    requestHandler: { handle: (request: unknown) => handle(request, answer) },
    ...options.config,
  };
  const plain = new Client(config);
  if (!isClient(plain)) throw new TypeError("not a client");
  const settings = { ...plain.config.protocolSettings, ...options.protocolSettings };
  const client = new Client({ ...config, protocolSettings: settings });
  if (!isClient(client)) throw new TypeError("not a client");
  without(client, options.withoutMiddlewares ?? []);
  return {
    module: exports,
    send: (operation, input) => {
      const Command = exports[`${operation}Command`];
      if (!isConstructor(Command)) throw new TypeError(`no command ${operation}`);
      const command = new Command(input);
      without(command, options.withoutMiddlewares ?? []);
      return client.send(command);
    },
  };
}

async function handle(request: unknown, answer: Answer): Promise<{ response: HttpResponse }> {
  if (!HttpRequest.isInstance(request)) throw new TypeError("not a request");
  const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const {
    status,
    headers: answered,
    body,
  } = await answer({
    method: request.method,
    path: request.path,
    query: buildQueryString(request.query),
    headers: Object.fromEntries(headers),
    body: chunksOf(request.body),
  });
  const lower = Object.entries(answered).map(([name, value]) => [name.toLowerCase(), value]);
  const noBody = request.method === "HEAD" || status === 204 || status === 304;
  const response = new HttpResponse({
    statusCode: status,
    headers: Object.fromEntries(lower),
    body: noBody ? Readable.from([]) : readable(body),
  });
  return { response };
}

function chunksOf(body: unknown): AsyncIterable<Uint8Array> {
  if (isStream(body)) return body;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  if (bytes === undefined || bytes === null) return Readable.from([]);
  if (bytes instanceof Uint8Array) return Readable.from([bytes]);
  throw new TypeError("a body of a kind that no client sends");
}

const isStream = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

const readable = (body: WireResponse["body"]): Readable =>
  isStream(body)
    ? Readable.from(body)
    : Readable.from(body === undefined || body.length === 0 ? [] : [Buffer.from(body)]);

/** Values that are the same on both sides of the wire: bytes of any class, streams read to their end. */
export async function settled(value: unknown): Promise<unknown> {
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
  if (isStream(value)) {
    const chunks: Buffer[] = [];
    const events: unknown[] = [];
    for await (const chunk of value) {
      if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      else events.push(await settled(chunk));
    }
    return events.length > 0 ? events : { bytes: Buffer.concat(chunks).toString("hex") };
  }
  if (Array.isArray(value)) return Promise.all(value.map(settled));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(await Promise.all(entries.map(async ([key, item]) => [key, await settled(item)])));
}
