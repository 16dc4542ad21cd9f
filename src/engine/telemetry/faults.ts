// Faults of the Telemetry API and the Logs API that depend on the environment.
import { Fault } from "../../core/faults.ts";
import type { TelemetryApi } from "../runtime-api/telemetry-port.ts";

const names: Readonly<Record<TelemetryApi, string>> = { telemetry: "Telemetry", logs: "Logs" };

export const subscriptionClosed = (api: TelemetryApi): Fault =>
  new Fault({ code: `${names[api]}.SubscriptionClosed`, status: 403, message: `${names[api]} API subscription is closed` });

/** An extension has one of both APIs. The words are ours. */
export const otherApiSubscribed = (api: TelemetryApi): Fault =>
  new Fault({ code: "ValidationError", status: 400, message: `The extension has subscribed to the ${names[api]} API already` });
