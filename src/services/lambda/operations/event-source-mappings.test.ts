// Event source mappings: event-sources.md, sections 1 to 7.
import { describe, expect, test } from "vitest";
import { functionArn, type LambdaRoom, openLambdaRoom } from "../../../../test/harness/lambda-room.ts";
import { Fault } from "../../../core/faults.ts";
import { allMappings, type EventSourceKind, settleMapping } from "../../../functions/event-source-mappings.ts";
import type { LambdaInput } from "../api.ts";

type CreateInput = LambdaInput<"CreateEventSourceMapping">;

const arns = {
  sqs: "arn:aws:sqs:eu-west-1:000000000000:q",
  fifo: "arn:aws:sqs:eu-west-1:000000000000:q.fifo",
  kinesis: "arn:aws:kinesis:eu-west-1:000000000000:stream/s",
  dynamodb: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/2026-01-01T00:00:00.000",
  msk: "arn:aws:kafka:eu-west-1:000000000000:cluster/c/1-2",
  mq: "arn:aws:mq:eu-west-1:000000000000:broker:b:b-1",
  documentdb: "arn:aws:rds:eu-west-1:000000000000:cluster:c",
} as const;
const credentials = [{ Type: "BASIC_AUTH", URI: "arn:aws:secretsmanager:eu-west-1:000000000000:secret:s" }] as const;
const servers = { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["h1:9092", "h2:9092"] } };

/** The least that each source takes. */
const least = {
  sqs: { EventSourceArn: arns.sqs },
  fifo: { EventSourceArn: arns.fifo },
  kinesis: { EventSourceArn: arns.kinesis, StartingPosition: "LATEST" },
  dynamodb: { EventSourceArn: arns.dynamodb, StartingPosition: "TRIM_HORIZON" },
  msk: { EventSourceArn: arns.msk, Topics: ["t"], StartingPosition: "LATEST" },
  kafka: { SelfManagedEventSource: servers, SourceAccessConfigurations: credentials, Topics: ["t"], StartingPosition: "LATEST" },
  mq: { EventSourceArn: arns.mq, Queues: ["q"], SourceAccessConfigurations: credentials },
  documentdb: {
    EventSourceArn: arns.documentdb,
    StartingPosition: "LATEST",
    SourceAccessConfigurations: credentials,
    DocumentDBEventSourceConfig: { DatabaseName: "d" },
  },
} as const satisfies Record<string, Partial<CreateInput>>;
type Source = keyof typeof least;

const everyKind: ReadonlySet<EventSourceKind> = new Set(["sqs", "kinesis", "dynamodb", "msk", "kafka", "mq", "documentdb"]);

async function roomWith(options: Parameters<typeof openLambdaRoom>[0] = {}): Promise<LambdaRoom> {
  const room = await openLambdaRoom(options);
  await room.create("f");
  return room;
}

const create = (room: LambdaRoom, source: Source, more: Partial<CreateInput> = {}) =>
  room.call("CreateEventSourceMapping", { FunctionName: "f", Enabled: false, ...least[source], ...more });

async function settle({ functions: { repository } }: LambdaRoom): Promise<void> {
  for (const { scope, record } of await allMappings(repository)) await settleMapping(repository, { scope, uuid: record.uuid });
}

