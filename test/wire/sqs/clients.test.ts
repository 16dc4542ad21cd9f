// What users of boto3, of today and of the days of awsQuery, and of the AWS CLI see.
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestLambent, type TestLambent } from "../../harness/lambent.ts";
import { isInstalled, run } from "../../harness/program.ts";

let lambent: TestLambent;
beforeAll(async () => void (lambent = await startTestLambent()));
afterAll(() => lambent[Symbol.asyncDispose]());

/** Prints, as JSON, one queue's life. */
const program = `
import boto3, json, sys
name = sys.argv[1]
client = boto3.client("sqs", endpoint_url=sys.argv[2])
seen = {"protocol": client.meta.service_model.metadata["protocol"]}
url = client.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"}, tags={"a": "b"})["QueueUrl"]
seen["url"] = url
sent = client.send_message(QueueUrl=url, MessageBody="h\\u00e4llo", MessageAttributes={"n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\\x00\\xff"}})
seen["md5"] = sent["MD5OfMessageAttributes"]
batch = client.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "m%d" % n} for n in range(3)] + [{"Id": "bad", "MessageBody": "\\x01"}])
seen["batch"] = [sorted(e["Id"] for e in batch["Successful"]), [[e["Id"], e["Code"], e["SenderFault"]] for e in batch["Failed"]]]
messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"], WaitTimeSeconds=1)["Messages"]
seen["bodies"] = [m["Body"] for m in messages]
seen["attributes"] = {k: v.get("StringValue") or list(v["BinaryValue"]) for k, v in messages[0]["MessageAttributes"].items()}
seen["count"] = messages[0]["Attributes"]["ApproximateReceiveCount"]
seen["none"] = "Messages" in client.receive_message(QueueUrl=url)
client.change_message_visibility(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"], VisibilityTimeout=5)
seen["deleted"] = len(client.delete_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)])["Successful"])
seen["left"] = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"]
seen["tags"] = client.list_queue_tags(QueueUrl=url)["Tags"]
seen["listed"] = [u for page in client.get_paginator("list_queues").paginate(QueueNamePrefix=name, PaginationConfig={"PageSize": 1}) for u in page["QueueUrls"]] == [url]
def refusal(call, **arguments):
    try:
        call(**arguments)
    except client.exceptions.ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]
seen["refusals"] = [
    refusal(client.send_message, QueueUrl=url + "x", MessageBody="x"),
    refusal(client.delete_message, QueueUrl=url, ReceiptHandle="garbage"),
    refusal(client.receive_message, QueueUrl=url, MaxNumberOfMessages=11),
]
client.delete_queue(QueueUrl=url)
print(json.dumps(seen))
`;

const expected = (name: string): object => ({
  url: `${lambent.endpoint}/000000000000/${name}`,
  batch: [["0", "1", "2"], [["bad", "InvalidMessageContents", true]]],
  bodies: ["hällo", "m0", "m1", "m2"],
  attributes: { n: "1", b: [0, 255] },
  count: "1",
  none: false,
  deleted: 4,
  left: "0",
  tags: { a: "b" },
  listed: true,
  refusals: [
    ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400],
    ["ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404],
    ["ClientError", "InvalidParameterValue", 400],
  ],
});

describe("boto3", () => {
  test.skipIf(!isInstalled("python3", "-c", "import boto3"))("of today speaks JSON", async () => {
    const { stdout } = await run("python3", ["-c", program, "boto", lambent.endpoint], lambent.environment);
    expect(JSON.parse(stdout)).toMatchObject({ protocol: "json", ...expected("boto") });
  });

  // From before SQS moved to JSON. Kept between runs.
  const old = join(existsSync(homedir()) ? join(homedir(), ".cache", "lambent-tests") : tmpdir(), "botocore-1.31.60");
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", old, "boto3==1.28.60", "botocore==1.31.60"];
  const isOldInstalled = existsSync(join(old, "boto3")) || isInstalled("python3", ...install);
  test.skipIf(!isOldInstalled)("of before the end of 2023 speaks awsQuery", async () => {
    const { stdout } = await run("python3", ["-c", program, "old-boto", lambent.endpoint], { ...lambent.environment, PYTHONPATH: old });
    const seen = JSON.parse(stdout);
    const refusals = [
      ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400],
      ["ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404],
      ["ClientError", "InvalidParameterValue", 400],
    ];
    expect(seen).toMatchObject({ ...expected("old-boto"), protocol: "query", refusals });
  });
});

test.skipIf(!isInstalled("aws", "--version"))("the AWS CLI makes queues, sends and receives", async () => {
  const aws = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    // Version 1 sends SQS's calls to names of its own unless it is told so here.
    const { stdout } = await run("aws", ["sqs", ...args, "--output", "json", "--endpoint-url", lambent.endpoint], lambent.environment);
    return stdout.trim() === "" ? {} : JSON.parse(stdout);
  };
  const { QueueUrl: url } = await aws("create-queue", "--queue-name", "cli.fifo", "--attributes", "FifoQueue=true,ContentBasedDeduplication=true");
  expect(url).toBe(`${lambent.endpoint}/000000000000/cli.fifo`);
  await aws("send-message", "--queue-url", String(url), "--message-body", "one", "--message-group-id", "g");
  const { Messages: [message] = [] } = (await aws("receive-message", "--queue-url", String(url), "--attribute-names", "All")) as { Messages?: { Body: string; ReceiptHandle: string; Attributes: object }[] };
  expect(message).toMatchObject({ Body: "one", Attributes: { MessageGroupId: "g" } });
  await aws("delete-message", "--queue-url", String(url), "--receipt-handle", message?.ReceiptHandle ?? "");
  expect(await aws("receive-message", "--queue-url", String(url))).toEqual({});
  await expect(aws("get-queue-url", "--queue-name", "nobody")).rejects.toMatchObject({ stderr: expect.stringContaining("(AWS.SimpleQueueService.NonExistentQueue)") });
}, 60_000);
