// The proof of this room, one service at a time: what the official client sends is decoded to the same input, and what
// is encoded for it is read as the same output or the same error. Random values, for every operation of the client.
import {
  AwsJson1_0Protocol,
  AwsJson1_1Protocol,
  AwsQueryProtocol,
  AwsRestJsonProtocol,
  AwsSmithyRpcV2CborProtocol,
} from "@aws-sdk/core/protocols";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../core/faults.ts";
import { isMessage } from "../fault-body.ts";
import type { ProtocolName } from "../protocol.ts";
import { isRecord } from "../scalar.ts";
import { serviceWire } from "../service-wire.ts";
import { services, type ServiceEntry } from "../service-table.ts";
import { membersOf, schemasOf, type OperationSchema, type Shape } from "../shape.ts";
import { arbitraryOf, token, type Limits } from "./arbitraries.case.ts";
import { officialClient, settled, type Answer, type ClientOptions } from "./official-client.case.ts";

/** What sets a client apart from what its schemas say. Everything that is not listed is proved as it is. */
interface Peculiarities {
  readonly client?: ClientOptions;
  /** Members of inputs that the client changes on its way, by name. */
  readonly fixed?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  /** Errors that share the awsQuery code of another, which is the one that clients read. */
  readonly readAs?: Readonly<Record<string, string>>;
}

interface Subject extends Peculiarities {
  readonly entry: ServiceEntry;
  readonly protocol: ProtocolName;
}

/** All services that speak a protocol, with all their operations: nothing is left out by hand. */
export async function provesRoundTrips(protocol: ProtocolName): Promise<void> {
  for (const entry of services.filter(({ protocols }) => protocols.includes(protocol))) {
    await provesService({
      ...(peculiarities[`${entry.name} ${protocol}`] ?? peculiarities[entry.name]),
      entry,
      protocol,
    });
  }
}

const runs: fc.Parameters<unknown> = { numRuns: 3, seed: 20_261_121, endOnFailure: true };
const requestId = "11111111-2222-4333-8444-555555555555";

const isQuery = (protocol: ProtocolName): boolean => protocol === "awsQuery" || protocol === "ec2Query";

/** Where clients tell errors by the code that awsQuery gave them. */
const sharesCodes = ({ entry, protocol }: Subject): boolean => entry.queryCompatible === true || isQuery(protocol);

/** Each protocol as the official clients have it; S3 and EC2 have versions of their own, which they bring along. */
const protocolClasses = {
  restJson1: AwsRestJsonProtocol,
  awsJson1_0: AwsJson1_0Protocol,
  awsJson1_1: AwsJson1_1Protocol,
  awsQuery: AwsQueryProtocol,
  rpcv2Cbor: AwsSmithyRpcV2CborProtocol,
  restXml: undefined,
  ec2Query: undefined,
};

function clientOptions({ entry, protocol, client = {} }: Subject): ClientOptions {
  const { xmlNamespace, version } = entry;
  const own = protocolClasses[protocol];
  const config = own === undefined ? client.config : { ...client.config, protocol: own };
  return { ...client, config: config ?? {}, protocolSettings: { xmlNamespace, version } };
}

/** Forms and XML do not show that a list or a structure is there and empty. */
const limitsOf = ({ protocol, fixed = {} }: Subject): { input: Limits; output: Limits } => {
  const emptyContainers = !isQuery(protocol) && protocol !== "restXml";
  return {
    input: { emptyContainers, protoKeys: true, fixed },
    output: { emptyContainers, protoKeys: false, fixed: {} },
  };
};