describe("the defaults of a new mapping", () => {
  const stream = {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    DestinationConfig: { OnFailure: {} },
    LastProcessingResult: "No records processed",
    MaximumRecordAgeInSeconds: -1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: -1,
    TumblingWindowInSeconds: 0,
    FunctionResponseTypes: [],
    State: "Creating",
    StateTransitionReason: "User action",
  };
  const kafka = {
    BatchSize: 100,
    Topics: ["t"],
    StartingPosition: "LATEST",
    LastProcessingResult: "No records processed",
    State: "Creating",
    StateTransitionReason: "USER_INITIATED",
  };
  test.each<[Source, object]>([
    [
      "sqs",
      {
        EventSourceArn: arns.sqs,
        BatchSize: 10,
        MaximumBatchingWindowInSeconds: 0,
        FunctionResponseTypes: [],
        State: "Disabled",
        StateTransitionReason: "USER_INITIATED",
      },
    ],
    ["kinesis", { ...stream, EventSourceArn: arns.kinesis, StartingPosition: "LATEST" }],
    ["dynamodb", { ...stream, EventSourceArn: arns.dynamodb, StartingPosition: "TRIM_HORIZON" }],
    [
      "kafka",
      {
        ...kafka,
        SelfManagedEventSource: servers,
        SourceAccessConfigurations: credentials,
        SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: expect.any(String) },
      },
    ],
    ["msk", { ...kafka, EventSourceArn: arns.msk, AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: expect.any(String) } }],
  ])("of %s", async (source, expected) => {
    await using room = await roomWith();
    const made = await create(room, source);
    const UUID = made.UUID ?? "";
    expect(made).toEqual({
      UUID,
      EventSourceMappingArn: `arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:${UUID}`,
      FunctionArn: functionArn("f"),
      LastModified: new Date(room.clock.now()),
      ...expected,
    });
    if (source === "kafka") expect(made.SelfManagedKafkaEventSourceConfig?.ConsumerGroupId).toBe(UUID);
    expect(await room.call("GetEventSourceMapping", { UUID })).toEqual(made);
  });

  test("every optional setting comes back", async () => {
    await using room = await roomWith();
    const settings: Partial<CreateInput> = {
      BatchSize: 20,
      MaximumBatchingWindowInSeconds: 5,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[{"prefix":"x"}]}}' }] },
      ScalingConfig: { MaximumConcurrency: 5 },
      MetricsConfig: { Metrics: ["EventCount"] },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    };
    expect(await create(room, "sqs", settings)).toMatchObject(settings);
    const pollers = { MinimumPollers: 3, MaximumPollers: 4, PollerGroupName: "g" };
    expect(await create(room, "msk", { ProvisionedPollerConfig: pollers, MaximumRetryAttempts: 3, LoggingConfig: { SystemLogLevel: "WARN" } })).toMatchObject({
      ProvisionedPollerConfig: pollers,
      MaximumRetryAttempts: 3,
      LoggingConfig: { SystemLogLevel: "WARN" },
    });
  });

  test("what is empty is none", async () => {
    await using room = await roomWith();
    const made = await create(room, "sqs", {
      FilterCriteria: { Filters: [] },
      ScalingConfig: {},
      ProvisionedPollerConfig: {},
      DestinationConfig: { OnFailure: {} },
      SourceAccessConfigurations: [],
      KMSKeyArn: "",
    });
    for (const name of ["FilterCriteria", "ScalingConfig", "ProvisionedPollerConfig", "DestinationConfig", "SourceAccessConfigurations"])
      expect(made[name as keyof typeof made]).toBeUndefined();
  });
});

test("a function is mapped in the form in which it was addressed, and found in that form", async () => {
  await using room = await roomWith();
  await room.call("PublishVersion", { FunctionName: "f" });
  await room.deploy();
  await room.call("CreateAlias", { FunctionName: "f", Name: "prod", FunctionVersion: "1" });
  for (const FunctionName of [functionArn("f", "prod"), "000000000000:function:f:1", "f:$LATEST", "f"])
    await create(room, "sqs", { FunctionName });
  const listed = async (input: LambdaInput<"ListEventSourceMappings">) =>
    (await room.call("ListEventSourceMappings", input)).EventSourceMappings?.map(({ FunctionArn }) => FunctionArn);
  expect(await listed({})).toEqual([functionArn("f", "prod"), functionArn("f", "1"), functionArn("f", "$LATEST"), functionArn("f")]);
  expect(await listed({ FunctionName: "f" })).toEqual([functionArn("f")]);
  expect(await listed({ FunctionName: functionArn("f", "prod") })).toEqual([functionArn("f", "prod")]);
  expect(await listed({ FunctionName: "g" })).toEqual([]);
  expect(await listed({ EventSourceArn: arns.sqs, FunctionName: "f:1" })).toEqual([functionArn("f", "1")]);
  expect(await listed({ EventSourceArn: arns.kinesis })).toEqual([]);
});

