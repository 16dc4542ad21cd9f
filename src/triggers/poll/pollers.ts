// The pollers that run: one for each mapping that is enabled, replaced when the mapping changes.
import type { Cloud } from "../../core/cloud.ts";
import type { CallContext } from "../../core/context.ts";
import { formatFunctionArn } from "../../core/arn.ts";
import { Fault } from "../../core/faults.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import type { EventSourceKind, EventSourceMappingRecord, MappingId } from "../../functions/event-source-mappings.ts";
import { Poller, type PollerParts } from "./poller.ts";
import type { EventSource, SourceCall } from "./source.ts";

export interface PollersParts extends PollerParts {
  readonly sources: ReadonlyMap<EventSourceKind, EventSource>;
  readonly cloud: Cloud;
  readonly catalog: FunctionCatalog;
}

interface Running {
  readonly poller: Poller;
  /** All of the mapping that the poller was made of. */
  readonly made: string;
}

export class Pollers {
  readonly #parts: PollersParts;
  readonly #running = new Map<string, Running>();

  constructor(parts: PollersParts) {
    this.#parts = parts;
  }

  /** The mapping is polled as the record says from when this resolves: a poller that differs has ended. */
  async poll({ scope, uuid }: MappingId, record: EventSourceMappingRecord): Promise<void> {
    const source = this.#parts.sources.get(record.kind);
    if (source === undefined) throw new Error(`no poller reads ${record.kind}`);
    const { functionName, qualifier, settings } = record;
    const made = JSON.stringify([record.source, functionName, qualifier ?? null, settings]);
    if (this.#running.get(uuid)?.made === made) return;
    await this.end(uuid);
    const call = this.#callFor({ scope, uuid }, record);
    this.#running.set(uuid, { poller: new Poller(this.#parts, { scope, uuid, record, source, call }), made });
  }

  /** Resolves when its last batch is settled; at once where there is none. */
  async end(uuid: string): Promise<void> {
    const running = this.#running.get(uuid);
    this.#running.delete(uuid);
    await running?.poller.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((uuid) => this.end(uuid)));
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html: the function's execution role reads. */
  #callFor({ scope, uuid }: MappingId, { functionName, qualifier, source }: EventSourceMappingRecord): SourceCall {
    const { cloud, catalog, ids } = this.#parts;
    const id = { account: scope.account, region: scope.region, name: functionName };
    const functionArn = formatFunctionArn(id);
    return async (service, operation, input, signal = new AbortController().signal) => {
      const { version } = await catalog.resolve(id, qualifier);
      const context: CallContext = {
        account: scope.account,
        region: scope.region,
        principal: { kind: "role", accessKeyId: "internal", roleArn: version.configuration.role, sessionName: uuid, functionArn },
        requestId: ids.requestId(),
        trace: undefined,
        sourceArn: source,
        sourceAccount: scope.account,
        sourceAddress: "internal",
        userAgent: undefined,
        // What is read hands out no links.
        endpoint: "http://localhost",
        connection: { signal },
      };
      try {
        return await cloud.call(service, operation, input, context);
      } catch (error) {
        if (error instanceof Fault || signal.aborted) throw error;
        throw new Error(`${operation} of ${source} failed`, { cause: error });
      }
    };
  }
}
