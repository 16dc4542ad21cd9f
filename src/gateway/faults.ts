// What the gateway itself refuses, before any service sees the request.
import { Fault } from "../core/faults.ts";

const forbidden = (message: string): Fault => new Fault({ code: "AccessDeniedException", status: 403, message });

// Who may speak to us

export const hostNotAllowed = (host: string | undefined): Fault =>
  forbidden(
    `Requests for the host ${JSON.stringify(host ?? "")} are refused: another name may have been pointed at this ` +
      `machine by a web page. If the name is yours, start Lambent with --allow-host.`,
  );

export const browserNotAllowed = (origin: string | undefined): Fault =>
  forbidden(
    `Requests of web pages${origin === undefined ? "" : ` of ${JSON.stringify(origin)}`} are refused. ` +
      `If the page is yours, start Lambent with --allow-origin.`,
  );

export const notForFunctions = (): Fault => forbidden("This is not for the credentials of a function.");

// Bodies, and what frames them (RFC 9112)

export const bodyTooLarge = (limitBytes: number, operation: string | undefined): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Request must be smaller than ${limitBytes} bytes${operation === undefined ? "" : ` for the ${operation} operation`}`,
  });

export const bodyStalled = (idleMs: number): Fault =>
  new Fault({
    code: "RequestTimeout",
    status: 408,
    message: `Nothing of the request body arrived for ${idleMs / 1000} seconds.`,
  });

export const bodyCutOff = (): Fault =>
  new Fault({ code: "IncompleteBody", status: 400, message: "The request body terminated unexpectedly" });

/** RFC 9112, 3.2: the other forms of a target are for proxies, which this is none. */
export const malformedTarget = (): Fault =>
  new Fault({ code: "BadRequestException", status: 400, message: "The request target must be a path." });

export const malformedFraming = (): Fault =>
  new Fault({ code: "BadRequestException", status: 400, message: "The only transfer coding is chunked, and only in HTTP/1.1." });

/** Only of headers that node and somebody in between could read differently when there are two. */
export const repeatedHeader = (name: string): Fault =>
  new Fault({ code: "BadRequestException", status: 400, message: `The header ${name} may be sent only once.` });

// What was asked for, and how it ended

export const noServiceFound = (method: string, path: string): Fault =>
  new Fault({
    code: "UnknownOperationException",
    status: 404,
    message:
      `${method} ${path} belongs to no AWS service that Lambent knows. Signed requests say which service they are ` +
      `for; point an AWS SDK or the AWS CLI here (AWS_ENDPOINT_URL).`,
  });

// The code every protocol's clients know for "ours, not yours"; Lambda's model calls it ServiceException.
export const internalFailure = (service: string | undefined, cause: unknown): Fault =>
  new Fault({
    code: service === "lambda" ? "ServiceException" : "InternalFailure",
    status: 500,
    message: "The request processing has failed because of an unknown error, exception or failure.",
    cause,
  });

// Listeners

export const unguardedAddress = (host: string): Fault =>
  new Fault({
    code: "GatewayAddressUnguarded",
    status: 500,
    message:
      `${host} can be reached from other machines, and without authentication whoever reaches Lambent can run code ` +
      `here. Start it with --auth on, or with --trust-network where the network is fenced off (a container).`,
  });

/** Why the port could not be had, and what to do next. */
export function listenFailed(host: string, port: number, cause: NodeJS.ErrnoException): Fault {
  const fault = (code: string, message: string): Fault => new Fault({ code, status: 500, message, cause });
  switch (cause.code ?? "") {
    case "EADDRINUSE":
      return fault(
        "GatewayPortInUse",
        `Port ${port} of ${host} is in use, perhaps by another Lambent. Stop that, or start with --port N (0 takes any free port).`,
      );
    case "EACCES":
      return fault("GatewayPortForbidden", `Port ${port} needs privileges. Start with --port N and N above 1023.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return fault("GatewayAddressUnknown", `${host} is no address of this machine. Start with --host and one that is.`);
    default:
      return fault("GatewayListenFailed", `Cannot listen on ${host}:${port}: ${cause.message}`);
  }
}
