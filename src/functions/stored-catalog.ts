// FunctionCatalog over the repository: what invokes need, in memory, thrown away for a function when it changes.
import { formatFunctionArn } from "../core/arn.ts";
import type { Ids } from "../core/ids.ts";
import type { FunctionConcurrency } from "./account-concurrency.ts";
import type { ConcurrencySettings } from "./concurrency-settings.ts";
import type { FunctionCatalog, ResolvedFunction } from "./catalog.ts";
import { eventInvokeConfigs, eventInvokePolicyOf } from "./event-invoke-config.ts";
import { functionNotFound } from "./faults.ts";
import { functionKey, isNumeric, latestVersion, parseVersionNumber, type FunctionId } from "./function-version.ts";
import { qualifiedKey } from "./documents.ts";
import { requireDeployed } from "./lifecycle.ts";
import { lineageOf, recursionConfigs } from "./recursion-config.ts";
import { leadsTo, type Deployment } from "./records.ts";
import type { FunctionRepository } from "./repository.ts";
import { runtimeVersionOf } from "./runtime-management.ts";
import type { RuntimeVersions } from "./runtime-versions.ts";

/** Where a qualifier leads; for an alias with routing to one of two, anew for each invoke. */
interface Route {
  readonly main: ResolvedFunction;
  readonly additional: { readonly resolved: ResolvedFunction; readonly weight: number } | undefined;
}

/** By qualifier, of one function. */
class Routes extends Map<string, Route> {
  readonly id: FunctionId;

  constructor(id: FunctionId) {
    super();
    this.id = id;
  }
}

interface CatalogSources {
  readonly repository: FunctionRepository;
  readonly concurrency: ConcurrencySettings;
  readonly runtimeVersions: RuntimeVersions;
}

/** Ends with the repository, whose news it lives on. */
export function openCatalog(sources: CatalogSources, ids: Ids): FunctionCatalog {
  const { repository, runtimeVersions } = sources;
  const routesByFunction = new Map<string, Routes>();
  const listeners = new Set<(id: FunctionId) => void>();
  repository.onChange(({ id }) => {
    // Before anyone hears of it: whoever does may resolve at once, and must not get what was before.
    routesByFunction.delete(functionKey(id));
    for (const listener of listeners) listener(id);
  });
  // Whose runtime it is, is not worth telling apart: it happens when somebody installs one.
  runtimeVersions.onNewest(() => {
    const known = [...routesByFunction.values()];
    routesByFunction.clear();
    for (const { id } of known) for (const listener of listeners) listener(id);
  });

  const pick = ({ main, additional }: Route): ResolvedFunction =>
    additional !== undefined && fraction(ids) < additional.weight ? additional.resolved : main;

  const load = async (id: FunctionId, qualifier: string | undefined): Promise<ResolvedFunction> => {
    const key = functionKey(id);
    let routes = routesByFunction.get(key);
    if (routes === undefined) routesByFunction.set(key, (routes = new Routes(id)));
    // A change that comes while we read takes `routes` out of the map, and with it what we are about to add.
    try {
      const route = await readRoute(sources, id, qualifier);
      routes.set(qualifier ?? "", route);
      return pick(route);
    } finally {
      // Names that nobody has must not fill the memory.
      if (routes.size === 0 && routesByFunction.get(key) === routes) routesByFunction.delete(key);
    }
  };

  return {
    resolve(id, qualifier) {
      const route = routesByFunction.get(functionKey(id))?.get(qualifier ?? "");
      return route === undefined ? load(id, qualifier) : pick(route);
    },
    async targets(id, qualifier) {
      const { main, additional } = await readRoute(sources, id, qualifier);
      if (additional === undefined) return [{ version: main.version, share: 1 }];
      const { resolved, weight } = additional;
      return [
        { version: main.version, share: 1 - weight },
        { version: resolved.version, share: weight },
      ];
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** 0 to just below 1. */
const fraction = (ids: Ids): number => Number.parseInt(ids.hex(6), 16) / 2 ** 48;

async function readRoute(
  { repository, concurrency, runtimeVersions }: CatalogSources,
  id: FunctionId,
  qualifier: string | undefined,
): Promise<Route> {
  // AWS names the version also when the caller did not.
  const arn = formatFunctionArn(id, qualifier ?? latestVersion);
  const invokedArn = formatFunctionArn(id, qualifier);
  const [account, recursion, eventInvokes] = await Promise.all([
    concurrency.of(id),
    repository.get(id, recursionConfigs, qualifiedKey(id.name, latestVersion)),
    repository.get(id, eventInvokeConfigs, qualifiedKey(id.name, qualifier ?? latestVersion)),
  ]);
  const events = eventInvokePolicyOf(eventInvokes?.record);
  const lineage = lineageOf(id, recursion?.record);
  const resolve = async (version: string): Promise<ResolvedFunction> => {
    const deployed = await readDeployment(repository, id, version);
    if (deployed === undefined) throw functionNotFound(arn);
    const { deploymentId, configuration } = deployed;
    const provisionedFor = await findProvisioned(repository, account.of(id.name), { id, qualifier, version });
    const runtimeVersion = await runtimeVersionOf(configuration, runtimeVersions);
    // Environments of another runtime version are none of this deployment.
    const running = runtimeVersion === undefined ? deploymentId : `${deploymentId}/${runtimeVersion.hash}`;
    const deployment = { id, version, deploymentId: running, configuration, runtimeVersion };
    return { version: deployment, invokedArn, account, provisionedFor, lineage, events };
  };

  if (qualifier === undefined) return { main: await resolve(latestVersion), additional: undefined };
  if (qualifier === latestVersion || isNumeric(qualifier)) return { main: await resolve(qualifier), additional: undefined };
  const alias = (await repository.findAlias(id, qualifier))?.record;
  if (alias === undefined) throw functionNotFound(arn);
  const { version, routing } = alias;
  return {
    main: await resolve(version),
    additional:
      routing === undefined ? undefined : { resolved: await resolve(routing.version), weight: routing.weight },
  };
}

interface InvokedVersion {
  readonly id: FunctionId;
  readonly qualifier: string | undefined;
  readonly version: string;
}

/** What is provisioned for an alias is for its version, whichever way that is invoked. */
async function findProvisioned(
  repository: FunctionRepository,
  { provisioned }: FunctionConcurrency,
  { id, qualifier, version }: InvokedVersion,
): Promise<string | undefined> {
  if (provisioned.size === 0) return undefined;
  const own = [qualifier, version].find((candidate) => candidate !== undefined && provisioned.has(candidate));
  if (own !== undefined) return own;
  const aliases = await repository.listAliases(id);
  return aliases.map(({ record }) => record).find((alias) => provisioned.has(alias.alias) && leadsTo(alias, version))?.alias;
}

async function readDeployment(
  repository: FunctionRepository,
  id: FunctionId,
  version: string,
): Promise<Deployment | undefined> {
  if (version === latestVersion) {
    const latest = await repository.find(id);
    return latest === undefined ? undefined : requireDeployed(latest.record);
  }
  const number = parseVersionNumber(version);
  const published = number === undefined ? undefined : await repository.findVersion(id, number);
  return published === undefined ? undefined : requireDeployed(published.record);
}
