// What boto3, the CLI and older SDKs send and the client of today does not.
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Fault } from "../core/faults.ts";
import { form, read, request, target, wireOf } from "./request.case.ts";

const queue = "http://localhost:4566/000000000000/jobs";
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("SQS in awsQuery", () => {
  test.each([
    [
      "a message with attributes",
      request(
        "POST /",
        form(
          `Action=SendMessage&Version=2012-11-05&QueueUrl=${encodeURIComponent(queue)}&MessageBody=a%2Bb+c&DelaySeconds=3&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Binary&MessageAttribute.1.Value.BinaryValue=aGk%3D`,
        ),
      ),
      "SendMessage",
      {
        QueueUrl: queue,
        MessageBody: "a+b c",
        DelaySeconds: 3,
        MessageAttributes: { n: { DataType: "Binary", BinaryValue: bytes("hi") } },
      },
    ],
    [
      "a GET, its queue named by the path alone",
      request(
        "GET /000000000000/jobs?Action=ReceiveMessage&AttributeName.1=All&MaxNumberOfMessages=10&Version=2012-11-05&AWSAccessKeyId=A&Signature=B",
        { headers: { host: "localhost:4566" } },
      ),
      "ReceiveMessage",
      { QueueUrl: queue, AttributeNames: ["All"], MaxNumberOfMessages: 10 },
    ],
    [
      "a map of attributes",
      request(
        "POST /",
        form(
          "Action=CreateQueue&QueueName=q&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=30&Attribute.2.Name=DelaySeconds&Attribute.2.Value=0",
        ),
      ),
      "CreateQueue",
      { QueueName: "q", Attributes: { VisibilityTimeout: "30", DelaySeconds: "0" } },
    ],
    [
      "a batch of more than nine, in the order of its numbers",
      request(
        "POST /",
        form(
          `Action=DeleteMessageBatch&QueueUrl=u&${[...Array(11).keys()].map((i) => `DeleteMessageBatchRequestEntry.${i + 1}.Id=m${i}&DeleteMessageBatchRequestEntry.${i + 1}.ReceiptHandle=r`).join("&")}`,
        ),
      ),
      "DeleteMessageBatch",
      { QueueUrl: "u", Entries: [...Array(11).keys()].map((i) => ({ Id: `m${i}`, ReceiptHandle: "r" })) },
    ],
  ])("%s", async (_name, sent, operation, input) => {
    const got = await read("sqs", sent);
    expect(got).toMatchObject({ operation, protocol: "awsQuery", unknownMembers: [] });
    expect(got.input).toEqual(input);
  });

  test("answers and errors have the form that such clients parse", async () => {
    const wire = await wireOf("sqs");
    const answered = wire.encodeOutput(
      { operation: "ReceiveMessage", protocol: "awsQuery" },
      { Messages: [{ MessageId: "1", Body: "a<b" }, { MessageId: "2" }] },
      "req-1",
    );
    expect(answered.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">' +
        "<ReceiveMessageResult><Message><MessageId>1</MessageId><Body>a&lt;b</Body></Message><Message><MessageId>2</MessageId></Message></ReceiveMessageResult>" +
        "<ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></ReceiveMessageResponse>",
    );
    const fault = new Fault({ code: "QueueDoesNotExist", status: 400, message: "The specified queue does not exist." });
    const refused = wire.encodeFault("awsQuery", fault, "req-2");
    expect(refused.status).toBe(400);
    expect(refused.body).toContain(
      "<Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl version.</Message></Error><RequestId>req-2</RequestId>",
    );
  });

  test("a result without members is there, one that the model lacks is not", async () => {
    const answer = async (service: string, operation: string): Promise<unknown> =>
      (await wireOf(service)).encodeOutput({ operation, protocol: "awsQuery" }, {}, "r").body;
    expect(await answer("sns", "TagResource")).toContain("<TagResourceResult></TagResourceResult><ResponseMetadata>");
    expect(await answer("sns", "DeleteTopic")).not.toContain("DeleteTopicResult");
  });

  test("JSON errors carry the code of awsQuery in a header", async () => {
    const fault = new Fault({ code: "QueueDoesNotExist", status: 400, message: "no" });
    const { headers, body } = (await wireOf("sqs")).encodeFault("awsJson1_0", fault, "req-3");
    expect(headers["x-amzn-query-error"]).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
    expect(body).toBe('{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}');
  });
});

