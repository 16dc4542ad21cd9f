// Every list, walked page by page while others of its items are created and deleted: what was there all the time comes
// exactly once, in order; markers tell callers nothing, and no other list takes them. A list is one entry of the table.
import {
  CreateAliasCommand,
  CreateCapacityProviderCommand,
  CreateCodeSigningConfigCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteCapacityProviderCommand,
  DeleteCodeSigningConfigCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCodeSigningConfigCommand,
  DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteLayerVersionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListCapacityProvidersCommand,
  ListCodeSigningConfigsCommand,
  ListEventSourceMappingsCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionCodeSigningConfigCommand,
  PutFunctionEventInvokeConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../src/cli/zip.ts";
import { refusal, says, waitUntilPublished, waitUntilUpdated } from "../../harness/functions.ts";
import { createFunction, startTestLambent, type TestLambent, testRole } from "../../harness/lambent.ts";

interface PageRequest {
  readonly MaxItems?: number;
  readonly Marker?: string | undefined;
}

interface List {
  readonly name: string;
  /** What the items need, once. */
  readonly prepare?: () => Promise<unknown>;
  /** Makes one item and gives it as it is listed. `n` grows from call to call. */
  readonly create: (n: number) => Promise<string>;
  readonly remove: (item: string) => Promise<unknown>;
  readonly page: (request: PageRequest) => Promise<{ readonly items: readonly (string | undefined)[]; readonly NextMarker?: string | undefined }>;
  /** What comes before what; undefined: ids that were drawn, in order of their text. */
  readonly order?: (a: string, b: string) => number;
  /** The most that MaxItems may be. */
  readonly most?: number;
}

let lambent: TestLambent;
let lambda: LambdaClient;
let sqs: SQSClient;
let zip: Buffer;
beforeAll(async () => {
  lambent = await startTestLambent();
  ({ lambda } = lambent);
  sqs = new SQSClient({ endpoint: lambent.endpoint, region: "us-east-1", credentials: lambent.running.operator });
  zip = await zipOf(says("x"));
});
afterAll(async () => {
  sqs.destroy();
  await lambent[Symbol.asyncDispose]();
});

/** In an order of names that is not the order in which they are made. */
const named = (prefix: string, n: number): string => `${prefix}${String((n * 37) % 101).padStart(3, "0")}-${n}`;
const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const byNumber = (a: string, b: string): number => Number(a) - Number(b);
const signer = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/Ours/abcdefghij";
const newSigningConfig = async (): Promise<string> =>
  (await lambda.send(new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns: [signer] } }))).CodeSigningConfig?.CodeSigningConfigArn ?? "";
const newAlias = async (FunctionName: string, n: number): Promise<string> => {
  const Name = named("a", n);
  await lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: "1" }));
  return Name;
};
const published = async (FunctionName: string): Promise<void> => {
  await createFunction(lambda, FunctionName, says("x"), { Publish: true });
  await waitUntilPublished(lambda, FunctionName, "1");
};
const qualifierOf = (arn = ""): string => arn.split(":")[7] ?? "";
let signingConfig: string;

