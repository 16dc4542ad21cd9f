// A mixed load on the control plane, and an account of what it was told: each thing that was acknowledged is a fact that
// can be read back. A kind of thing is one entry of `kinds`.
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateCapacityProviderCommand,
  CreateCodeSigningConfigCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteLayerVersionCommand,
  GetAliasCommand,
  GetCapacityProviderCommand,
  GetCodeSigningConfigCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetLayerVersionCommand,
  GetPolicyCommand,
  GetRuntimeManagementConfigCommand,
  type LambdaClient,
  LambdaServiceException,
  ListTagsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutRuntimeManagementConfigCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { expect } from "vitest";
import { zipOf } from "../../src/cli/zip.ts";
import { testRole } from "../harness/lambent.ts";

/** Who writes: one function, the number of the step, and the facts so far. */
interface Step {
  readonly client: LambdaClient;
  /** The function, which exists and is idle. */
  readonly name: string;
  readonly n: number;
  readonly facts: Facts;
}

interface Kind {
  readonly act: (step: Step) => Promise<void>;
  /** What is there now, as text; a fault that says it is missing means that it is gone. */
  readonly read: (client: LambdaClient, subject: string) => Promise<string | undefined>;
}

interface Fact {
  readonly kind: string;
  /** The name of the function, perhaps with a qualifier, or what the thing has instead. */
  readonly subject: string;
  /** Undefined: it is gone. */
  readonly value: string | undefined;
}

export class Facts {
  readonly #known = new Map<string, Fact>();

  get size(): number {
    return this.#known.size;
  }

  /** While `work` goes on both outcomes are right; its answer settles it. */
  async change(kind: string, subject: string, work: () => Promise<string | undefined>): Promise<void> {
    this.#known.delete(`${kind} ${subject}`);
    this.learn(kind, subject, await work());
  }

  learn(kind: string, subject: string, value: string | undefined): void {
    this.#known.set(`${kind} ${subject}`, { kind, subject, value });
  }

  find(kind: string, subject: string): string | undefined {
    return this.#known.get(`${kind} ${subject}`)?.value;
  }

