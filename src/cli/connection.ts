// Where the running Lambent is and with what it wants to be spoken to, for the commands that are its clients.
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { openOperator, type Operator, readOperator } from "../admin/operator.ts";
import type { Settings } from "../config.ts";
import { CommandError } from "./command-error.ts";
import { readServerFile } from "./server-file.ts";

export interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly operator: Operator;
}

/** From the data directory where a Lambent runs on it, else from the settings. */
export async function connectionOf(settings: Settings): Promise<Connection> {
  const { dataDirectory, host, port, region, account } = settings;
  const server = dataDirectory === undefined ? undefined : readServerFile(dataDirectory);
  const known = dataDirectory === undefined ? undefined : await readOperator(dataDirectory);
  return {
    endpoint: server?.endpoint ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    region: server?.region ?? region,
    account: server?.account ?? account,
    operator: known ?? openOperator(account),
  };
}

/** AWS's own client for this Lambent. */
export async function lambdaClientOf({ endpoint, region, operator }: Connection): Promise<LambdaClient> {
  const { LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient({ endpoint, region, credentials: operator, maxAttempts: 1 });
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw error instanceof Error && "code" in error && error.code === "ECONNREFUSED" ? nobodyThere(endpoint, error) : error;
      }
    },
    { step: "finalizeRequest", name: "nobodyThere", priority: "low" },
  );
  return client;
}

const nobodyThere = (endpoint: string, cause: unknown): CommandError =>
  new CommandError(`nothing answers at ${endpoint}: start Lambent with "lambent start", or say where it runs with --port or --data`, { cause });

/** What the AWS tools read, for a shell or an SDK. */
export const environmentOf = ({ endpoint, region, operator }: Connection): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: operator.accessKeyId,
  AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
});

/** GET of a `/_lambent/` route, signed as an AWS call would be. Fault: CommandError with what the server said. */
export const getAdmin = (connection: Connection, path: string, query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Response> =>
  askAdmin(connection, { method: "GET", path, query }, signal);

/** POST of JSON to a `/_lambent/` route, signed likewise. `signal` hangs up, also on the answer. */
export const postAdmin = (connection: Connection, path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  askAdmin(connection, { method: "POST", path, query: {}, body: JSON.stringify(body) }, signal);

interface AdminRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function askAdmin(connection: Connection, request: AdminRequest, signal?: AbortSignal): Promise<Response> {
  const { endpoint, region, operator } = connection;
  const { path, query, ...sent } = request;
  const { protocol, hostname, port, host } = new URL(endpoint);
  const signer = new SignatureV4({ service: "lambda", region, credentials: operator, sha256: Sha256 });
  const { headers } = await signer.sign({ ...request, protocol, hostname, port: Number(port), headers: { host } });
  let response: Response;
  try {
    response = await fetch(`${endpoint}${path}?${new URLSearchParams(query).toString()}`, { ...sent, headers, signal: signal ?? null });
  } catch (error) {
    throw nobodyThere(endpoint, error);
  }
  if (!response.ok) throw new CommandError(await refusalOf(response, `${endpoint}${path}`));
  return response;
}

/** The sentence of a refusal where there is one, else all that came. */
async function refusalOf(response: Response, url: string): Promise<string> {
  const text = (await response.text()).trim();
  const sentence = /^\{"message":(".*")\}$/.exec(text)?.[1];
  return sentence === undefined ? `${url} answered ${response.status}: ${text}` : String(JSON.parse(sentence));
}
