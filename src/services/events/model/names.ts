// Names and ARNs of what EventBridge keeps.
import { partitionOf } from "../../../core/arn.ts";
import { type AccountId, isAccountId, isRegion, type Scope } from "../../../core/context.ts";
import { malformedBusArn } from "../faults/buses.ts";

export const defaultBus = "default";
/** As which EventBridge calls other services. */
export const eventsPrincipal = "events.amazonaws.com";

export type ArnKind = "event-bus" | "rule" | "archive" | "replay" | "connection" | "api-destination";

/** `arn:aws:events:REGION:ACCOUNT:KIND/RESOURCE`. */
export const eventsArn = ({ account, region }: Scope, kind: ArnKind, resource: string): string =>
  `arn:${partitionOf(region)}:events:${region}:${account}:${kind}/${resource}`;

export const busArn = (scope: Scope, bus: string): string => eventsArn(scope, "event-bus", bus);

/** Rules of the default bus are named without it. */
export const ruleArn = (scope: Scope, bus: string, rule: string): string =>
  eventsArn(scope, "rule", bus === defaultBus ? rule : `${bus}/${rule}`);

export interface EventsArn extends Scope {
  readonly kind: string;
  /** What follows the kind, slashes included. */
  readonly resource: string;
}

const arnPattern = /^arn:[\w-]+:events:([\w-]+):(\d{12}):([\w-]+)\/(.+)$/;

/** Undefined: no ARN of EventBridge. */
export function parseEventsArn(text: string): EventsArn | undefined {
  const [, region = "", account = "", kind = "", resource = ""] = arnPattern.exec(text) ?? [];
  return isRegion(region) && isAccountId(account) ? { region, account, kind, resource } : undefined;
}

export interface BusAddress extends Scope {
  readonly bus: string;
}

/** A name, or an ARN, which may be another account's or region's; nothing means the default bus. Fault: malformed. */
export function locateBus(named: string | undefined, { account, region }: Scope): BusAddress {
  if (named === undefined || named === "") return { account, region, bus: defaultBus };
  if (!named.startsWith("arn:")) return { account, region, bus: named };
  const arn = parseEventsArn(named);
  if (arn?.kind !== "event-bus") throw malformedBusArn();
  return { account: arn.account, region: arn.region, bus: arn.resource };
}

/** Bus and name of a rule, as its ARN spells them. */
export function ruleOfResource(resource: string): { readonly bus: string; readonly rule: string } {
  const slash = resource.lastIndexOf("/");
  return slash < 0 ? { bus: defaultBus, rule: resource } : { bus: resource.slice(0, slash), rule: resource.slice(slash + 1) };
}

export const isOwn = (account: AccountId, scope: Scope): boolean => account === scope.account;