  /** A function or `NAME:ALIAS`, with all that belongs to it. */
  async delete(deleted: string, work: () => Promise<unknown>): Promise<void> {
    const of = [...this.#known].filter(([, { subject }]) => subject === deleted || subject.startsWith(`${deleted}:`));
    for (const [key] of of) this.#known.delete(key);
    await work();
    for (const [, { kind, subject }] of of) this.learn(kind, subject, undefined);
  }

  /** Reads them back: the newest `count`, and as many of the others. */
  async check(client: LambdaClient, count = Number.POSITIVE_INFINITY): Promise<void> {
    const all = [...this.#known.values()];
    const others = all.slice(0, -count);
    const sample = Array.from({ length: Math.min(count, others.length) }, () => others[Math.floor(Math.random() * others.length)]);
    for (const fact of new Set([...all.slice(-count), ...sample])) {
      if (fact === undefined) continue;
      const { kind, subject, value } = fact;
      expect([kind, subject, await read(client, kind, subject)]).toEqual([kind, subject, value]);
    }
  }
}

async function read(client: LambdaClient, kind: string, subject: string): Promise<string | undefined> {
  try {
    return await kinds[kind]?.read(client, subject);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
/** `NAME:QUALIFIER` as the members that operations have for it. */
const qualified = (subject: string) => {
  const [FunctionName = "", Qualifier = ""] = subject.split(":");
  return { FunctionName, Qualifier };
};
const zip = (word: unknown): Promise<Buffer> => zipOf({ "index.mjs": `export const handler = async () => ${JSON.stringify(`alive ${String(word)}`)};` });
const publish = async ({ client, name, facts }: Step): Promise<string> => {
  const { Version = "" } = await client.send(new PublishVersionCommand({ FunctionName: name }));
  facts.learn("version", `${name}:${Version}`, Version);
  return Version;
};

const kinds: Readonly<Record<string, Kind>> = {
  description: {
    act: ({ client, name, n, facts }) =>
      facts.change("description", name, async () => (await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Description: String(n) }))).Description),
    read: async (client, FunctionName) => (await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).Description,
  },
  code: {
    act: ({ client, name, n, facts }) =>
      facts.change("code", name, async () => (await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: await zip(`${name} ${n}`) }))).CodeSha256),
    read: async (client, FunctionName) => (await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).CodeSha256,
  },
  version: {
    act: async (step) => void (await publish(step)),
    read: async (client, subject) => (await client.send(new GetFunctionConfigurationCommand(qualified(subject)))).Version,
  },
  alias: {
    async act(step) {
      const { client, name, n, facts } = step;
      const exists = facts.find("alias", `${name}:live`) !== undefined;
      if (exists && n % 3 === 0) {
        await facts.delete(`${name}:live`, () => client.send(new DeleteAliasCommand({ FunctionName: name, Name: "live" })));
        return;
      }
      const input = { FunctionName: name, Name: "live", FunctionVersion: await publish(step) };
      await facts.change("alias", `${name}:live`, async () => (await (exists ? client.send(new UpdateAliasCommand(input)) : client.send(new CreateAliasCommand(input)))).FunctionVersion);
    },
    read: async (client, subject) => {
      const { FunctionName, Qualifier: Name } = qualified(subject);
      return (await client.send(new GetAliasCommand({ FunctionName, Name }))).FunctionVersion;
    },
  },
  tag: {
    act: ({ client, name, n, facts }) =>
      facts.change("tag", name, async () => {
        await client.send(new TagResourceCommand({ Resource: arnOf(name), Tags: { n: String(n) } }));
        return String(n);
      }),
    read: async (client, name) => (await client.send(new ListTagsCommand({ Resource: arnOf(name) }))).Tags?.["n"],
  },
  concurrency: {
    act: ({ client, name, n, facts }) =>
      facts.change("concurrency", name, async () => {
        if (n % 2 === 1) return void (await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name })));
        return String((await client.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }))).ReservedConcurrentExecutions);
      }),
    read: async (client, FunctionName) => (await client.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions?.toString(),
  },
  permission: {
    async act({ client, name, n, facts }) {
      if (facts.find("alias", `${name}:live`) === undefined) return;
      const StatementId = `s${n}`;
      const input = { FunctionName: name, Qualifier: "live", StatementId, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
      await facts.change("permission", `${name}:live`, async () => {
        await client.send(new AddPermissionCommand(input));
        return StatementId;
      });
    },
    // The statement that was added last.
    read: async (client, subject) => {
      const { Policy = "{}" } = await client.send(new GetPolicyCommand(qualified(subject)));
      const { Statement = [] }: { readonly Statement?: readonly { readonly Sid: string }[] } = JSON.parse(Policy);
      return Statement.map(({ Sid }) => Sid).sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))).at(-1);
    },
  },
  url: {
    async act({ client, name, facts }) {
      const input = { FunctionName: name, Qualifier: "live" };
      if (facts.find("alias", `${name}:live`) === undefined) return;
      const url = facts.find("url", `${name}:live`);
      await facts.change("url", `${name}:live`, async () => {
        if (url !== undefined) return void (await client.send(new DeleteFunctionUrlConfigCommand(input)));
        return (await client.send(new CreateFunctionUrlConfigCommand({ ...input, AuthType: "AWS_IAM" }))).FunctionUrl;
      });
    },
    read: async (client, subject) => (await client.send(new GetFunctionUrlConfigCommand(qualified(subject)))).FunctionUrl,
  },
  retries: {
    act: ({ client, name, n, facts }) =>
      facts.change("retries", name, async () => {
        const exists = facts.find("retries", name) !== undefined;
        if (exists && n % 2 === 0) return void (await client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: name })));
        return String((await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: name, MaximumEventAgeInSeconds: 60 + n }))).MaximumEventAgeInSeconds);
      }),
    read: async (client, FunctionName) => (await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))).MaximumEventAgeInSeconds?.toString(),
  },
  runtime: {
    act: ({ client, name, n, facts }) =>
      facts.change("runtime", name, async () =>
        (await client.send(new PutRuntimeManagementConfigCommand({ FunctionName: name, UpdateRuntimeOn: n % 2 === 0 ? "Auto" : "FunctionUpdate" }))).UpdateRuntimeOn,
      ),
    read: async (client, FunctionName) => (await client.send(new GetRuntimeManagementConfigCommand({ FunctionName }))).UpdateRuntimeOn,
  },
  recursion: {
    act: ({ client, name, n, facts }) =>
      facts.change("recursion", name, async () => (await client.send(new PutFunctionRecursionConfigCommand({ FunctionName: name, RecursiveLoop: n % 2 === 0 ? "Allow" : "Terminate" }))).RecursiveLoop),
    read: async (client, FunctionName) => (await client.send(new GetFunctionRecursionConfigCommand({ FunctionName }))).RecursiveLoop,
  },
  provider: {
    act: ({ client, name, n, facts }) =>
      facts.change("provider", `provider-${name}-${n}`, async () => {
        const settings = { VpcConfig: { SubnetIds: ["subnet-0123456789abcdef0"], SecurityGroupIds: ["sg-0123456789abcdef0"] }, PermissionsConfig: { CapacityProviderOperatorRoleArn: testRole } };
        return (await client.send(new CreateCapacityProviderCommand({ CapacityProviderName: `provider-${name}-${n}`, ...settings }))).CapacityProvider?.CapacityProviderArn;
      }),
    read: async (client, CapacityProviderName) => (await client.send(new GetCapacityProviderCommand({ CapacityProviderName }))).CapacityProvider?.CapacityProviderArn,
  },
  layer: {
    async act({ client, name, n, facts }) {
      const content = { Content: { ZipFile: await zip(`layer ${name} ${n}`) } };
      const { Version } = await client.send(new PublishLayerVersionCommand({ LayerName: `layer-${name}`, ...content, Description: String(n) }));
      facts.learn("layer", `layer-${name}:${Version}`, String(n));
      const former = `layer-${name}:${Number(Version) - 1}`;
      if (facts.find("layer", former) === undefined) return;
      await facts.change("layer", former, async () => {
        await client.send(new DeleteLayerVersionCommand({ LayerName: `layer-${name}`, VersionNumber: Number(Version) - 1 }));
        return undefined;
      });
    },
    read: async (client, subject) => {
      const { FunctionName: LayerName, Qualifier } = qualified(subject);
      return (await client.send(new GetLayerVersionCommand({ LayerName, VersionNumber: Number(Qualifier) }))).Description;
    },
  },
  signing: {
    async act({ client, n, facts }) {
      const SigningProfileVersionArns = ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/Ours/abcdefghij"];
      const { CodeSigningConfig } = await client.send(new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns }, Description: String(n) }));
      facts.learn("signing", CodeSigningConfig?.CodeSigningConfigArn ?? "", String(n));
    },
    read: async (client, CodeSigningConfigArn) => (await client.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }))).CodeSigningConfig?.Description,
  },
  mapping: {
    async act({ client, name, n, facts }) {
      const stream = `arn:aws:kinesis:us-east-1:000000000000:stream/${name}-${n}`;
      const input = { FunctionName: name, EventSourceArn: stream, StartingPosition: "LATEST", Enabled: false } as const;
      const { UUID = "" } = await client.send(new CreateEventSourceMappingCommand(input));
      facts.learn("mapping", UUID, arnOf(name));
    },
    // It outlives its function.
    read: async (client, UUID) => (await client.send(new GetEventSourceMappingCommand({ UUID }))).FunctionArn,
  },
};

