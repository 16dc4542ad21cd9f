// Queues of SQS. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import type { Message } from "@aws-sdk/client-sqs";
import { parseArn } from "../../../core/arn.ts";
import { type JsonNode, JsonTextError, readJsonText } from "../../../core/pattern/json-text.ts";
import type { EventSource, SourceCall, SourceReader, SourceRecord } from "../source.ts";

interface QueueRecord extends SourceRecord {
  readonly receipt: string;
}

/** Of one call of SQS. */
const callRecords = 10;
/** What a queue holds is asked for again after so many reads. */
const readsPerLook = 100;

export const sqsSource: EventSource = {
  kind: "sqs",
  filterKey: "body",
  open: (source, call) => new QueueReader(source, call),
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
  pace({ ScalingConfig, ProvisionedPollerConfig }) {
    const most = ScalingConfig?.MaximumConcurrency;
    if (most !== undefined) return { start: Math.min(5, most), least: Math.min(5, most), most, morePerMinute: 300 };
    if (ProvisionedPollerConfig !== undefined) {
      const { MinimumPollers, MaximumPollers } = ProvisionedPollerConfig;
      return { start: 10 * MinimumPollers, least: 10 * MinimumPollers, most: 10 * MaximumPollers, morePerMinute: 1000 };
    }
    return { start: 5, least: 2, most: 1250, morePerMinute: 300 };
  },
};

class QueueReader implements SourceReader<QueueRecord> {
  readonly #arn: string;
  readonly #region: string;
  readonly #url: string;
  readonly #call: SourceCall;
  #hold: { readonly ms: number; reads: number } | undefined;

  constructor(arn: string, call: SourceCall) {
    const { region, account, resource } = parseArn(arn) ?? { region: "", account: "", resource: "" };
    this.#arn = arn;
    this.#region = region;
    // SQS goes by the path.
    this.#url = `https://sqs.${region}.amazonaws.com/${account}/${resource}`;
    this.#call = call;
  }

  async read({ limit, waitSeconds, signal }: { readonly limit: number; readonly waitSeconds: number; readonly signal: AbortSignal }): Promise<readonly QueueRecord[]> {
    const input = {
      QueueUrl: this.#url,
      MaxNumberOfMessages: Math.min(limit, callRecords),
      WaitTimeSeconds: Math.min(waitSeconds, 20),
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    };
    const { Messages = [] } = (await this.#call("sqs", "ReceiveMessage", input, signal)) as { Messages?: readonly Message[] };
    if (this.#hold !== undefined) this.#hold.reads += 1;
    return Messages.map((message) => this.#recordOf(message));
  }

  async holdMs(): Promise<number> {
    if (this.#hold === undefined || this.#hold.reads > readsPerLook) {
      const input = { QueueUrl: this.#url, AttributeNames: ["VisibilityTimeout"] };
      const { Attributes } = (await this.#call("sqs", "GetQueueAttributes", input)) as { Attributes?: Record<string, string> };
      this.#hold = { ms: Number(Attributes?.["VisibilityTimeout"] ?? 30) * 1000, reads: 0 };
    }
    return this.#hold.ms;
  }

  async forget(records: readonly QueueRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += callRecords) {
      const Entries = records.slice(from, from + callRecords).map(({ receipt }, place) => ({ Id: `${place}`, ReceiptHandle: receipt }));
      await this.#call("sqs", "DeleteMessageBatch", { QueueUrl: this.#url, Entries });
    }
  }

  #recordOf(message: Message): QueueRecord {
    const { MessageId = "", ReceiptHandle = "", Body = "", Attributes = {}, MessageAttributes, MD5OfMessageAttributes, MD5OfBody } = message;
    const record = {
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: Attributes,
      messageAttributes: attributesOf(MessageAttributes),
      md5OfMessageAttributes: MD5OfMessageAttributes ?? null,
      md5OfBody: MD5OfBody,
      eventSource: "aws:sqs",
      eventSourceARN: this.#arn,
      awsRegion: this.#region,
    };
    const text = JSON.stringify(record);
    return { id: MessageId, receipt: ReceiptHandle, text, trace: Attributes.AWSTraceHeader, filtered: () => filteredOf(text, Body) };
  }
}

function attributesOf(attributes: Message["MessageAttributes"] = {}): object {
  const shown = Object.entries(attributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
    name,
    {
      ...(StringValue === undefined ? {} : { stringValue: StringValue }),
      ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    },
  ]);
  return Object.fromEntries(shown) as object;
}

function filteredOf(text: string, body: string): ReturnType<SourceRecord["filtered"]> {
  const record = readJsonText(text);
  const data = readBody(body);
  if (record.kind !== "object" || data === undefined) return { node: record, isJson: false };
  return { node: { ...record, members: new Map([...record.members, ["body", data]]) }, isJson: true };
}

/** Undefined: a text. */
function readBody(body: string): JsonNode | undefined {
  try {
    const node = readJsonText(body);
    return node.kind === "object" || node.kind === "array" ? node : undefined;
  } catch (error) {
    if (error instanceof JsonTextError) return undefined;
    throw error;
  }
}
