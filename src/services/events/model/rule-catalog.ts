// What events are held against, in memory: rules with their patterns read, and archives, of each account and region that
// was asked for; kept fresh by the store's news.
import type { Scope } from "../../../core/context.ts";
import type { EventPattern } from "../../../core/pattern/event-pattern.ts";
import type { Policy } from "../../../core/policy/document.ts";
import { parsePolicy } from "../../../core/policy/document.ts";
import type { Records } from "../../../store/records.ts";
import { limits } from "../limits.ts";
import { type ArchiveRecord, archives } from "./archive.ts";
import { type BusRecord, buses } from "./bus.ts";
import type { BusEvent } from "./event.ts";
import { defaultBus, ruleArn } from "./names.ts";
import { readPattern } from "./pattern.ts";
import { type RuleRecord, rules, type TargetRecord } from "./rule.ts";
import { readTargetInput, type TargetInput } from "./target-input.ts";

export interface ActiveTarget {
  readonly target: TargetRecord;
  readonly input: TargetInput;
}

export interface ActiveRule {
  readonly arn: string;
  readonly name: string;
  readonly targets: readonly ActiveTarget[];
  matches(event: BusEvent): boolean;
}

export interface ActiveArchive {
  readonly record: ArchiveRecord;
  matches(event: BusEvent): boolean;
}

interface ActiveBus {
  readonly rules: Map<string, ActiveRule>;
  readonly archives: Map<string, ActiveArchive>;
}

/** Of one account and region. */
interface Known {
  readonly buses: Map<string, ActiveBus>;
  readonly policies: Map<string, Policy>;
  /** Names of those that were made; the default one need not be among them. */
  readonly names: Set<string>;
}

export class RuleCatalog {
  readonly #records: Records;
  readonly #known = new Map<string, Known | Promise<Known>>();

  constructor(records: Records) {
    this.#records = records;
  }

  /** Undefined: nothing of that bus wants anything. A promise only at the first call. */
  busOf(scope: Scope, bus: string): ActiveBus | undefined | Promise<ActiveBus | undefined> {
    const known = this.#of(scope);
    return known instanceof Promise ? known.then(({ buses: all }) => all.get(bus)) : known.buses.get(bus);
  }

  policyOf(scope: Scope, bus: string): Policy | undefined | Promise<Policy | undefined> {
    const known = this.#of(scope);
    return known instanceof Promise ? known.then(({ policies }) => policies.get(bus)) : known.policies.get(bus);
  }

  async has(scope: Scope, bus: string): Promise<boolean> {
    return bus === defaultBus || (await this.#of(scope)).names.has(bus);
  }

  #of({ account, region }: Scope): Known | Promise<Known> {
    const key = `${account}/${region}`;
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const loading = this.#follow({ account, region }).then(
      (known) => {
        this.#known.set(key, known);
        return known;
      },
      (error: unknown) => {
        this.#known.delete(key);
        throw error;
      },
    );
    this.#known.set(key, loading);
    return loading;
  }

  async #follow(scope: Scope): Promise<Known> {
    const known: Known = { buses: new Map(), policies: new Map(), names: new Set() };
    await Promise.all([
      this.#records.follow(scope, buses, (name, bus) => tellBus(known, name, bus)),
      this.#records.follow(scope, rules, (key, rule) => tellRule(known, scope, key, rule)),
      this.#records.follow(scope, archives, (name, archive) => tellArchive(known, name, archive)),
    ]);
    return known;
  }
}

function tellBus({ names, policies }: Known, name: string, bus: BusRecord | undefined): void {
  if (bus === undefined) names.delete(name);
  else names.add(name);
  if (bus?.policy === undefined) policies.delete(name);
  else policies.set(name, parsePolicy(JSON.stringify(bus.policy), { kind: "resource", mostBytes: 2 * limits.policyBytes }));
}

const activeBus = ({ buses: all }: Known, name: string): ActiveBus => {
  const found = all.get(name) ?? { rules: new Map(), archives: new Map() };
  all.set(name, found);
  return found;
};

function tellRule(known: Known, scope: Scope, key: string, rule: RuleRecord | undefined): void {
  const bus = key.slice(0, key.lastIndexOf("/"));
  const active = activeBus(known, bus).rules;
  if (rule?.pattern === undefined || rule.state === "DISABLED" || rule.targets.length === 0) active.delete(key);
  else active.set(key, activeRule(scope, rule, readPattern(rule.pattern)));
}

const activeRule = (scope: Scope, rule: RuleRecord, pattern: EventPattern): ActiveRule => ({
  arn: ruleArn(scope, rule.bus, rule.name),
  name: rule.name,
  targets: rule.targets.map(activeTarget),
  matches: ({ node }) => pattern.matches(node),
});

export const activeTarget = (target: TargetRecord): ActiveTarget => ({ target, input: readTargetInput(target) });

function tellArchive({ buses: all }: Known, name: string, archive: ArchiveRecord | undefined): void {
  for (const bus of all.values()) bus.archives.delete(name);
  if (archive === undefined) return;
  const bus = all.get(archive.bus) ?? { rules: new Map(), archives: new Map() };
  all.set(archive.bus, bus);
  const pattern = archive.pattern === undefined ? undefined : readPattern(archive.pattern);
  bus.archives.set(name, { record: archive, matches: ({ node }) => pattern?.matches(node) ?? true });
}
