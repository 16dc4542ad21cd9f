// Queues of a live Lambent for a test file, through the official client.
import { CreateQueueCommand, SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import type { TestLambent } from "./lambent.ts";

/** Asks this instance and retries nothing. */
export function sqsClient({ endpoint, environment }: TestLambent, more: SQSClientConfig = {}): SQSClient {
  const { AWS_REGION: region = "", AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = environment;
  return new SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1, ...more });
}

/** The URL of a new queue. */
export async function createQueue(sqs: SQSClient, name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  const Attributes = name.endsWith(".fifo") ? { FifoQueue: "true", ...attributes } : attributes;
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return QueueUrl;
}

/** Of a call that must be refused: what the client's error says. */
export async function refusalOf(call: Promise<unknown>): Promise<{ readonly name: string; readonly message: string; readonly code: string | undefined; readonly status: number | undefined }> {
  const error: unknown = await call.then(
    () => expect.fail("it was not refused"),
    (reason: unknown) => reason,
  );
  const { name, message, Code, $metadata } = error as { name: string; message: string; Code?: string; $metadata?: { httpStatusCode?: number } };
  return { name, message, code: Code, status: $metadata?.httpStatusCode };
}