const lists: readonly List[] = [
  {
    name: "ListFunctions",
    create: async (n) => {
      await createFunction(lambda, named("f", n), says("x"));
      return named("f", n);
    },
    remove: (FunctionName) => lambda.send(new DeleteFunctionCommand({ FunctionName })),
    page: async (request) => {
      const { Functions = [], NextMarker } = await lambda.send(new ListFunctionsCommand(request));
      return { items: Functions.map(({ FunctionName }) => FunctionName), NextMarker };
    },
  },
  {
    name: "ListFunctions with ALL",
    create: async (n) => {
      await createFunction(lambda, named("v", n), says("x"));
      return `${named("v", n)}:$LATEST`;
    },
    remove: (item) => lambda.send(new DeleteFunctionCommand({ FunctionName: item.split(":")[0] })),
    page: async (request) => {
      const { Functions = [], NextMarker } = await lambda.send(new ListFunctionsCommand({ ...request, FunctionVersion: "ALL" }));
      return { items: Functions.map(({ FunctionName, Version }) => `${FunctionName}:${Version}`), NextMarker };
    },
  },
  {
    name: "ListVersionsByFunction",
    prepare: () => createFunction(lambda, "versioned", says("x")),
    create: async (n) => {
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "versioned", Description: String(n) }));
      await waitUntilUpdated(lambda, "versioned");
      return (await lambda.send(new PublishVersionCommand({ FunctionName: "versioned" }))).Version ?? "";
    },
    remove: (Qualifier) => lambda.send(new DeleteFunctionCommand({ FunctionName: "versioned", Qualifier })),
    page: async (request) => {
      const { Versions = [], NextMarker } = await lambda.send(new ListVersionsByFunctionCommand({ ...request, FunctionName: "versioned" }));
      return { items: Versions.map(({ Version }) => (Version === "$LATEST" ? "0" : Version)), NextMarker };
    },
    order: byNumber,
  },
  {
    name: "ListAliases",
    prepare: () => published("aliased"),
    create: (n) => newAlias("aliased", n),
    remove: (Name) => lambda.send(new DeleteAliasCommand({ FunctionName: "aliased", Name })),
    page: async (request) => {
      const { Aliases = [], NextMarker } = await lambda.send(new ListAliasesCommand({ ...request, FunctionName: "aliased" }));
      return { items: Aliases.map(({ Name }) => Name), NextMarker };
    },
  },
  {
    name: "ListFunctionEventInvokeConfigs",
    prepare: () => published("retried"),
    create: async (n) => {
      const Qualifier = await newAlias("retried", n);
      await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "retried", Qualifier, MaximumRetryAttempts: 0 }));
      return Qualifier;
    },
    remove: (Qualifier) => lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: "retried", Qualifier })),
    page: async (request) => {
      const { FunctionEventInvokeConfigs = [], NextMarker } = await lambda.send(new ListFunctionEventInvokeConfigsCommand({ ...request, FunctionName: "retried" }));
      return { items: FunctionEventInvokeConfigs.map(({ FunctionArn }) => qualifierOf(FunctionArn)), NextMarker };
    },
    most: 50,
  },
  {
    name: "ListFunctionUrlConfigs",
    prepare: () => published("reached"),
    create: async (n) => {
      const Qualifier = await newAlias("reached", n);
      await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "reached", Qualifier, AuthType: "AWS_IAM" }));
      return Qualifier;
    },
    remove: (Qualifier) => lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: "reached", Qualifier })),
    page: async (request) => {
      const { FunctionUrlConfigs = [], NextMarker } = await lambda.send(new ListFunctionUrlConfigsCommand({ ...request, FunctionName: "reached" }));
      return { items: FunctionUrlConfigs.map(({ FunctionArn }) => qualifierOf(FunctionArn)), NextMarker };
    },
    most: 50,
  },
  {
    name: "ListProvisionedConcurrencyConfigs",
    prepare: () => createFunction(lambda, "provisioned", says("x")),
    create: async (n) => {
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "provisioned", Description: String(n) }));
      await waitUntilUpdated(lambda, "provisioned");
      const { Version: Qualifier = "" } = await lambda.send(new PublishVersionCommand({ FunctionName: "provisioned" }));
      await lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName: "provisioned", Qualifier, ProvisionedConcurrentExecutions: 1 }));
      return Qualifier;
    },
    remove: (Qualifier) => lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: "provisioned", Qualifier })),
    page: async (request) => {
      const { ProvisionedConcurrencyConfigs = [], NextMarker } = await lambda.send(new ListProvisionedConcurrencyConfigsCommand({ ...request, FunctionName: "provisioned" }));
      return { items: ProvisionedConcurrencyConfigs.map(({ FunctionArn }) => qualifierOf(FunctionArn)), NextMarker };
    },
    most: 50,
  },
  {
    name: "ListEventSourceMappings",
    prepare: () => createFunction(lambda, "mapped", says("x")),
    create: async (n) => {
      const QueueName = named("q", n);
      await sqs.send(new CreateQueueCommand({ QueueName }));
      const EventSourceArn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
      return (await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "mapped", EventSourceArn, Enabled: false }))).UUID ?? "";
    },
    remove: (UUID) => lambda.send(new DeleteEventSourceMappingCommand({ UUID })),
    page: async (request) => {
      const { EventSourceMappings = [], NextMarker } = await lambda.send(new ListEventSourceMappingsCommand(request));
      return { items: EventSourceMappings.map(({ UUID }) => UUID), NextMarker };
    },
  },
  {
    name: "ListLayers",
    create: async (n) => {
      await lambda.send(new PublishLayerVersionCommand({ LayerName: named("l", n), Content: { ZipFile: zip } }));
      return named("l", n);
    },
    remove: (LayerName) => lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: 1 })),
    page: async (request) => {
      const { Layers = [], NextMarker } = await lambda.send(new ListLayersCommand(request));
      return { items: Layers.map(({ LayerName }) => LayerName), NextMarker };
    },
    most: 50,
  },
  {
    name: "ListLayerVersions",
    create: async () => String((await lambda.send(new PublishLayerVersionCommand({ LayerName: "layered", Content: { ZipFile: zip } }))).Version),
    remove: (version) => lambda.send(new DeleteLayerVersionCommand({ LayerName: "layered", VersionNumber: Number(version) })),
    page: async (request) => {
      const { LayerVersions = [], NextMarker } = await lambda.send(new ListLayerVersionsCommand({ ...request, LayerName: "layered" }));
      return { items: LayerVersions.map(({ Version }) => String(Version)), NextMarker };
    },
    order: (a, b) => byNumber(b, a),
    most: 50,
  },
  {
    name: "ListCapacityProviders",
    create: async (n) => {
      const settings = { VpcConfig: { SubnetIds: ["subnet-0123456789abcdef0"], SecurityGroupIds: ["sg-0123456789abcdef0"] }, PermissionsConfig: { CapacityProviderOperatorRoleArn: testRole } };
      await lambda.send(new CreateCapacityProviderCommand({ CapacityProviderName: named("c", n), ...settings }));
      return named("c", n);
    },
    remove: (CapacityProviderName) => lambda.send(new DeleteCapacityProviderCommand({ CapacityProviderName })),
    page: async (request) => {
      const { CapacityProviders = [], NextMarker } = await lambda.send(new ListCapacityProvidersCommand(request));
      return { items: CapacityProviders.map(({ CapacityProviderArn }) => CapacityProviderArn?.split(":")[6]), NextMarker };
    },
    most: 50,
  },
  {
    name: "ListCodeSigningConfigs",
    create: newSigningConfig,
    remove: (CodeSigningConfigArn) => lambda.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn })),
    page: async (request) => {
      const { CodeSigningConfigs = [], NextMarker } = await lambda.send(new ListCodeSigningConfigsCommand(request));
      return { items: CodeSigningConfigs.map(({ CodeSigningConfigArn }) => CodeSigningConfigArn), NextMarker };
    },
  },
  {
    name: "ListFunctionsByCodeSigningConfig",
    prepare: async () => {
      signingConfig = await newSigningConfig();
    },
    create: async (n) => {
      await createFunction(lambda, named("s", n), says("x"));
      await lambda.send(new PutFunctionCodeSigningConfigCommand({ FunctionName: named("s", n), CodeSigningConfigArn: signingConfig }));
      return named("s", n);
    },
    remove: (FunctionName) => lambda.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName })),
    page: async (request) => {
      const { FunctionArns = [], NextMarker } = await lambda.send(new ListFunctionsByCodeSigningConfigCommand({ ...request, CodeSigningConfigArn: signingConfig }));
      return { items: FunctionArns.map((arn) => arn.split(":")[6]), NextMarker };
    },
  },
];

