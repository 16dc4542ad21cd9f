// What a service wants brought to an ARN: a destination of an asynchronous invoke, a target of a rule, a subscription, a
// dead-letter queue. A service puts `sendDelivery` into the commit of its effects; triggers/push/ does the rest, with
// retries and dead letters. Plain JSON throughout, since it lies in a queue of the store meanwhile; hence types, not
// interfaces, which would not be taken for JSON.
import type { AccountId, Region } from "./context.ts";

export type Delivery = {
  /** ARN of what gets it: a function, a queue, a topic, an event bus. */
  readonly target: string;
  /** Text as the target gets it; JSON where the target takes nothing else. */
  readonly body: string;
  readonly attributes?: DeliveryAttributes;
  readonly parameters?: DeliveryParameters;
  readonly from: DeliverySource;
  readonly retry: DeliveryRetry;
  readonly deadLetter?: DeliveryDeadLetter;
  /** Value of `X-Amzn-Trace-Id`, lineage included. */
  readonly trace?: string;
  /** Its lane, where one target has several senders that must not wait for each other; left out: the target's. */
  readonly lane?: string;
};

/** Message attributes as SQS and SNS know them; binary values in base64. */
export type DeliveryAttributes = { readonly [name: string]: { readonly type: string; readonly value: string } };

/** What the kind of a target takes besides; each reads its own. */
export type DeliveryParameters = {
  readonly messageGroupId?: string;
  readonly deduplicationId?: string;
  readonly subject?: string;
  /** Of an event for a bus. */
  readonly source?: string;
  readonly detailType?: string;
  readonly resources?: readonly string[];
  /** ISO 8601. */
  readonly time?: string;
  /** A universal target: any operation of any service, with the body as its input. */
  readonly service?: string;
  readonly operation?: string;
};

/** On whose behalf. With a role it is the role that calls, else the service on its own account. */
export type DeliverySource = {
  /** `events.amazonaws.com` */
  readonly principal: string;
  /** Of the rule, topic, function, … that delivers. */
  readonly arn: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly roleArn?: string;
};

export type DeliveryRetry = {
  /** After the first try. */
  readonly attempts: number;
  /** Of the delivery since it was sent. */
  readonly maxAgeSeconds: number;
  /** How long to wait before each; the names are those of triggers/push/schedules.ts. */
  readonly schedule: "exponential" | "sns";
};

/** Where it goes when it cannot be delivered. */
export type DeliveryDeadLetter = {
  /** A queue or topic. */
  readonly arn: string;
  /** Left out: that of the delivery. */
  readonly body?: string;
  readonly attributes?: DeliveryAttributes;
  /** Names of further attributes that say why: each is sent where it is named. */
  readonly tells?: {
    readonly code?: string;
    readonly message?: string;
    /** The limit that was reached, `MaximumRetryAttempts` or `MaximumEventAgeInSeconds`; only where one was. */
    readonly condition?: string;
    readonly attempts?: string;
  };
};

/** What lanes of deliveries begin with. */
export const deliveryLanes = "push:";

/** The store's operation: a send to the lane of the target, in the partition of whoever commits it. `id`: a UUID. */
export const sendDelivery = (id: string, delivery: Delivery) =>
  ({
    kind: "send-message",
    queue: `${deliveryLanes}${delivery.lane ?? delivery.target}`,
    id,
    value: delivery,
    // One after the other, as the target is to get them.
    ...(delivery.parameters?.messageGroupId === undefined ? {} : { group: delivery.parameters.messageGroupId }),
  }) as const;
