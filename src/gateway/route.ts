// Which service a request is for. A table of clues, best first: official clients give several, old and unsigned ones
// only the last.
import { serviceNotServed } from "../cloud/faults.ts";
import type { ServiceRegistry } from "../cloud/registry.ts";
import { remembered } from "../core/remembered.ts";
import { parseAuthorization } from "./auth/authorization.ts";
import { collectedBody, readBody } from "./body.ts";
import type { Exchange, ExtraRoute } from "./exchange.ts";
import { noServiceFound } from "./faults.ts";
import { serviceOfHost, serviceOfSigningName, serviceOfTarget, serviceOfVersion } from "./service-names.ts";

type Clue = (exchange: Exchange) => string | undefined;

function clues(): readonly Clue[] {
  const serviceOfName = remembered(serviceInHost);
  const serviceOfPath = remembered((path) => servicePaths.find(({ pattern }) => pattern.test(path))?.service(path));
  return [
    serviceOfTargetHeader,
    serviceOfScope,
    function host({ request }) {
      return serviceOfName(request.headers["host"] ?? "");
    },
    function path({ request }) {
      return serviceOfPath(request.path);
    },
  ];
}

/** DynamoDB and its streams sign alike: the target knows better than the scope. */
function serviceOfTargetHeader({ request }: Exchange): string | undefined {
  const name = request.headers["x-amz-target"];
  return name === undefined ? undefined : serviceOfTarget.get(name.slice(0, name.lastIndexOf(".")));
}

function serviceOfScope({ authorization }: Exchange): string | undefined {
  return authorization === undefined ? undefined : (serviceOfSigningName.get(authorization.service) ?? authorization.service);
}

/** `lambda.us-east-1.localhost:4566`, `streams.dynamodb.localhost`. */
function serviceInHost(host: string): string | undefined {
  const [first = "", second = ""] = host.split(".");
  return serviceOfHost.get(`${first}.${second}`) ?? (second === "" ? undefined : serviceOfHost.get(first));
}

const servicePaths: readonly { readonly pattern: RegExp; service(path: string): string | undefined }[] = [
  {
    // Every path of Lambda's model starts with the date of the API it came with.
    pattern: /^\/20\d\d-\d\d-\d\d\/(?:functions|layers|event-source-mappings|account-settings|tags|code-signing-configs|capacity-providers|durable-execution(?:s|-callbacks)|resource-policy)(?:\/|$)/,
    service: () => "lambda",
  },
  // Queue URLs, which old clients and plain HTTP send requests to.
  { pattern: /^\/\d{12}\/[\w-]{1,80}(?:\.fifo)?\/?$/, service: () => "sqs" },
  // https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
  { pattern: /^\/service\/[^/]+\/operation\/[^/]+$/, service: (path) => serviceOfTarget.get(path.split("/")[2] ?? "") },
];

export function route(
  registry: ServiceRegistry,
  extraRoutes: readonly ExtraRoute[],
): (exchange: Exchange) => void | Promise<void> {
  const known = clues();
  const extraRouteOf = remembered((path) => extraRoutes.find(({ prefix }) => (prefix.endsWith("/") ? path.startsWith(prefix) : path === prefix)));
  return (exchange) => {
    const { path } = exchange.request;
    exchange.authorization = parseAuthorization(exchange.request);
    const extra = extraRouteOf(path);
    if (extra !== undefined) {
      exchange.route = { kind: "extra", extra };
      return undefined;
    }
    for (const clue of known) {
      const name = clue(exchange);
      if (name !== undefined) return serve(exchange, registry, name);
    }
    return routeByForm(exchange, registry);
  };
}

/** The last clue, for which the body may have to be read: the version of a query form. */
async function routeByForm(exchange: Exchange, registry: ServiceRegistry): Promise<void> {
  const form = await queryForm(exchange);
  const name = serviceOfVersion.get(form?.get("Version") ?? "");
  if (name === undefined) throw noServiceFound(exchange.request.method, exchange.request.path);
  serve(exchange, registry, name);
}

function serve(exchange: Exchange, registry: ServiceRegistry, name: string): void {
  exchange.serviceName = name;
  const service = registry.find(name);
  if (service === undefined) throw serviceNotServed(name);
  exchange.route = { kind: "service", service };
}

/** `Action=…&Version=…` in the query or in a form, whose body it keeps for later steps. */
async function queryForm(exchange: Exchange): Promise<URLSearchParams | undefined> {
  const { request } = exchange;
  if (/(?:^|&)Action=/.test(request.query)) return new URLSearchParams(request.query);
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") !== true) return undefined;
  const body = await readBody(request.body);
  exchange.request = { ...request, body: collectedBody(body) };
  return new URLSearchParams(body.toString("utf8"));
}