test("a list comes page by page, filtered or not", async () => {
  await using room = await roomWith();
  for (const name of ["a", "b", "c"]) await create(room, "sqs", { EventSourceArn: `${arns.sqs}-${name}` });
  for (const filter of [{}, { FunctionName: "f" }]) {
    const first = await room.call("ListEventSourceMappings", { ...filter, MaxItems: 2 });
    expect(first.EventSourceMappings).toHaveLength(2);
    const second = await room.call("ListEventSourceMappings", { ...filter, MaxItems: 2, Marker: first.NextMarker });
    expect(second.EventSourceMappings?.map(({ EventSourceArn }) => EventSourceArn)).toEqual([`${arns.sqs}-c`]);
    expect(second).not.toHaveProperty("NextMarker");
  }
});

test("a mapping outlives its function, and goes with its tags when it is deleted", async () => {
  await using room = await roomWith();
  const { UUID = "", EventSourceMappingArn: Resource = "" } = await create(room, "sqs", { Tags: { a: "1" } });
  await room.call("DeleteFunction", { FunctionName: "f" });
  expect(await room.call("GetEventSourceMapping", { UUID })).toMatchObject({ State: "Disabled" });
  expect(await room.call("ListTags", { Resource })).toEqual({ Tags: { a: "1" } });
  await room.call("TagResource", { Resource, Tags: { b: "2" } });
  expect(await room.call("DeleteEventSourceMapping", { UUID })).toMatchObject({ UUID, State: "Deleting" });
  await expect(room.call("DeleteEventSourceMapping", { UUID })).rejects.toMatchObject({
    code: "ResourceInUseException",
    status: 400,
    message: "Cannot delete the event source mapping because it is in use.",
  });
  await settle(room);
  await expect(room.call("GetEventSourceMapping", { UUID })).rejects.toMatchObject({ status: 404, message: "The resource you requested does not exist." });
  await expect(room.call("ListTags", { Resource })).rejects.toMatchObject({ status: 404, message: `Event source mapping not found: ${Resource}` });
});

describe("states, where there is a poller", () => {
  const answers: Record<string, object> = {
    GetQueueUrl: { QueueUrl: "http://localhost/q" },
    GetQueueAttributes: { Attributes: { VisibilityTimeout: "30" } },
  };
  const cloud = { call: async (_service: string, operation: string) => answers[operation] ?? {} };

  test.each<[Source]>([["sqs"], ["kinesis"], ["dynamodb"], ["msk"], ["kafka"], ["mq"], ["documentdb"]])("of %s", async (source) => {
    await using room = await roomWith({ pollable: everyKind, cloud });
    const { UUID = "", State } = await create(room, source, { Enabled: true });
    const state = async () => (await room.call("GetEventSourceMapping", { UUID })).State;
    expect(State).toBe("Creating");
    await expect(room.call("UpdateEventSourceMapping", { UUID, BatchSize: 5 })).rejects.toMatchObject({
      code: "ResourceInUseException",
      message: "Cannot update the event source mapping because it is in use.",
    });
    await settle(room);
    expect(await state()).toBe("Enabled");
    expect(await room.call("UpdateEventSourceMapping", { UUID, BatchSize: 5 })).toMatchObject({ BatchSize: 5, State: "Updating" });
    await settle(room);
    expect(await state()).toBe("Enabled");
    expect(await room.call("UpdateEventSourceMapping", { UUID, Enabled: false })).toMatchObject({ State: "Disabling" });
    await settle(room);
    expect(await state()).toBe("Disabled");
    expect(await room.call("UpdateEventSourceMapping", { UUID, Enabled: true })).toMatchObject({ State: "Enabling" });
    await settle(room);
    expect(await state()).toBe("Enabled");
  });

  test.each<[Source, string, string]>([
    ["sqs", "AWS.SimpleQueueService.NonExistentQueue", "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."],
    ["kinesis", "ResourceNotFoundException", `Stream not found: ${arns.kinesis}`],
    ["dynamodb", "ResourceNotFoundException", `Stream not found: ${arns.dynamodb}`],
  ])("a %s that is not there is refused, enabled or not", async (source, code, message) => {
    const missing = {
      call: async (): Promise<object> => {
        throw new Fault({ code, status: 400, message: "gone" });
      },
    };
    await using room = await roomWith({ pollable: everyKind, cloud: missing });
    for (const Enabled of [true, false])
      await expect(create(room, source, { Enabled })).rejects.toMatchObject({ code: "InvalidParameterValueException", message });
  });

  test("a queue whose messages come back while the function is at them", async () => {
    await using room = await roomWith({ pollable: everyKind, cloud });
    await room.create("slow", { Timeout: 60 });
    await expect(create(room, "sqs", { FunctionName: "slow", Enabled: true })).rejects.toMatchObject({
      message: "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
    });
  });
});