const acts = Object.values(kinds);

/** Polls until the function may be changed. Unlike the client's waiter it does not wait on when the server is gone. */
export async function idle(client: LambdaClient, FunctionName: string, Qualifier?: string): Promise<void> {
  for (;;) {
    const { State, LastUpdateStatus } = await client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
    if (State === "Active" && LastUpdateStatus === "Successful") return;
    expect([State, LastUpdateStatus]).toEqual(State === "Pending" ? ["Pending", undefined] : ["Active", "InProgress"]);
  }
}

/** Works on functions of its own until the server is gone; notes only what was answered. */
export async function workUntilKilled(client: LambdaClient, worker: string, facts: Facts): Promise<void> {
  try {
    for (let f = 0; ; f++) {
      const name = `${worker}-${f}`;
      await facts.change("description", name, async () => {
        const input = { FunctionName: name, Runtime: "nodejs26.x", Handler: "index.handler", Role: testRole } as const;
        return (await client.send(new CreateFunctionCommand({ ...input, Code: { ZipFile: await zip(name) }, Description: "created" }))).Description;
      });
      for (let n = 0; n < 12; n++) {
        await idle(client, name);
        const kind = acts[Math.floor(Math.random() * acts.length)];
        await kind?.act({ client, name, n, facts });
      }
      if (f % 2 === 1) await facts.delete(name, () => client.send(new DeleteFunctionCommand({ FunctionName: name })));
    }
  } catch (error) {
    // An answer is never an error here; no answer means that the server has been killed.
    if (error instanceof LambdaServiceException) throw error;
  }
}