/** Walks all pages and gives what they hold, in order. */
async function walk({ page }: List, MaxItems: number): Promise<string[]> {
  const seen: string[] = [];
  let Marker: string | undefined;
  do {
    const { items, NextMarker } = await page({ MaxItems, Marker });
    expect(items.length).toBeLessThanOrEqual(MaxItems);
    if (NextMarker !== undefined) expect(items).toHaveLength(MaxItems);
    seen.push(...items.map((item) => item ?? ""));
    Marker = NextMarker;
  } while (Marker !== undefined);
  return seen;
}

// One after the other: what one list's items are made of may be another one's items.
describe.each(lists)("$name", (list) => {
  const { create, remove, page, order = byText, most = 10_000 } = list;
  const items: string[] = [];
  let made = 0;
  const make = async (): Promise<string> => create(made++);

  beforeAll(async () => {
    await list.prepare?.();
    while (items.length < 9) items.push(await make());
  }, 60_000);
  afterAll(async () => {
    for (const item of items) await remove(item);
  });

  test("neither skips nor repeats what is there all the time while others come and go", async () => {
    const stable = items.filter((_item, index) => index % 3 !== 0);
    const passing = items.filter((item) => !stable.includes(item));
    const walked = new AbortController();
    const churn = async (): Promise<void> => {
      while (!walked.signal.aborted) {
        await remove(passing.shift() ?? "");
        passing.push(await make());
      }
    };
    const churning = churn();
    try {
      for (const size of [1, 2, 4, 2, 1]) {
        const seen = await walk(list, size);
        expect(seen.toSorted(order)).toEqual(seen);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((item) => stable.includes(item))).toEqual(stable.toSorted(order));
      }
    } finally {
      walked.abort();
      await churning;
      items.splice(0, items.length, ...stable, ...passing);
    }
  }, 60_000);

  test("goes on after an item that has gone, and takes an empty marker for none", async () => {
    const all = await walk(list, 50);
    const { NextMarker } = await page({ MaxItems: 2 });
    const last = all[1] ?? "";
    if (items.includes(last)) {
      await remove(last);
      items.splice(items.indexOf(last), 1);
    }
    expect((await page({ MaxItems: 1, Marker: NextMarker })).items).toEqual([all[2]]);
    expect((await page({ MaxItems: 1, Marker: "" })).items).toEqual([all[0]]);
  });

  test("gives markers that say nothing, and takes no others", async () => {
    const { NextMarker = "" } = await page({ MaxItems: 1 });
    expect(NextMarker).toMatch(/^[\w-]+$/);
    await expect(page({ Marker: "no marker!" })).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /Marker/));
  });

  test("takes as many items a page as AWS does", async () => {
    expect((await page({ MaxItems: most })).items.length).toBeGreaterThanOrEqual(8);
    const value = (constraint: string) => refusal(400, "ValidationException", new RegExp(`Member must have value ${constraint}`));
    await expect(page({ MaxItems: 0 })).rejects.toMatchObject(value("greater than or equal to 1"));
    await expect(page({ MaxItems: most + 1 })).rejects.toMatchObject(value(`less than or equal to ${most}`));
  });
});

test.each([
  ["ListVersionsByFunction", (Marker: string) => lambda.send(new ListVersionsByFunctionCommand({ FunctionName: "marked", Marker }))],
  ["ListFunctions with ALL", (Marker: string) => lambda.send(new ListFunctionsCommand({ FunctionVersion: "ALL", Marker }))],
  ["ListLayerVersions", (Marker: string) => lambda.send(new ListLayerVersionsCommand({ LayerName: "marked", Marker }))],
])("%s refuses a marker of another list", async (_list, page) => {
  await createFunction(lambda, "marked", says("x")).catch(() => undefined);
  const foreign = Buffer.from("some-name").toString("base64url");
  await expect(page(foreign)).rejects.toMatchObject(refusal(400, "InvalidParameterValueException", /Marker/));
});
