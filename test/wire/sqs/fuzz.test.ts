// Whatever is sent to SQS, in either protocol: each request gets an answer that clients can read, none a fault of ours, and
// the next one is served.
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { createQueue, sqsClient } from "../../harness/sqs.ts";

let lambent: TestLambent;
beforeAll(async () => {
  lambent = await startTestLambent({ logLevel: "silent" });
  const sqs = sqsClient(lambent);
  await createQueue(sqs, "q");
  await createQueue(sqs, "q.fifo");
});
afterAll(() => lambent[Symbol.asyncDispose]());

const operations = [
  "AddPermission", "CancelMessageMoveTask", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "CreateQueue", "DeleteMessage", "DeleteMessageBatch",
  "DeleteQueue", "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListMessageMoveTasks", "ListQueueTags", "ListQueues", "PurgeQueue",
  "ReceiveMessage", "RemovePermission", "SendMessage", "SendMessageBatch", "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue", "Nothing", "__proto__",
];
const members = [
  "QueueUrl", "QueueName", "MessageBody", "DelaySeconds", "MessageAttributes", "MessageSystemAttributes", "MessageGroupId", "MessageDeduplicationId", "Entries",
  "ReceiptHandle", "VisibilityTimeout", "MaxNumberOfMessages", "WaitTimeSeconds", "AttributeNames", "MessageAttributeNames", "MessageSystemAttributeNames",
  "ReceiveRequestAttemptId", "Attributes", "tags", "Tags", "TagKeys", "Label", "AWSAccountIds", "Actions", "SourceArn", "DestinationArn", "TaskHandle",
  "MaxNumberOfMessagesPerSecond", "MaxResults", "NextToken", "QueueNamePrefix", "QueueOwnerAWSAccountId", "Id", "StringValue", "BinaryValue", "DataType", "Policy",
  "RedrivePolicy", "FifoQueue", "AWSTraceHeader", "All", "constructor", "__proto__",
];
const text = fc.oneof(
  fc.constantFrom("q", "q.fifo", "", "true", "All", "String", "Binary", "Number", "0", "-1", "1e99", "\u0000", "../q", "arn:aws:sqs:us-east-1:000000000000:q", "{}", '{"Statement":[]}', "aGk=", "\ud800", "x".repeat(300)),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom<unknown>(0, 1, 10, -1, 43_200, 1e300, 0.5, null, true),
    fc.array(tie("value"), { maxLength: 12 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...members), text), tie("value"), { maxKeys: 6 }),
  ),
}));
// Long polls would only be waited for.
const input = fc.dictionary(fc.constantFrom(...members), value, { maxKeys: 8 }).map((given) => ({ QueueUrl: "q", ...given, WaitTimeSeconds: 0 }));
const formMembers = fc.array(
  fc.tuple(fc.array(fc.oneof(fc.constantFrom(...members, "Attribute", "MessageAttribute", "SendMessageBatchRequestEntry", "Name", "Value", "1", "2", "99999999999"), text), { minLength: 1, maxLength: 5 }), text),
  { maxLength: 12 },
);

const request = fc.oneof(
  { weight: 5, arbitrary: fc.record({ operation: fc.constantFrom(...operations), body: input.map((given) => JSON.stringify(given)) }) },
  { weight: 1, arbitrary: fc.record({ operation: fc.constantFrom(...operations), body: text }) },
  {
    weight: 4,
    arbitrary: fc.record({
      operation: fc.constant(undefined),
      path: fc.constantFrom("/", "/000000000000/q", "/000000000000/q.fifo", "/000000000000/nobody", "/111111111111/q"),
      method: fc.constantFrom("GET", "POST"),
      form: fc.tuple(fc.constantFrom(...operations), formMembers),
    }),
  },
);
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

function send(one: Request): Promise<Response> {
  if (one.operation !== undefined) {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${one.operation}` };
    return fetch(lambent.endpoint, { method: "POST", headers, body: one.body });
  }
  const form = new URLSearchParams({ Action: one.form[0], Version: "2012-11-05" });
  for (const [path, content] of one.form[1]) if (path[0] !== "WaitTimeSeconds") form.append(path.join("."), content);
  const url = `${lambent.endpoint}${one.path}`;
  return one.method === "GET" ? fetch(`${url}?${form.toString()}`) : fetch(url, { method: "POST", body: form });
}

test("any request is answered, and none with a fault of ours", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(request, async (one) => {
      const response = await send(one);
      const answer = await response.text();
      expect(response.status, answer).toBeLessThan(500);
      if (response.status !== 200) expect(answer).toMatch(/"__type"|<Code>/);
    }),
    { numRuns: 1_500 },
  );
  const url = await createQueue(sqsClient(lambent), "after");
  expect(url).toBe(`${lambent.endpoint}/000000000000/after`);
});
