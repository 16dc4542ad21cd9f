// Function URLs in tests: made by the official client, called by hand, as any HTTP client does.
import { once } from "node:events";
import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { CreateFunctionUrlConfigCommand, type CreateFunctionUrlConfigCommandInput, type LambdaClient } from "@aws-sdk/client-lambda";

export interface TestUrl {
  readonly id: string;
  /** `ID.lambda-url.REGION.localhost:PORT` */
  readonly host: string;
  readonly port: number;
}

export interface UrlCall {
  readonly method?: string;
  readonly path?: string;
  /** A list of names and values in turn where names repeat. */
  readonly headers?: Readonly<Record<string, string>> | readonly string[];
  readonly body?: string | Uint8Array;
  /** Instead of the URL's. */
  readonly host?: string;
  /** Instead of the URL's: another listener. */
  readonly port?: number;
}

export interface UrlAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Values of a header that was sent in several lines. */
  readonly all: (name: string) => readonly string[];
  readonly text: string;
}

export async function createUrl(lambda: LambdaClient, FunctionName: string, config: Partial<CreateFunctionUrlConfigCommandInput> = {}): Promise<TestUrl> {
  const { FunctionUrl = "" } = await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", ...config }));
  const { host, hostname, port } = new URL(FunctionUrl);
  return { id: hostname.split(".")[0] ?? "", host, port: Number(port) };
}

/** Resolves with the head. Not every resolver knows names below localhost: the address is given. */
export async function openUrl(url: TestUrl, { method = "GET", path = "/", headers = {}, body = "", host = url.host, port = url.port }: UrlCall = {}): Promise<IncomingMessage> {
  const named = Array.isArray(headers) ? ["host", host, ...headers] : ["host", host, ...Object.entries(headers).flat()];
  const sized = body.length === 0 ? named : [...named, "content-length", String(Buffer.byteLength(body))];
  const outgoing = request({ host: "127.0.0.1", port, path, method, headers: sized, agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  // Who is refused early may still be sending when the server stops: the answer is there, and tells by itself if it ends early.
  outgoing.on("error", () => undefined);
  return incoming;
}

export async function callUrl(url: TestUrl, call: UrlCall = {}): Promise<UrlAnswer> {
  const incoming = await openUrl(url, call);
  const { statusCode = 0, headers, rawHeaders } = incoming;
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += String(chunk);
  const all = (name: string): string[] => rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
  return { status: statusCode, headers, all, text };
}