describe("other query services", () => {
  test("CloudWatch takes metrics in lists with and without `member`", async () => {
    const dimension = (part: string): string =>
      `MetricData.${part}1.MetricName=m&MetricData.${part}1.Value=1.5&MetricData.${part}1.Timestamp=2026-01-31T12%3A00%3A00Z&MetricData.${part}1.Dimensions.${part}1.Name=d&MetricData.${part}1.Dimensions.${part}1.Value=v`;
    for (const part of ["member.", ""]) {
      const got = await read(
        "cloudwatch",
        request("POST /", form(`Action=PutMetricData&Version=2010-08-01&Namespace=ns&${dimension(part)}`)),
      );
      expect(got).toMatchObject({ operation: "PutMetricData", protocol: "awsQuery", unknownMembers: [] });
      expect(got.input).toEqual({
        Namespace: "ns",
        MetricData: [
          {
            MetricName: "m",
            Value: 1.5,
            Timestamp: new Date("2026-01-31T12:00:00Z"),
            Dimensions: [{ Name: "d", Value: "v" }],
          },
        ],
      });
    }
  });

  test("a large body may be compressed", async () => {
    const body = gzipSync(JSON.stringify({ Namespace: "ns" }));
    const parts = {
      headers: { "x-amz-target": "GraniteServiceVersion20100801.PutMetricData", "content-encoding": "gzip" },
      body,
    };
    expect((await read("cloudwatch", request("POST /", parts))).input).toEqual({ Namespace: "ns" });
  });

  test("SNS has maps with entries, STS nothing but an action", async () => {
    const publish = form(
      "Action=Publish&TopicArn=t&Message=m&MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=v",
    );
    expect((await read("sns", request("POST /", publish))).input).toEqual({
      TopicArn: "t",
      Message: "m",
      MessageAttributes: { k: { DataType: "String", StringValue: "v" } },
    });
    expect(await read("sts", request("POST /", { body: "Action=GetCallerIdentity&Version=2011-06-15" }))).toMatchObject(
      {
        operation: "GetCallerIdentity",
        input: {},
      },
    );
  });

  test("EC2 has flat lists, and its own wrapping of answers and errors", async () => {
    const describeInstances = form(
      "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3Aa&Filter.1.Value.1=b&InstanceId.1=i-1&DryRun=true",
    );
    expect((await read("ec2", request("POST /", describeInstances))).input).toEqual({
      Filters: [{ Name: "tag:a", Values: ["b"] }],
      InstanceIds: ["i-1"],
      DryRun: true,
    });
    const wire = await wireOf("ec2");
    const { body } = wire.encodeFault(
      "ec2Query",
      new Fault({ code: "InvalidVpcID.NotFound", status: 400, message: "no" }),
      "r",
    );
    expect(body).toContain(
      "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>",
    );
  });

  test.each([
    ["sqs", request("POST /", form("Action=Nonsense")), "InvalidAction", 400],
    ["ec2", request("GET /?Action=Nonsense"), "InvalidAction", 400],
    ["dynamodb", request("POST /", target("DynamoDB_20120810.Nonsense", {})), "UnknownOperationException", 400],
    ["dynamodb", request("POST /", target("DynamoDB_20111205.GetItem", {})), "UnknownOperationException", 400],
    [
      "cloudwatch",
      request("POST /service/GraniteServiceVersion20100801/operation/Nonsense"),
      "UnknownOperationException",
      404,
    ],
    ["lambda", request("PATCH /2015-03-31/functions/f"), "UnknownOperationException", 404],
    ["s3", request("POST /"), "MethodNotAllowed", 405],
  ])("%s refuses an unknown operation in its own words", async (service, sent, code, status) => {
    await expect(read(service, sent)).rejects.toMatchObject({ code, status });
  });
});

describe("JSON services", () => {
  test.each([
    ["no content type", {}],
    ["the content type of another JSON protocol", { "content-type": "application/x-amz-json-1.1" }],
  ])("Lambda reads %s", async (_name, headers) => {
    const sent = request("PUT /2015-03-31/functions/f/configuration", { headers, body: '{"Timeout":3,"Layers":null}' });
    expect((await read("lambda", sent)).input).toEqual({ FunctionName: "f", Timeout: 3 });
  });

  test.each([
    1769860800,
    1769860800.0,
    "1769860800",
    "1769860800.000",
    "2026-01-31T12:00:00Z",
    "2026-01-31T13:00:00+01:00",
    "Sat, 31 Jan 2026 12:00:00 GMT",
  ])("a time may be written as %j", async (StartingPositionTimestamp) => {
    const sent = request("POST /2015-03-31/event-source-mappings/", {
      body: JSON.stringify({ FunctionName: "f", StartingPositionTimestamp }),
    });
    expect((await read("lambda", sent)).input["StartingPositionTimestamp"]).toEqual(new Date("2026-01-31T12:00:00Z"));
  });

  test("numbers and truth in a query are text", async () => {
    const { input } = await read(
      "lambda",
      request("GET /2015-03-31/functions/?MaxItems=50&Marker=&FunctionVersion=ALL"),
    );
    expect(input).toEqual({ MaxItems: 50, Marker: "", FunctionVersion: "ALL" });
    expect((await read("lambda", request("GET /2015-03-31/functions?MaxItems="))).input).toEqual({});
  });

  test("an absent body is an empty structure", async () => {
    expect((await read("kms", request("POST /", target("TrentService.ListKeys", "")))).input).toEqual({});
  });

  test("the service of an RPC path may be written with its namespace", async () => {
    const line = "POST /service/com.amazonaws.cloudwatch.GraniteServiceVersion20100801/operation/ListDashboards";
    expect(await read("cloudwatch", request(line))).toMatchObject({
      operation: "ListDashboards",
      protocol: "rpcv2Cbor",
    });
  });
});

