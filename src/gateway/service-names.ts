// How requests name the services of AWS, read off the protocol room's table: in the credential scope, in X-Amz-Target,
// in the host, in the version of a query form.
import { services } from "../protocol/service-table.ts";

export const signingNameOf: ReadonlyMap<string, string> = new Map(
  services.map(({ name, signingName }) => [name, signingName]),
);

// Services that sign alike (DynamoDB and its streams, the two API Gateways): the one that is called like the name, else
// the first. The clues before the scope tell the others apart.
export const serviceOfSigningName: ReadonlyMap<string, string> = new Map(
  services
    .toReversed()
    .toSorted((left, right) => Number(left.name === left.signingName) - Number(right.name === right.signingName))
    .map(({ name, signingName }) => [signingName, name]),
);

/** X-Amz-Target before its dot, and the service in paths of rpcv2Cbor. */
export const serviceOfTarget: ReadonlyMap<string, string> = new Map(
  services.map(({ name, targetPrefix }) => [targetPrefix, name]),
);

export const serviceOfVersion: ReadonlyMap<string, string> = new Map(
  services
    .filter(({ protocols }) => protocols.some((protocol) => protocol === "awsQuery" || protocol === "ec2Query"))
    .map(({ name, version }) => [version, name]),
);

/** First label of a host name, or the first two joined (`streams.dynamodb`). */
export const serviceOfHost: ReadonlyMap<string, string> = new Map([
  ...serviceOfSigningName,
  ["streams.dynamodb", "dynamodbstreams"],
  ["api.ecr", "ecr"],
]);
