// The composition root: builds the drivers, wires the rooms, starts and stops them. Read it as the table of contents.
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { loadOperator, openOperator, type Operator } from "./admin/operator.ts";
import { adminRoutes } from "./admin/routes.ts";
import { SignedDownloadLinks } from "./admin/download-links.ts";
import { authoriser, useAuthoriser } from "./cloud/authorise.ts";
import { ServiceRegistry, type ServiceParts } from "./cloud/registry.ts";
import { RemoteServices } from "./cloud/remote.ts";
import { programFolders, remoteCredentials, type Settings, SettingsError } from "./config.ts";
import { closeAll } from "./core/close-all.ts";
import { systemClock } from "./core/clock.ts";
import { systemIds } from "./core/ids.ts";
import type { FindPolicedResource } from "./core/policed-resource.ts";
import { openAsyncInvokes, type AsyncInvokesParts } from "./engine/async/async-invokes.ts";
import { openCodeCache } from "./engine/code/code-cache.ts";
import { startCodeCollector } from "./engine/code/collector.ts";
import { readSignature } from "./engine/code/code-signature.ts";
import { inspectArchive } from "./engine/code/inspect-archive.ts";
import { createEngine, type EngineParts, type LocalEngine } from "./engine/create-engine.ts";
import { Recorder, type RecordedEngine } from "./engine/development/recorder.ts";
import { startDeployer } from "./engine/deploy.ts";
import { watchInstallations } from "./engine/runtimes/installation-news.ts";
import { createRuntimes } from "./engine/runtimes/runtimes.ts";
import type { Runtimes } from "./engine/runtimes/runtime.ts";
import type { FunctionCatalog } from "./functions/catalog.ts";
import { openFunctions, type Functions } from "./functions/open-functions.ts";
import { CredentialStore } from "./gateway/auth/credentials.ts";
import { startGateway } from "./gateway/gateway.ts";
import { FileLogSink } from "./observe/file-log-sink.ts";
import { createLogger, type Logger } from "./observe/logger.ts";
import { RecordingFiles } from "./observe/recording-files.ts";
import type { Service } from "./protocol/operation.ts";
import { loadServiceWire } from "./protocol/service-wire.ts";
import { loadValidator } from "./protocol/validation/validator.ts";
import { chooseDriver, type DriverChoice, DriverUnavailable } from "./sandbox/choose-driver.ts";
import { restartInUserNamespace, userNamespaceFault } from "./sandbox/linux/user-namespace.ts";
import type { SandboxDriver } from "./sandbox/sandbox.ts";
import { loadSyscalls } from "./sandbox/syscalls.ts";
import { openTemporaryFolder } from "./sandbox/temporary-folder.ts";
import { policedBuses } from "./services/events/model/policed-bus.ts";
import { type EventsOptions, openEvents } from "./services/events/open-events.ts";
import { limits } from "./services/lambda/limits.ts";
import { policedFunctions } from "./services/lambda/policed-functions.ts";
import { callerRates } from "./services/lambda/caller-rates.ts";
import type { LambdaParts, LambdaSettings, Polling } from "./services/lambda/parts.ts";
import { lambdaService } from "./services/lambda/service.ts";
import { policedTopics } from "./services/sns/model/policed-topic.ts";
import { openSns, type OpenedSns } from "./services/sns/open-sns.ts";
import { certificatePath } from "./services/sns/model/signer.ts";
import { openSqs, type SqsOptions } from "./services/sqs/open-sqs.ts";
import { policedQueues } from "./services/sqs/policed-queues.ts";
import { DeadEnds } from "./store/dead-ends.ts";
import { openScheduler, type SchedulerOptions } from "./services/scheduler/open-scheduler.ts";
import { openMemoryStore } from "./store/memory/memory-store.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import { functionUrls } from "./triggers/http/function-url/function-urls.ts";
import { openPush } from "./triggers/push/push.ts";
import { pushTargets } from "./triggers/push/targets.ts";
import { type MappingReconciler, startMappingReconciler } from "./triggers/poll/mapping-reconciler.ts";
import { Pollers, type PollersParts } from "./triggers/poll/pollers.ts";
import { ProcessingResults } from "./triggers/poll/processing-results.ts";
import { eventSources } from "./triggers/poll/sources.ts";