describe("S3 without the hint that newer SDKs send", () => {
  test.each([
    ["GET /", "ListBuckets", {}],
    ["PUT /b", "CreateBucket", { Bucket: "b" }],
    ["PUT /b/", "CreateBucket", { Bucket: "b" }],
    ["HEAD /b", "HeadBucket", { Bucket: "b" }],
    ["GET /b", "ListObjects", { Bucket: "b" }],
    ["GET /b/?list-type=2&prefix=a%2F", "ListObjectsV2", { Bucket: "b", Prefix: "a/" }],
    ["GET /b?location", "GetBucketLocation", { Bucket: "b" }],
    ["GET /b?analytics", "ListBucketAnalyticsConfigurations", { Bucket: "b" }],
    ["GET /b?analytics&id=x", "GetBucketAnalyticsConfiguration", { Bucket: "b", Id: "x" }],
    ["POST /b?delete", "DeleteObjects", { Bucket: "b" }],
    ["PUT /b/k", "PutObject", { Bucket: "b", Key: "k" }],
    ["PUT /b/a/b//c%20d/?x-id=PutObject", "PutObject", { Bucket: "b", Key: "a/b//c d/" }],
    ["PUT /b/k?tagging", "PutObjectTagging", { Bucket: "b", Key: "k" }],
    ["PUT /b/k?partNumber=2&uploadId=u", "UploadPart", { Bucket: "b", Key: "k", PartNumber: 2, UploadId: "u" }],
    ["POST /b/k?uploads", "CreateMultipartUpload", { Bucket: "b", Key: "k" }],
    ["POST /b/k?uploadId=u", "CompleteMultipartUpload", { Bucket: "b", Key: "k", UploadId: "u" }],
    ["DELETE /b/k?uploadId=u", "AbortMultipartUpload", { Bucket: "b", Key: "k", UploadId: "u" }],
    ["DELETE /b/k?versionId=v", "DeleteObject", { Bucket: "b", Key: "k", VersionId: "v" }],
    ["GET /b/k?uploadId=u", "ListParts", { Bucket: "b", Key: "k", UploadId: "u" }],
    ["GET /b/k", "GetObject", { Bucket: "b", Key: "k" }],
  ])("%s", async (line, operation, input) => {
    const got = await read("s3", request(line));
    expect(got.operation).toBe(operation);
    expect(got.input).toMatchObject(input);
  });

  test.each([
    ["PUT /b/k", "CopyObject"],
    ["PUT /b/k?partNumber=1&uploadId=u", "UploadPartCopy"],
  ])("%s with a source is a copy", async (line, operation) => {
    expect((await read("s3", request(line, { headers: { "x-amz-copy-source": "c/d" } }))).operation).toBe(operation);
  });

  test.each([
    ["photos.s3.eu-west-1.amazonaws.com", "GET /a/b.jpg", "photos", "a/b.jpg"],
    ["my.photos.s3.amazonaws.com", "GET /a", "my.photos", "a"],
    ["photos.localhost:4566", "GET /a", "photos", "a"],
    ["photos.s3.localhost:4566", "GET /a", "photos", "a"],
    ["s3.localhost:4566", "GET /photos/a", "photos", "a"],
    ["s3.eu-west-1.localhost:4566", "GET /photos/a", "photos", "a"],
    ["localhost:4566", "GET /photos/a", "photos", "a"],
  ])("the bucket of %s", async (host, line, bucket, key) => {
    const got = await read("s3", request(line, { headers: { host } }));
    expect(got).toMatchObject({ operation: "GetObject", input: { Bucket: bucket, Key: key } });
  });

  test("an error has no wrapping", async () => {
    const fault = new Fault({ code: "NoSuchKey", status: 404, message: "gone", members: { Key: "a&b" } });
    const { status, headers, body } = (await wireOf("s3")).encodeFault("restXml", fault, "r");
    expect(status).toBe(404);
    expect(headers["x-amz-request-id"]).toBe("r");
    expect(body).toContain("<Error><Code>NoSuchKey</Code><Message>gone</Message>");
  });

  test("a bucket's location is the root of the answer", async () => {
    const { body } = (await wireOf("s3")).encodeOutput(
      { operation: "GetBucketLocation", protocol: "restXml" },
      { LocationConstraint: "eu-west-1" },
      "r",
    );
    expect(body).toContain(
      '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>',
    );
  });
});
