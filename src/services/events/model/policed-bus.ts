// Which bus's policy an operation falls under.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
import type { FindPolicedResource, PolicedResource } from "../../../core/policed-resource.ts";
import { type BusAddress, busArn, locateBus } from "./names.ts";
import type { RuleCatalog } from "./rule-catalog.ts";

export const policedBus = (catalog: RuleCatalog, { account, region, bus }: BusAddress, operation = "PutEvents"): PolicedResource => ({
  arn: busArn({ account, region }, bus),
  account,
  action: `events:${operation}`,
  policy: () => catalog.policyOf({ account, region }, bus),
});

/** Entries of PutEvents name a bus each: the operation asks for itself. */
export const policedBuses =
  (catalog: RuleCatalog): FindPolicedResource =>
  (operation, { EventBusName, Name }, context) => {
    const named = operation.endsWith("EventBus") && operation !== "CreateEventBus" ? Name : EventBusName;
    if (typeof named !== "string" || operation === "CreateEventBus") return undefined;
    const address = locateBus(named, context);
    // One elsewhere is not reached; the handler says so.
    return address.region === context.region ? policedBus(catalog, address, operation) : undefined;
  };
