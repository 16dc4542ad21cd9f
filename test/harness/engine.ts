// An engine over scripted sandboxes and a clock that stands still, for tests of the engine's parts.
import { ManualClock } from "../../src/core/clock.ts";
import type { AccountId, Region } from "../../src/core/context.ts";
import { systemIds, type RequestId } from "../../src/core/ids.ts";
import type { CodeTrees } from "../../src/engine/code/code-trees.ts";
import { createEngine, type EngineParts, type LocalEngine } from "../../src/engine/create-engine.ts";
import type { Engine, InvokeRequest } from "../../src/engine/engine.ts";
import type { Runtime } from "../../src/engine/runtimes/runtime.ts";
import { AccountConcurrency } from "../../src/functions/account-concurrency.ts";
import type { FunctionCatalog, InvokeTarget, ResolvedFunction } from "../../src/functions/catalog.ts";
import { eventInvokePolicyOf, type EventInvokeConfigRecord } from "../../src/functions/event-invoke-config.ts";
import { lineageOf } from "../../src/functions/recursion-config.ts";
import type { FunctionConfiguration, FunctionId, FunctionVersion } from "../../src/functions/function-version.ts";
import { MemoryLogs } from "./memory-logs.ts";
import { ScriptedDriver } from "./scripted-driver.ts";

export const functionId = (name: string): FunctionId => ({
  account: "123456789012" as AccountId,
  region: "eu-west-1" as Region,
  name,
});

export function functionVersion(name: string, configuration: Partial<FunctionConfiguration> = {}): FunctionVersion {
  return {
    id: functionId(name),
    version: "$LATEST",
    deploymentId: systemIds.uuid(),
    configuration: {
      runtime: "nodejs24.x",
      handler: "index.handler",
      role: "arn:aws:iam::123456789012:role/r",
      description: "",
      timeoutSeconds: 3,
      memoryMiB: 128,
      ephemeralStorageMiB: 512,
      architecture: "x86_64",
      environment: undefined,
      code: { sha256: "00", sizeBytes: 1, unzippedBytes: 1 },
      layers: [],
      ...configuration,
    },
    runtimeVersion: undefined,
  };
}

/** Functions that a test puts in and replaces. */
export class TestCatalog implements FunctionCatalog {
  /** Of the one account that tests of the engine have. */
  readonly account = new AccountConcurrency();
  readonly #versions = new Map<string, ResolvedFunction>();
  readonly #listeners = new Set<(id: FunctionId) => void>();

  /** By name; heard of with the next `put`. */
  readonly eventInvokes = new Map<string, EventInvokeConfigRecord>();

  /** Where each alias leads; a version is where it is. */
  readonly aliases = new Map<string, readonly InvokeTarget[]>();

  put(version: FunctionVersion): void {
    const { account, region, name } = version.id;
    const invokedArn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    const lineage = lineageOf(version.id, undefined);
    const events = eventInvokePolicyOf(this.eventInvokes.get(name));
    this.#versions.set(name, { version, invokedArn, account: this.account, provisionedFor: version.version, lineage, events });
    for (const listener of this.#listeners) listener(version.id);
  }

  resolve(id: FunctionId): ResolvedFunction {
    const resolved = this.#versions.get(id.name);
    if (resolved === undefined) throw new Error(`no function ${id.name}`);
    return resolved;
  }

  async targets(id: FunctionId, qualifier: string): Promise<readonly InvokeTarget[]> {
    return this.aliases.get(qualifier) ?? [{ version: this.resolve(id).version, share: 1 }];
  }

  onChange(listener: (id: FunctionId) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const testRuntime: Runtime = {
  id: "nodejs24.x",
  channel: "framed",
  runtimeDir: undefined,
  languageDir: undefined,
  version: "nodejs:24.v1",
  versionHash: "ab".repeat(32),
  launch: () => ({ program: "/bin/true", args: [], environment: { NODE_PATH: "/opt/nodejs" } }),
};

export interface TestEngine {
  readonly engine: LocalEngine;
  readonly clock: ManualClock;
  readonly driver: ScriptedDriver;
  readonly catalog: TestCatalog;
  readonly logs: MemoryLogs;
  readonly errors: unknown[];
  readonly revoked: string[];
  readonly heldCode: { count: number };
  readonly invoke: (name: string, request?: Partial<InvokeRequest>) => ReturnType<Engine["invoke"]>;
}

export function startTestEngine(settings: { concurrency?: number; parallelStarts?: number; quotas?: "none" | "aws"; runtime?: Runtime; driver?: ScriptedDriver; environmentMemoryBytes?: number; prebootMemoryBytes?: number } = {}): TestEngine {
  const clock = new ManualClock();
  const { driver = new ScriptedDriver() } = settings;
  const catalog = new TestCatalog();
  const logs = new MemoryLogs();
  const errors: unknown[] = [];
  const revoked: string[] = [];
  const heldCode = { count: 0 };
  const code: CodeTrees = {
    async hold() {
      heldCode.count += 1;
      return { path: "/var/task", release: () => void (heldCode.count -= 1) };
    },
  };
  const { concurrency = 1000, parallelStarts = 100, quotas = "none", runtime = testRuntime, environmentMemoryBytes = 2 ** 40, prebootMemoryBytes = 2 ** 30 } = settings;
  const engine = createEngine({
    clock,
    ids: systemIds,
    catalog,
    concurrency: concurrencyOf(catalog.account),
    runtimes: { resolve: () => runtime, prepare: async () => {} },
    driver,
    code,
    credentials: {
      issue: () => ({ accessKeyId: "ASIAKEY", secretAccessKey: "secret", sessionToken: "token" }),
      revoke: (accessKeyId) => void revoked.push(accessKeyId),
    },
    logs,
    endpoint: () => "http://127.0.0.1:1",
    settings: { concurrency, parallelStarts, quotas, idleMs: 600_000, environmentMemoryBytes, prebootMemoryBytes },
    onError: (error) => void errors.push(error),
  });
  const invoke: TestEngine["invoke"] = (name, request = {}) =>
    engine.invoke({
      function: functionId(name),
      qualifier: undefined,
      payload: Buffer.from("{}"),
      requestId: systemIds.requestId(),
      clientContext: undefined,
      trace: undefined,
      logTail: false,
      ...request,
    });
  return { engine, clock, driver, catalog, logs, errors, revoked, heldCode, invoke };
}

/** Settings that a test makes in the one account. */
export const concurrencyOf = (account: AccountConcurrency): EngineParts["concurrency"] => ({
  of: async () => account,
  onChange: (listener) => account.onChange((name) => listener(functionId(name))),
  provisioned: async () => account.provisioned.map(functionId),
});

/** Lets everything run that needs no time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

export const requestIdOf = (text: string): RequestId => text as RequestId;