describe("an update", () => {
  test("replaces what was sent and keeps the rest", async () => {
    await using room = await roomWith();
    await room.create("g");
    const { UUID = "" } = await create(room, "sqs", { FilterCriteria: { Filters: [{ Pattern: '{"body":["x"]}' }] }, ScalingConfig: { MaximumConcurrency: 2 } });
    const updated = await room.call("UpdateEventSourceMapping", { UUID, FunctionName: "g", BatchSize: 7, FilterCriteria: { Filters: [] } });
    expect(updated).toMatchObject({ FunctionArn: functionArn("g"), BatchSize: 7, ScalingConfig: { MaximumConcurrency: 2 }, State: "Updating" });
    expect(updated.FilterCriteria).toBeUndefined();
    await settle(room);
    expect(await room.call("ListEventSourceMappings", { FunctionName: "g" })).toMatchObject({ EventSourceMappings: [{ UUID, State: "Disabled" }] });
  });

  test("is held to the rules of its source", async () => {
    await using room = await roomWith();
    const { UUID = "" } = await create(room, "sqs");
    await expect(room.call("UpdateEventSourceMapping", { UUID, BatchSize: 11 })).rejects.toMatchObject({
      message: "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    });
    await expect(room.call("UpdateEventSourceMapping", { UUID, ParallelizationFactor: 2 })).rejects.toMatchObject({
      message: "Unsupported ParallelizationFactor parameter for given event source mapping type.",
    });
    await expect(room.call("UpdateEventSourceMapping", { UUID, FunctionName: "nobody" })).rejects.toMatchObject({ message: "Function does not exist" });
    await expect(room.call("UpdateEventSourceMapping", { UUID, Enabled: true })).rejects.toMatchObject({
      message: "Lambent does not poll Amazon SQS yet; create the mapping with Enabled false.",
    });
  });

  test("keeps a consumer group, and refuses another", async () => {
    await using room = await roomWith();
    const { UUID = "" } = await create(room, "kafka", { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: "g" } });
    await settle(room);
    const update = (ConsumerGroupId: string) => room.call("UpdateEventSourceMapping", { UUID, SelfManagedKafkaEventSourceConfig: { ConsumerGroupId } });
    await expect(update("h")).rejects.toMatchObject({ message: "ConsumerGroupId cannot be changed." });
    expect(await update("g")).toMatchObject({ SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: "g" } });
  });

  test("of another process is not overwritten unseen", async () => {
    await using room = await roomWith();
    await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
    const { UUID = "" } = await create(room, "sqs");
    room.beforeNextCommit(async () => {
      await other.call("UpdateEventSourceMapping", { UUID, BatchSize: 5 });
      await settle(other);
    });
    expect(await room.call("UpdateEventSourceMapping", { UUID, MaximumBatchingWindowInSeconds: 3 })).toMatchObject({
      BatchSize: 5,
      MaximumBatchingWindowInSeconds: 3,
    });
  });
});

