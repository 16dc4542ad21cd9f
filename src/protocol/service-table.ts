// The services that Lambent knows how to speak: which client package models them and how they are told apart on the
// wire. Adding one is a line here.
import type { ProtocolName } from "./protocol.ts";

export interface ServiceEntry {
  /** As in ARNs and in the names of constraint files. */
  readonly name: string;
  readonly load: () => Promise<object>;
  /** Service part of a credential scope. Several services may share one. */
  readonly signingName: string;
  /** What stands before the dot in X-Amz-Target. Also the name of the service in paths of rpcv2. */
  readonly targetPrefix: string;
  /** Spoken by clients in use, the one to answer in when a request names none first. */
  readonly protocols: readonly [ProtocolName, ...ProtocolName[]];
  /** Version of the API, which awsQuery requests carry. */
  readonly version: string;
  /** Namespace of XML answers. */
  readonly xmlNamespace?: string;
  /** Answers carry awsQuery's error codes too, for clients that once spoke awsQuery. */
  readonly queryCompatible?: true;
  /** Content type of blobs that are a whole body, where it is not application/octet-stream. */
  readonly blobContentType?: string;
}

export const services: readonly ServiceEntry[] = [
  {
    name: "lambda",
    load: () => import("@aws-sdk/client-lambda"),
    signingName: "lambda",
    targetPrefix: "AWSGirApiService",
    protocols: ["restJson1"],
    version: "2015-03-31",
    blobContentType: "application/json",
  },
];
