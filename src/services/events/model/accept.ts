// Takes events on their buses: whatever they lead to is written in one commit of each bus's account and region.
import type { Scope } from "../../../core/context.ts";
import type { Ids } from "../../../core/ids.ts";
import type { StoreOperation } from "../../../store/operation.ts";
import type { Records } from "../../../store/records.ts";
import { archived } from "./archive.ts";
import { deliver } from "./deliveries.ts";
import type { BusEvent } from "./event.ts";
import type { ActiveRule, RuleCatalog } from "./rule-catalog.ts";

export interface AcceptParts {
  readonly records: Records;
  readonly catalog: RuleCatalog;
  readonly ids: Ids;
}

export interface TakenEvent {
  readonly event: BusEvent;
  readonly bus: string;
  /** Of the bus. */
  readonly context: Scope;
}

/** Durable when it resolves. An event that nothing wants costs no write. */
export async function accept(parts: AcceptParts, taken: readonly TakenEvent[]): Promise<void> {
  const byScope = new Map<string, { readonly scope: Scope; readonly operations: StoreOperation[] }>();
  for (const { event, bus, context: scope } of taken) {
    const operations = await consequences(parts, { event, bus, scope });
    const key = `${scope.account}/${scope.region}`;
    const known = byScope.get(key);
    if (known === undefined) byScope.set(key, { scope, operations: [...operations] });
    else known.operations.push(...operations);
  }
  await Promise.all([...byScope.values()].map(({ scope, operations }) => parts.records.commit(scope, operations)));
}

interface OnBus {
  readonly event: BusEvent;
  readonly bus: string;
  readonly scope: Scope;
  /** Only these rules, by ARN; left out: all. */
  readonly onlyRules?: ReadonlySet<string> | undefined;
  /** What a replay sends is not kept again. */
  readonly isReplayed?: boolean;
}

/** What a commit is to hold for an event on a bus. */
export async function consequences(
  { catalog, ids }: Omit<AcceptParts, "records">,
  { event, bus, scope, onlyRules, isReplayed = false }: OnBus,
): Promise<readonly StoreOperation[]> {
  const loading = catalog.busOf(scope, bus);
  const active = loading instanceof Promise ? await loading : loading;
  if (active === undefined) return [];
  const operations: StoreOperation[] = [];
  for (const rule of active.rules.values()) {
    if (onlyRules !== undefined && !onlyRules.has(rule.arn)) continue;
    if (rule.matches(event)) operations.push(...deliveriesOf(rule, event, { scope, ids }));
  }
  if (isReplayed) return operations;
  for (const archive of active.archives.values()) if (archive.matches(event)) operations.push(archived(archive.record, event));
  return operations;
}

/** To every target of a rule. */
export const deliveriesOf = (
  rule: Pick<ActiveRule, "arn" | "name" | "targets">,
  event: BusEvent,
  { scope, ids }: { readonly scope: Scope; readonly ids: Ids },
): readonly StoreOperation[] => rule.targets.flatMap((target) => deliver(event, target, { scope, id: ids.uuid(), rule }) ?? []);
