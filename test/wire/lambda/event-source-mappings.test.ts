// Event source mappings through the official client.
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  ListTagsCommand,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { arnOf, refusal, says, uuid } from "../../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../../harness/lambent.ts";

let lambent: TestLambent;
let lambda: LambdaClient;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  await createFunction(lambda, "mapped", says("x"));
});
afterAll(() => lambent[Symbol.asyncDispose]());

const queue = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const stream = (name: string): string => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
const create = (input: Partial<CreateEventSourceMappingCommandInput>) =>
  lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "mapped", Enabled: false, ...input }));
const get = (UUID: string | undefined) => lambda.send(new GetEventSourceMappingCommand({ UUID }));

test("a mapping lives from Creating over updates to Deleting", async () => {
  const { $metadata, ...made } = await create({
    EventSourceArn: stream("life"),
    StartingPosition: "AT_TIMESTAMP",
    StartingPositionTimestamp: new Date(1_700_000_000_000),
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[{"anything-but":["x"]}]}}' }] },
    Tags: { a: "1" },
  });
  expect($metadata.httpStatusCode).toBe(202);
  expect(made).toEqual({
    UUID: expect.stringMatching(uuid),
    EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${made.UUID}`,
    EventSourceArn: stream("life"),
    FunctionArn: arnOf("mapped"),
    LastModified: expect.any(Date),
    LastProcessingResult: "No records processed",
    State: "Creating",
    StateTransitionReason: "User action",
    StartingPosition: "AT_TIMESTAMP",
    StartingPositionTimestamp: new Date(1_700_000_000_000),
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[{"anything-but":["x"]}]}}' }] },
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    DestinationConfig: { OnFailure: {} },
    MaximumRecordAgeInSeconds: -1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: -1,
    TumblingWindowInSeconds: 0,
    FunctionResponseTypes: [],
  });
  const { UUID } = made;
  await vi.waitFor(async () => expect(await get(UUID)).toMatchObject({ State: "Disabled" }));
  expect((await lambda.send(new ListTagsCommand({ Resource: made.EventSourceMappingArn }))).Tags).toEqual({ a: "1" });
  const updated = await lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 7, DestinationConfig: { OnFailure: { Destination: queue("dead") } } }));
  expect(updated).toMatchObject({ $metadata: { httpStatusCode: 202 }, BatchSize: 7, State: "Updating", DestinationConfig: { OnFailure: { Destination: queue("dead") } } });
  await vi.waitFor(async () => expect(await get(UUID)).toMatchObject({ State: "Disabled", BatchSize: 7 }));
  expect(await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).toMatchObject({ $metadata: { httpStatusCode: 202 }, State: "Deleting" });
  await vi.waitFor(() => expect(get(UUID)).rejects.toMatchObject(refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")));
});

test("mappings are listed by source, by function and page by page", async () => {
  const made = [];
  const sqs = new SQSClient({ endpoint: lambent.endpoint, region: "us-east-1", credentials: lambent.running.operator });
  for (const QueueName of ["l1", "l2", "l3"]) await sqs.send(new CreateQueueCommand({ QueueName }));
  for (const name of ["l1", "l2", "l3"]) made.push((await create({ EventSourceArn: queue(name) })).UUID);
  const one = await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn: queue("l2") }));
  expect(one.EventSourceMappings).toMatchObject([{ UUID: made[1], State: "Disabled", BatchSize: 10 }]);
  expect((await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: "nobody" }))).EventSourceMappings).toEqual([]);
  const seen: (string | undefined)[] = [];
  for await (const page of paginateListEventSourceMappings({ client: lambda, pageSize: 2 }, { FunctionName: arnOf("mapped") }))
    seen.push(...(page.EventSourceMappings ?? []).map(({ UUID }) => UUID));
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(made));
});

test.each<[string, Partial<CreateEventSourceMappingCommandInput>, string, string | RegExp]>([
  ["no source", {}, "InvalidParameterValueException", "Unrecognized event source."],
  ["no function", { FunctionName: "nobody", EventSourceArn: queue("q") }, "InvalidParameterValueException", "Function does not exist"],
  [
    "a stream without a position",
    { EventSourceArn: stream("s") },
    "InvalidParameterValueException",
    "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
  ],
  [
    "a position that is none",
    { EventSourceArn: stream("s"), StartingPosition: "first" as "LATEST" },
    "ValidationException",
    /Member must satisfy enum value set: \[LATEST, AT_TIMESTAMP, TRIM_HORIZON\]/,
  ],
  [
    "what nothing polls yet",
    { EventSourceArn: stream("s"), StartingPosition: "LATEST", Enabled: true },
    "InvalidParameterValueException",
    "Lambent does not poll Amazon Kinesis yet; create the mapping with Enabled false.",
  ],
  [
    "a queue that is not there",
    { EventSourceArn: queue("q"), Enabled: true },
    "InvalidParameterValueException",
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.",
  ],
  ["a filter that is none", { EventSourceArn: queue("q"), FilterCriteria: { Filters: [{ Pattern: "{" }] } }, "InvalidParameterValueException", "Invalid filter pattern definition."],
])("%s is refused", async (_what, input, type, message) => {
  await expect(create(input)).rejects.toMatchObject(refusal(400, type, message));
});

test("a change while another runs is refused", async () => {
  await using slow = await startTestLambent({ updateDelayMs: "60000" });
  await createFunction(slow.lambda, "mapped", says("x"));
  const { UUID } = await slow.lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName: "mapped", Enabled: false, EventSourceArn: stream("s"), StartingPosition: "LATEST" }),
  );
  await expect(slow.lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 1 }))).rejects.toMatchObject(
    refusal(400, "ResourceInUseException", "Cannot update the event source mapping because it is in use."),
  );
});

test("mappings survive a restart, and a change that it interrupted is settled", async () => {
  const dataDirectory = temporaryFolder("mappings");
  const start = (updateDelayMs: string) => startTestLambent({ memory: "false", dataDirectory, updateDelayMs });
  const UUID = await (async () => {
    await using first = await start("60000");
    await createFunction(first.lambda, "mapped", says("x"));
    const made = await first.lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName: "mapped", Enabled: false, EventSourceArn: stream("s"), StartingPosition: "LATEST", Tags: { a: "1" } }),
    );
    expect(made.State).toBe("Creating");
    return made.UUID;
  })();
  await using second = await start("0");
  await vi.waitFor(async () => {
    const found = await second.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    expect(found).toMatchObject({ UUID, State: "Disabled", EventSourceArn: stream("s"), StartingPosition: "LATEST", BatchSize: 100 });
  });
});
