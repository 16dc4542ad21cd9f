// The faults of this room: requests that cannot be read.
import { Fault } from "../core/faults.ts";
import type { ProtocolName } from "./protocol.ts";
import type { ServiceEntry } from "./service-table.ts";

/** Deepest nesting that a body may have. AWS's JSON parsers stop at about the same depth. */
export const deepestNesting = 500;

export const serialization = (message: string, cause?: unknown): Fault =>
  new Fault({ code: "SerializationException", status: 400, message, cause });

export const tooDeep = (): Fault => serialization(`Nesting is deeper than ${deepestNesting} levels.`);

export const bodyTooLarge = (limitBytes: number, cause: unknown): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Request must be smaller than ${limitBytes} bytes`,
    cause,
  });

/** `asked` is the operation as the request names it. */
export function unknownOperation(protocol: ProtocolName, asked: string, { version, unknownAction }: Pick<ServiceEntry, "version" | "unknownAction">): Fault {
  switch (protocol) {
    case "awsQuery":
      return new Fault({
        code: "InvalidAction",
        status: 400,
        message: unknownAction?.(asked) ?? `Could not find operation ${asked} for version ${version}`,
      });
    case "ec2Query":
      return new Fault({
        code: "InvalidAction",
        status: 400,
        message: `The action ${asked} is not valid for this web service.`,
      });
    case "restXml":
      return new Fault({
        code: "MethodNotAllowed",
        status: 405,
        message: "The specified method is not allowed against this resource.",
      });
    case "awsJson1_0":
    case "awsJson1_1":
      return new Fault({ code: "UnknownOperationException", status: 400, message: `Unknown operation: ${asked}` });
    case "restJson1":
    case "rpcv2Cbor":
      return new Fault({ code: "UnknownOperationException", status: 404, message: `Unknown operation: ${asked}` });
    default:
      return protocol satisfies never;
  }
}

/** S3's words; CloudFront's are alike. */
export const malformedXml = (cause: unknown): Fault =>
  new Fault({
    code: "MalformedXML",
    status: 400,
    message: "The XML you provided was not well-formed or did not validate against our published schema",
    cause,
  });
