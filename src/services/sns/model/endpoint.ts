// Who may subscribe: protocols and the endpoints that they take.
import { parseArn, parseLambdaArn } from "../../../core/arn.ts";
import { notApplied } from "../faults/base.ts";
import {
  endpointMissing,
  fifoQueueOnStandardTopic,
  invalidFunctionEndpoint,
  invalidQueueEndpoint,
  protocolNotForFifo,
  unknownProtocol,
} from "../faults/subscriptions.ts";
import { isFifoName } from "./names.ts";
import type { Protocol } from "./subscription.ts";

/** Those that AWS has and nothing is delivered to yet. */
const refused: ReadonlySet<string> = new Set(["http", "https", "email", "email-json", "sms", "application", "firehose"]);

/** Faults: unknown or refused protocols, endpoints that are not of the protocol or not for this kind of topic. */
export function checkEndpoint(topic: string, protocol: string, endpoint: string | undefined): { readonly protocol: Protocol; readonly endpoint: string } {
  if (refused.has(protocol)) throw notApplied(`Protocol ${protocol}`, "topics deliver to queues and functions.");
  if (protocol !== "sqs" && protocol !== "lambda") throw unknownProtocol(protocol);
  if (endpoint === undefined || endpoint === "") throw endpointMissing();
  if (protocol === "lambda") {
    if (isFifoName(topic)) throw protocolNotForFifo(protocol);
    if (parseLambdaArn(endpoint)?.kind !== "function") throw invalidFunctionEndpoint();
    return { protocol, endpoint };
  }
  if (!isQueueArn(endpoint)) throw invalidQueueEndpoint();
  if (isFifoName(endpoint) && !isFifoName(topic)) throw fifoQueueOnStandardTopic();
  return { protocol, endpoint };
}

export function isQueueArn(text: string): boolean {
  const arn = parseArn(text);
  return arn?.service === "sqs" && arn.region !== "" && /^\d{12}$/.test(arn.account) && /^[\w-]{1,80}(?:\.fifo)?$/.test(arn.resource);
}
