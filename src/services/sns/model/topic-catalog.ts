// Topics and who is subscribed to them, in memory, with filter policies and policies read; kept fresh by the store's
// news, so that a message is published without reading.
import type { Scope } from "../../../core/context.ts";
import type { Policy } from "../../../core/policy/document.ts";
import type { Records } from "../../../store/records.ts";
import { type FilterPolicy, readFilterPolicy } from "./filter-policy.ts";
import { type SubscriptionRecord, subscriptions } from "./subscription.ts";
import { deadLetterIn, scopeIn } from "./subscription-attributes.ts";
import { topicAttributes, type TopicRecord, topics } from "./topic.ts";
import { readTopicPolicy } from "./topic-policy.ts";

export interface ActiveSubscription {
  readonly record: SubscriptionRecord;
  readonly filter: FilterPolicy | undefined;
  readonly isRaw: boolean;
  /** ARN of a queue. */
  readonly deadLetter: string | undefined;
}

export interface ActiveTopic {
  readonly record: TopicRecord;
  readonly policy: Policy;
}

/** Of one account and region. */
interface Known {
  readonly topics: Map<string, ActiveTopic>;
  /** By topic, then by key; in the order of keys only by chance. */
  readonly subscriptions: Map<string, Map<string, ActiveSubscription>>;
}

export class TopicCatalog {
  readonly #records: Records;
  readonly #known = new Map<string, Known | Promise<Known>>();

  constructor(records: Records) {
    this.#records = records;
  }

  /** Undefined: there is none. */
  async topic(scope: Scope, name: string): Promise<ActiveTopic | undefined> {
    return (await this.#of(scope)).topics.get(name);
  }

  async subscriptionsOf(scope: Scope, topic: string): Promise<Iterable<ActiveSubscription>> {
    return (await this.#of(scope)).subscriptions.get(topic)?.values() ?? [];
  }

  /** A promise only at the first call. */
  policyOf(scope: Scope, topic: string): Policy | undefined | Promise<Policy | undefined> {
    const known = this.#of(scope);
    return known instanceof Promise ? known.then((all) => all.topics.get(topic)?.policy) : known.topics.get(topic)?.policy;
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
        // The next call reads again.
        this.#known.delete(key);
        throw error;
      },
    );
    this.#known.set(key, loading);
    return loading;
  }

  async #follow(scope: Scope): Promise<Known> {
    const known: Known = { topics: new Map(), subscriptions: new Map() };
    await Promise.all([
      this.#records.follow(scope, topics, (name, record) => tellTopic(known, scope, name, record)),
      this.#records.follow(scope, subscriptions, (key, record) => tellSubscription(known, key, record)),
    ]);
    return known;
  }
}

function tellTopic({ topics: all }: Known, scope: Scope, name: string, record: TopicRecord | undefined): void {
  if (record === undefined) all.delete(name);
  else all.set(name, { record, policy: readTopicPolicy(topicAttributes(scope, record)["Policy"] ?? "") });
}

function tellSubscription({ subscriptions: all }: Known, key: string, record: SubscriptionRecord | undefined): void {
  const topic = key.slice(0, key.lastIndexOf("/"));
  const those = all.get(topic) ?? new Map<string, ActiveSubscription>();
  if (record === undefined) those.delete(key);
  else those.set(key, activeSubscription(record));
  if (those.size === 0) all.delete(topic);
  else all.set(topic, those);
}

function activeSubscription(record: SubscriptionRecord): ActiveSubscription {
  const { attributes } = record;
  const { FilterPolicy: filter } = attributes;
  return {
    record,
    filter: filter === undefined ? undefined : readFilterPolicy(filter, scopeIn(attributes)),
    isRaw: attributes["RawMessageDelivery"] === "true",
    deadLetter: deadLetterIn(attributes),
  };
}