/** Without what is there and empty. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned).filter((item) => item !== undefined);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, pruned(item)] as const);
  const full = entries.filter(([, item]) => item !== undefined && !(Array.isArray(item) && item.length === 0));
  return full.length === 0 ? undefined : Object.fromEntries(full);
}

async function provesService(subject: Subject): Promise<void> {
  const { entry, protocol } = subject;
  const module = await entry.load();
  const wire = await serviceWire(entry, module);
  const { operations, errors } = schemasOf(module);
  let respond: Answer;
  const client = officialClient(module, (request) => respond(request), clientOptions(subject));
  const limits = limitsOf(subject);

  const check = async (operation: OperationSchema, input: object, output: object): Promise<void> => {
    const expected = await settled(input);
    respond = async (request) => {
      const identified = await wire.identify(request);
      expect(identified).toMatchObject({ operation: operation.name, protocol: protocol });
      const decoded = await wire.decode(identified);
      const actual = await settled(decoded.input);
      if (isQuery(protocol)) expect(pruned(actual)).toEqual(pruned(expected));
      else expect(actual).toEqual(expected);
      expect(decoded.unknownMembers).toEqual([]);
      return wire.encodeOutput(identified, output, requestId);
    };
    const { $metadata: metadata, ...answered } = await client.send(operation.name, input);
    const sent = await settled(output);
    expect(await settled(answered)).toEqual(sent);
    expect(metadata).toMatchObject({ requestId });
  };

  describe(`${entry.name} in ${protocol}`, () => {
    for (const operation of operations) {
      test(operation.name, () =>
        fc.assert(
          fc.asyncProperty(
            arbitraryOf(operation.input, limits.input),
            arbitraryOf(operation.output, limits.output),
            (input, output) => check(operation, Object(input), Object(output)),
          ),
          runs,
        ),
      );
    }

    // Errors are read alike whatever was asked for; the operation with the least input does.
    const simplest = operations
      .filter(({ http }) => http?.method !== "HEAD")
      .toSorted((a, b) => membersOf(a.input).length - membersOf(b.input).length)[0];
    if (simplest === undefined) throw new RangeError("no operation");
    test.each(errors.map((shape) => [shape.getName() ?? "", shape] as const))("error %s", (name, shape) =>
      fc.assert(
        fc.asyncProperty(
          arbitraryOf(shape, limits.output),
          arbitraryOf(simplest.input, limits.input),
          async (members, input) => {
            const read = sharesCodes(subject) ? (subject.readAs?.[name] ?? name) : name;
            const fault = faultOf(shape, Object(members));
            respond = async () => wire.encodeFault(protocol, fault, requestId);
            const thrown: unknown = await client.send(simplest.name, Object(input)).catch((error: unknown) => error);
            expect(thrown).toBeInstanceOf(client.module[read]);
            expect(thrown).toMatchObject({ name: read, message: fault.message, ...fault.members });
          },
        ),
        runs,
      ),
    );
  });
}

function faultOf(shape: Shape, members: Record<string, unknown>): Fault {
  const { error, httpError } = shape.getMergedTraits();
  const own = Object.entries(members).filter(([name]) => !isMessage(name));
  const fallback = error === "server" ? 500 : 400;
  return new Fault({
    code: shape.getName() ?? "",
    status: typeof httpError === "number" ? httpError : fallback,
    message: `${shape.getName() ?? ""} happened`,
    members: Object.fromEntries(own),
  });
}

// No random text is an endpoint, and no random answer fits its MD5 sums.
const sqs: ClientOptions = { config: { md5: false, useQueueUrlAsEndpoint: false } };

const peculiarities: Readonly<Record<string, Peculiarities>> = {
  // The client sends `Accept: application/json` with everything; GetExport has a member of its own for that header.
  apigateway: { client: { withoutMiddlewares: ["acceptHeaderMiddleware"] } },
  cloudwatch: { readAs: { DashboardNotFoundError: "ResourceNotFound" } },
  // A global endpoint wants SigV4a, whose signer is a native module.
  events: { fixed: { EndpointId: fc.constant(undefined) } },
  sqs: { client: sqs },
  // AttributeNames and MessageSystemAttributeNames have one and the same key in a form.
  "sqs awsQuery": { client: sqs, fixed: { MessageSystemAttributeNames: fc.constant(undefined) } },
  // Signs a URL of its own into CopySnapshot.
  ec2: { client: { withoutMiddlewares: ["crossRegionPresignedUrlMiddleware"] } },
  s3: {
    // Names that a host can hold travel in the host, the others in the path.
    fixed: {
      Bucket: fc.tuple(fc.constantFrom("", "bucket-", "dots.x.", "old_"), token).map((parts) => parts.join("")),
    },
    client: {
      config: { endpoint: "https://s3.eu-west-1.service.test" },
      withoutMiddlewares: [
        // These add, and check, sums of bodies.
        "flexibleChecksumsMiddleware",
        "flexibleChecksumsInputMiddleware",
        "flexibleChecksumsResponseMiddleware",
        // Replaces a customer key by its base64 and adds its MD5.
        "ssecMiddleware",
        // Adds the client's region to CreateBucket.
        "locationConstraintMiddleware",
        // Adds the text of a date.
        "s3ExpiresMiddleware",
        // Adds the length of the body, which some inputs have a member for.
        "contentLengthMiddleware",
      ],
    },
  },
};