describe("refused", () => {
  const exists = (text: string) => ({ status: 409, code: "ResourceConflictException", message: text });

  test("a second mapping of one source to one function", async () => {
    await using room = await roomWith();
    const sqs = await create(room, "sqs");
    await expect(create(room, "sqs")).rejects.toMatchObject(
      exists(`An event source mapping with SQS arn (" ${arns.sqs} ") and function (" f ") already exists. Please update or delete the existing mapping with UUID ${sqs.UUID}`),
    );
    const kinesis = await create(room, "kinesis");
    await expect(create(room, "kinesis")).rejects.toMatchObject(
      exists(`The event source arn (" ${arns.kinesis} ") and function (" f ") provided mapping already exists. Please update or delete the existing mapping with UUID ${kinesis.UUID}`),
    );
    const kafka = await create(room, "kafka");
    await create(room, "kafka", { Topics: ["other"] });
    await expect(create(room, "kafka")).rejects.toMatchObject(
      exists(
        `An event source mapping with event source ("h1:9092,h2:9092"), function ("${functionArn("f")}"), topics ("t") already exists. ` +
          `Please update or delete the existing mapping with UUID ${kafka.UUID}`,
      ),
    );
  });

  test("also when two are asked for at once", async () => {
    await using room = await roomWith();
    await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000 });
    room.beforeNextCommit(() => create(other, "sqs"));
    await expect(create(room, "sqs")).rejects.toMatchObject({ status: 409 });
    expect((await room.call("ListEventSourceMappings", {})).EventSourceMappings).toHaveLength(1);
  });

  const at = (path: string) => `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null.`;
  const unsupported = (member: string) => `Unsupported ${member} parameter for given event source mapping type.`;
  const pattern = (text: string): Partial<CreateInput> => ({ FilterCriteria: { Filters: [{ Pattern: text }] } });
  const onFailure = (Destination: string): Partial<CreateInput> => ({ DestinationConfig: { OnFailure: { Destination } } });
  test.each<[Source, Partial<CreateInput>, string]>([
    ["sqs", { Enabled: true }, "Lambent does not poll Amazon SQS yet; create the mapping with Enabled false."],
    ["sqs", { Enabled: undefined }, "Lambent does not poll Amazon SQS yet; create the mapping with Enabled false."],
    ["mq", { Enabled: true }, "Lambent does not poll Amazon MQ yet; create the mapping with Enabled false."],
    ["sqs", { EventSourceArn: undefined }, "Unrecognized event source."],
    ["sqs", { EventSourceArn: "arn:aws:s3:::bucket" }, "Unrecognized event source."],
    ["sqs", { SelfManagedEventSource: servers }, "Unrecognized event source."],
    ["sqs", { FunctionName: "nobody" }, "Function does not exist"],
    ["sqs", { FunctionName: "f:nowhere" }, "Function does not exist"],
    ["sqs", { FunctionName: "f:7" }, "Function does not exist"],
    ["kinesis", { StartingPosition: undefined }, at("startingPosition")],
    ["kinesis", { StartingPosition: "AT_TIMESTAMP" }, at("startingPositionTimestamp")],
    ["kinesis", { StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date(8e15) }, "StartingPositionTimestamp cannot be in the future."],
    ["kinesis", { StartingPositionTimestamp: new Date(0) }, "StartingPositionTimestamp is only supported with StartingPosition AT_TIMESTAMP."],
    ["dynamodb", { StartingPosition: "AT_TIMESTAMP" }, `Unsupported starting position for arn type: ${arns.dynamodb}`],
    ["sqs", { StartingPosition: "LATEST" }, unsupported("StartingPosition")],
    ["sqs", onFailure(arns.fifo), unsupported("DestinationConfig")],
    ["sqs", { Topics: ["t"] }, unsupported("Topics")],
    ["sqs", { LoggingConfig: { SystemLogLevel: "INFO" } }, unsupported("LoggingConfig")],
    ["kinesis", { ScalingConfig: { MaximumConcurrency: 2 } }, unsupported("ScalingConfig")],
    ["kinesis", { ProvisionedPollerConfig: { MinimumPollers: 2 } }, unsupported("ProvisionedPollerConfig")],
    ["kinesis", { DestinationConfig: { OnSuccess: { Destination: arns.sqs } } }, unsupported("DestinationConfig")],
    [
      "kinesis",
      onFailure("arn:aws:lambda:eu-west-1:000000000000:function:g"),
      "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=arn:aws:lambda:eu-west-1:000000000000:function:g)) is invalid.",
    ],
    ["kinesis", onFailure("kafka://t"), "The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=kafka://t)) is invalid."],
    ["documentdb", pattern('{"a":["x"]}'), unsupported("FilterCriteria")],
    ["sqs", { BatchSize: 11 }, "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"],
    [
      "fifo",
      { BatchSize: 11 },
      "1 validation error detected: Value '11' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10",
    ],
    ["fifo", { MaximumBatchingWindowInSeconds: 1 }, unsupported("MaximumBatchingWindowInSeconds")],
    ["sqs", { ScalingConfig: { MaximumConcurrency: 2 }, ProvisionedPollerConfig: { MinimumPollers: 2 } }, "ScalingConfig and ProvisionedPollerConfig must not be given together."],
    ["sqs", { ProvisionedPollerConfig: { MinimumPollers: 20, MaximumPollers: 10 } }, "MinimumPollers must not be greater than MaximumPollers."],
    ["kinesis", { TumblingWindowInSeconds: 1, ParallelizationFactor: 2 }, "ParallelizationFactor must be 1 with a TumblingWindowInSeconds."],
    [
      "kinesis",
      { MaximumRecordAgeInSeconds: 59 },
      "1 validation error detected: Value '59' at 'maximumRecordAgeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
    ],
    ["msk", { MaximumRetryAttempts: 1 }, "MaximumRetryAttempts is only supported for Kafka event source mappings in provisioned mode."],
    ["kafka", { SourceAccessConfigurations: undefined }, "Required 'sourceAccessConfigurations' parameter is missing."],
    ["msk", { Topics: undefined }, "Required 'topics' parameter is missing."],
    ["mq", { Queues: undefined }, "Required 'queues' parameter is missing."],
    ["sqs", pattern("x"), "Invalid filter pattern definition."],
    ["sqs", pattern('{"body":"x"}'), "Invalid filter pattern definition."],
    ["sqs", pattern('{"body":[{"before":"x"}]}'), "Invalid filter pattern definition."],
    ["kinesis", pattern('{"data":["text"]}'), "Invalid filter pattern definition."],
    ["sqs", { FilterCriteria: { Filters: Array.from({ length: 6 }, () => ({ Pattern: '{"body":["x"]}' })) } }, "FilterCriteria must not have more than 5 filters."],
    [
      "sqs",
      { KMSKeyArn: "arn:aws:kms:eu-west-1:000000000000:key/k" },
      "Lambent does not apply KMSKeyArn yet and stores no setting that it does not apply: filters are not encrypted with keys of your own.",
    ],
  ])("%s with %j", async (source, more, message) => {
    await using room = await roomWith();
    await expect(create(room, source, more)).rejects.toMatchObject({ status: 400, message });
    expect((await room.call("ListEventSourceMappings", {})).EventSourceMappings).toEqual([]);
  });

  test("a function that may run longer than its source waits", async () => {
    await using room = await roomWith();
    await room.create("slow", { Timeout: 841 });
    await expect(create(room, "msk", { FunctionName: "slow" })).rejects.toMatchObject({
      message: "The timeout of a function with this event source must not be greater than 840 seconds.",
    });
  });

  test.each(["GetEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping"] as const)("%s of none", async (operation) => {
    await using room = await roomWith();
    await expect(room.call(operation, { UUID: "00000000-0000-4000-8000-999999999999" })).rejects.toMatchObject({
      status: 404,
      code: "ResourceNotFoundException",
      message: "The resource you requested does not exist.",
    });
  });
});
