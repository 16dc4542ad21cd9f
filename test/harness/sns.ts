// Topics of a live Lambent for a test file, through the official client.
import { SNSClient } from "@aws-sdk/client-sns";
import type { TestLambent } from "./lambent.ts";

/** Asks this instance and retries nothing. */
export function snsClient({ endpoint, environment }: TestLambent): SNSClient {
  const { AWS_REGION: region = "", AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = environment;
  return new SNSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
}
