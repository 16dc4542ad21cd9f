// The telemetry of one environment: which extensions have subscribed to it, from the start of an init to its end.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html
import type { Timers } from "../../core/clock.ts";
import { jsonLoggingOf } from "../../functions/logging.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { EnvironmentLog } from "../log/environment-log.ts";
import type { SubscriptionRequest, TelemetryApi, TelemetryPort } from "../runtime-api/telemetry-port.ts";
import { openTelemetryDelivery } from "../runtime-api/telemetry-delivery.ts";
import { otherApiSubscribed, subscriptionClosed } from "./faults.ts";
import { Subscriber } from "./subscriber.ts";
import { wireRecords } from "./wire-records.ts";

export interface TelemetryParts {
  readonly clock: Timers;
  readonly log: EnvironmentLog;
  readonly version: FunctionVersion;
  /** To where subscribers listen. */
  readonly connect: Sandbox["connect"];
  readonly extensions: {
    /** Throws Extension.UnknownExtensionIdentifier (403). */
    nameOf(identifier: string): string;
  };
}

interface Subscription {
  readonly api: TelemetryApi;
  readonly subscriber: Subscriber;
  readonly leave: () => void;
}

export class Telemetry implements TelemetryPort {
  readonly #parts: TelemetryParts;
  readonly #subscriptions = new Map<string, Subscription>();
  #isOpen = false;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  /** An init begins: what it logs is kept for whoever subscribes during it. */
  open(): void {
    this.#isOpen = true;
    this.#parts.log.openBacklog();
  }

  /** The init is over. */
  close(): void {
    this.#isOpen = false;
    this.#parts.log.closeBacklog();
  }

  subscribe(identifier: string, request: SubscriptionRequest): void {
    const { log, clock, version, extensions, connect } = this.#parts;
    const name = extensions.nameOf(identifier);
    const former = this.#subscriptions.get(identifier);
    if (!this.#isOpen) throw subscriptionClosed(request.api);
    if (former !== undefined && former.api !== request.api) throw otherApiSubscribed(former.api);
    const subscriber = new Subscriber({
      clock,
      buffering: request.buffering,
      toWire: wireRecords(request, jsonLoggingOf(version.configuration) !== undefined),
      delivery: openTelemetryDelivery(request.destination, connect),
      onDropped: (record) => log.platform({ type: "platform.logsDropped", record }),
    });
    end(former);
    const take: Subscriber["take"] = (records) => subscriber.take(records);
    // One that takes another's place goes on where that was.
    const leave = former === undefined ? log.subscribeFromBacklog(take) : log.subscribe(take);
    this.#subscriptions.set(identifier, { api: request.api, subscriber, leave });
    const state = former === undefined ? "Subscribed" : "Already subscribed";
    log.platform({ type: `platform.${request.api}Subscription`, record: { name, state, types: request.types } });
  }

  /** The processes are about to end: everything goes out at once, until `clear`. */
  flush(): void {
    this.#parts.log.flush();
    for (const { subscriber } of this.#subscriptions.values()) subscriber.flush();
  }

  /** The processes are gone. */
  clear(): void {
    for (const subscription of this.#subscriptions.values()) end(subscription);
    this.#subscriptions.clear();
  }
}

function end(subscription: Subscription | undefined): void {
  subscription?.leave();
  subscription?.subscriber.close();
}