export interface RunningLambent {
  readonly endpoint: string;
  readonly operator: Operator;
  /** What a person should know about this instance. */
  readonly warnings: readonly string[];
  /** Lets running requests and invokes finish within `graceMs`, then ends what is left and closes the store. */
  stop(graceMs: number): Promise<void>;
}

/** Containers need root, if only that of a user namespace: where this is not, starts this program again as that and does not return. */
export function restartForContainers({ isolation }: Settings): void {
  const isRoot = process.platform !== "linux" || process.getuid?.() === 0;
  if (isolation !== "none" && !isRoot && userNamespaceFault() === undefined) restartInUserNamespace();
}

/** Starts an instance in this process. Rejects, with nothing left over, when it cannot. */
export async function startLambentHere(settings: Settings, version: string): Promise<RunningLambent> {
  const closers: (() => Promise<void> | void)[] = [];
  try {
    return await compose(settings, version, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function compose(settings: Settings, version: string, closers: (() => Promise<void> | void)[]): Promise<RunningLambent> {
  const [clock, ids, log] = [systemClock, systemIds, createLogger(settings.logLevel)];
  const directory = settings.dataDirectory ?? (await temporaryFolder(log, closers));

  const store = settings.dataDirectory === undefined ? await openMemoryStore({ clock, parent: directory }) : await openSqliteStore({ directory, clock });
  closers.push(() => store.close());
  const operator = await openOperatorOf(settings);
  // Where nothing is verified the operator's key is one that anybody knows: it must not open the functions' listener.
  const credentials = new CredentialStore(ids, settings.auth === "on" ? [operator] : []);
  const logs = new FileLogSink(join(directory, "logs"), { logger: log, clock });
  closers.push(() => logs.flush());

  const driver = await openDriver(settings, { directory, functions: () => gateway.functions, log });
  closers.push(() => driver.stop());
  const runtimes = openRuntimes(settings, log);
  closers.push(await watchRuntimes(runtimes, settings, log));
  const functions = openFunctions({ store, ids, runtimeVersions: runtimes });
  closers.push(() => functions.close());
  const code = openCodeCache({ directory: join(directory, "code"), blobs: store.blobs, ids });
  const deployer = startDeployer({ deployments: functions.deployments, code, runtimes, clock, log, updateDelayMs: settings.updateDelayMs });
  closers.push(() => deployer.stop());
  const collector = startCodeCollector({ functions: functions.repository, code, blobs: store.blobs, clock, log });
  closers.push(() => collector.stop());
  const engine = recorded(createEngine({
    clock,
    ids,
    catalog: functions.catalog,
    concurrency: functions.concurrency,
    runtimes,
    driver,
    code,
    credentials,
    logs,
    endpoint: () => (driver.ownLoopback ? gateway.functions.url : gateway.functionsUrl),
    settings: engineSettings(settings),
    onError: (error) => log.error({ error }, "engine-failed"),
  }), { directory, catalog: functions.catalog, log });

  const deadEnds = new DeadEnds(clock);
  const events = openAsyncInvokes({ store, engine, catalog: functions.catalog, deadEnds, clock, ids, log, settings: asyncSettings(settings) });

  const registry = openRegistry(settings, closers);
  const links = new SignedDownloadLinks(clock);
  const results = new ProcessingResults();
  const polling: Polling = { kinds: new Set(eventSources.keys()), lastResult: (uuid) => results.of(uuid) };
  const lambda = { engine, events, polling, blobs: store.blobs, cloud: registry, links, clock, ids, log, runtimeVersions: runtimes, settings: lambdaSettings(settings, driver) };
  const push = openPush({ store, cloud: registry, targets: pushTargets, deadEnds, clock, ids, log, delayPercent: settings.retryDelayPercent });
  registry.register(lambdaEntry(functions, settings, lambda));
  const ending = new AbortController();
  const authorise = useAuthoriser({ isEnforced: settings.auth === "on", clock });
  const sns = openSns({ store, clock, ids });
  closers.push(...serveEventServices(registry, sns, { store, clock, ids, log, authorise, quotas: settings.quotas, ending: ending.signal }));
  refuseServedElsewhere(settings, registry);

  const gateway = await startGateway({
    settings,
    registry,
    credentials,
    clock,
    ids,
    log,
    extraRoutes: adminRoutes({ certificates: { path: certificatePath, find: (file) => sns.parts.signer.certificate(file) }, store, blobs: store.blobs, deadEnds, lanes: [events, push], links, logs, version, ending: ending.signal, functions: functions.repository, clock, ids, ...engine.tools }),
    functionUrls: functionUrls({ ...functions, authorise, engine, clock, ids, log }),
  });

  // Environments are told where the functions' listener is.
  engine.start();
  events.start();
  const mappings = startMappings(functions, { engine, cloud: registry, results, clock, ids, log }, settings);
  push.start();
  return {
    endpoint: gateway.url,
    operator,
    warnings: driver.warning === undefined ? [] : [driver.warning],
    async stop(graceMs) {
      ending.abort();
      closers.push(async () => void (await Promise.all([gateway.stop(graceMs), mappings.stop(), events.stop(), push.stop(), engine.stop(graceMs)])));
      await closeAll(closers);
    },
  };
}

type LambdaNeighbours = Omit<LambdaParts, "functions" | "catalog" | "concurrency" | "codeStorage" | "code">;

const lambdaEntry = (functions: Functions, { quotas }: Settings, parts: LambdaNeighbours): ServiceParts => ({
  service: {
    name: "lambda",
    operations: lambdaService({
      ...parts,
      functions: functions.repository,
      catalog: functions.catalog,
      concurrency: functions.concurrency,
      codeStorage: functions.codeStorage,
      code: { inspect: inspectArchive, readSignature },
    }),
  },
  wire: () => loadServiceWire("lambda"),
  validator: () => loadValidator("lambda"),
  ...(quotas === "aws" ? { admit: callerRates(parts.clock) } : {}),
  findResource: policedFunctions(functions.policies),
});

function openRegistry({ serviceEndpoints, auth }: Settings, closers: (() => Promise<void> | void)[]): ServiceRegistry {
  const elsewhere = new RemoteServices({ endpoints: serviceEndpoints, credentials: remoteCredentials });
  closers.push(() => elsewhere.close());
  return new ServiceRegistry(elsewhere, authoriser({ isEnforced: auth === "on", clock: systemClock }));
}

const startMappings = ({ repository, catalog }: Functions, parts: Omit<PollersParts, "sources" | "catalog">, { updateDelayMs }: Settings): MappingReconciler => {
  const pollers = new Pollers({ ...parts, sources: eventSources, catalog });
  return startMappingReconciler({ ...parts, functions: repository, pollers, updateDelayMs });
};

/** Queues, topics, buses and schedules. Returns what ends them. */
function serveEventServices(registry: ServiceRegistry, sns: OpenedSns, options: SqsOptions & EventsOptions & SchedulerOptions): readonly (() => Promise<void> | void)[] {
  const [sqs, events, scheduler] = [openSqs(options), openEvents(options), openScheduler(options)];
  registry.register(entryOf("sqs", async () => (await import("./services/sqs/service.ts")).sqsService(sqs.parts), policedQueues(sqs.parts.queues)));
  registry.register(entryOf("sns", async () => (await import("./services/sns/service.ts")).snsService(sns.parts), policedTopics(sns.parts.catalog)));
  registry.register(entryOf("events", async () => (await import("./services/events/service.ts")).eventsService(events.parts), policedBuses(events.parts.catalog)));
  registry.register(entryOf("scheduler", async () => (await import("./services/scheduler/service.ts")).schedulerService(scheduler.parts)));
  return [sqs.stop, sns.stop, events.stop, scheduler.stop];
}

/** `operations` are loaded on the service's first request: a start that loads them all takes tens of milliseconds more. */
const entryOf = (name: string, operations: () => Promise<Service["operations"]>, findResource?: FindPolicedResource): ServiceParts => ({
  service: { name, operations },
  wire: () => loadServiceWire(name),
  validator: () => loadValidator(name),
  ...(findResource === undefined ? {} : { findResource }),
});

const recorded = (engine: LocalEngine, { directory, catalog, log }: { directory: string; catalog: FunctionCatalog; log: Logger }): RecordedEngine => {
  const onError = (error: unknown): void => log.error({ error }, "recording-not-kept");
  return new Recorder({ clock: systemClock, catalog, files: new RecordingFiles(join(directory, "recordings")), onError }).over(engine);
};

const engineSettings = ({ concurrency, quotas, idleMinutes, environmentMemoryPercent, prebootMemoryPercent }: Settings): EngineParts["settings"] => ({
  concurrency,
  quotas,
  idleMs: idleMinutes * 60_000,
  parallelStarts: 2 * availableParallelism(),
  environmentMemoryBytes: memoryShare(environmentMemoryPercent),
  prebootMemoryBytes: memoryShare(prebootMemoryPercent),
});

const asyncSettings = ({ concurrency, retryDelayPercent }: Settings): AsyncInvokesParts["settings"] => ({
  concurrency,
  leastAtOnce: 2 * availableParallelism(),
  delayPercent: retryDelayPercent,
});

/** Of the machine's memory, or of what this process may have of it; bytes. */
function memoryShare(percent: number): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || totalmem());
  return Math.floor((bytes * percent) / 100);
}

const lambdaSettings = ({ deprecatedRuntimes, concurrency }: Settings, { limitsStorage }: SandboxDriver): LambdaSettings => ({
  deprecatedRuntimes,
  architecture: process.arch === "arm64" ? "arm64" : "x86_64",
  limitsStorage,
  concurrency,
  codeStorageBytes: limits.codeStorageBytes,
});

/** The languages of this machine; also for commands that need no running instance. */
export function openRuntimes(settings: Settings, log: Logger = createLogger(settings.logLevel)): Runtimes {
  return createRuntimes({ directory: settings.runtimesDirectory, ...programFolders(), log });
}

/** What is served here is not asked for elsewhere: an endpoint for it would change nothing. */
function refuseServedElsewhere({ serviceEndpoints }: Settings, registry: ServiceRegistry): void {
  const served = [...serviceEndpoints.keys()].find((service) => registry.find(service) !== undefined);
  if (served !== undefined) throw new SettingsError(`--service-endpoint ${served}: Lambent serves ${served} itself`);
}

/** Rolls out what `lambent runtimes add` installs. Returns what ends it. */
const watchRuntimes = (runtimes: Runtimes, { runtimesDirectory }: Settings, log: Logger): Promise<() => void> => {
  const onError = (error: unknown): void => log.error({ error }, "runtimes-not-watched");
  return watchInstallations(runtimesDirectory, () => void runtimes.lookAgain().catch(onError), onError);
};

async function temporaryFolder(log: Logger, closers: (() => Promise<void> | void)[]): Promise<string> {
  const folder = await openTemporaryFolder(loadSyscalls(), (error) => log.warn({ error }, "temporary-folder-not-removed"));
  closers.push(() => folder.remove());
  return folder.path;
}

async function openOperatorOf({ auth, account, dataDirectory }: Settings): Promise<Operator> {
  if (auth === "off") return openOperator(account);
  if (dataDirectory === undefined) throw new SettingsError("--auth on needs a data directory that keeps its access key: leave --memory away");
  return loadOperator(dataDirectory, account);
}

export interface FoundIsolation {
  readonly driver: string;
  /** What a person should know of it. Empty: functions are isolated and limited in full. */
  readonly shortcomings: readonly string[];
}

/** What would isolate functions here, tried now; for commands that need no running instance. Faults: as a start's. */
export async function tryIsolation(settings: Settings): Promise<FoundIsolation> {
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const log = createLogger("silent");
    const driver = await openDriver(settings, { directory: await temporaryFolder(log, closers), functions: () => undefined, log });
    closers.push(() => driver.stop());
    const shortcomings = (await driver.shortcomings?.()) ?? [];
    return { driver: driver.name, shortcomings: driver.warning === undefined ? shortcomings : [driver.warning, ...shortcomings] };
  } finally {
    await closeAll(closers);
  }
}

/** The functions' listener is there by the time that the first sandbox is made. */
async function openDriver(
  { isolation, ociRuntime, sandboxSystem: system, egress, egressAllow: allowed }: Settings,
  { directory, functions, log }: Pick<DriverChoice, "directory" | "functions"> & { readonly log: Logger },
): Promise<SandboxDriver> {
  const { searchPath } = programFolders();
  try {
    const driver = await chooseDriver({ isolation, ociRuntime, system, egress, allowed, searchPath, directory: join(directory, "sandboxes"), instanceId: systemIds.hex(4), functions, clock: systemClock, log });
    const onShortcomings = (found: readonly string[] = []): void => found.forEach((shortcoming) => log.warn({ shortcoming }, "isolation-incomplete"));
    // What keeps it from working is told to whoever opens a sandbox.
    void driver.shortcomings?.().then(onShortcomings, () => undefined);
    return driver;
  } catch (error) {
    if (error instanceof DriverUnavailable) throw new SettingsError(`--${error.asked} ${{ isolation, egress }[error.asked]}: ${error.message}`);
    throw error;
  }
}
