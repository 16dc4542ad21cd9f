// Message move tasks: dead letters on their way back. A task is a document that tells how far it has come, written in the
// commit that moves messages: after a crash it goes on with neither one lost nor one sent twice.
import { sleep, type Clock } from "../../core/clock.ts";
import type { CallContext, Scope } from "../../core/context.ts";
import type { Ids } from "../../core/ids.ts";
import type { Logger } from "../../observe/logger.ts";
import { commitChangeOf } from "../../store/change.ts";
import { Collection } from "../../store/collection.ts";
import type { StoreOperation } from "../../store/operation.ts";
import type { ReceivedMessage } from "../../store/queue.ts";
import { CommitConflict } from "../../store/store.ts";
import { arnMalformed, arnNotFound, invalidMoveRate, noDeadLetterQueue, otherQueueType, taskNotFound, taskRunning } from "./faults/move-tasks.ts";
import { limits } from "./limits.ts";
import { isActive, readTaskToken, TaskFailure, taskToken, type MoveTask } from "./model/move-task.ts";
import { parseQueueArn, queueArn } from "./model/queue-address.ts";
import type { Queue } from "./model/queue.ts";
import type { QueueCatalog } from "./queue-catalog.ts";

/** By their source the tasks are in the order of their start. */
const taskRecords = new Collection<MoveTask>("move-tasks", ({ id, sourceArn, startedAtMs }) => ({
  source: `${parseQueueArn(sourceArn)?.name ?? ""} ${String(startedAtMs).padStart(16, "0")} ${id}`,
}));
/** Messages that one commit moves at most. */
const atOnce = 100;
/** How long what is being moved is hidden from others: a crash in between shows it again. */
const visibilityMs = 60_000;

export interface MoveTaskParts {
  readonly queues: QueueCatalog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

interface GivenTask {
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
}

export class MoveTasks {
  readonly #parts: MoveTaskParts;
  /** Of the sources from which something is being moved; one task each. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(parts: MoveTaskParts) {
    this.#parts = parts;
  }

  /** Goes on with what was under way when the process ended. */
  async resume(): Promise<void> {
    const { records } = this.#parts.queues;
    for (const scope of await records.scopes()) {
      for (const { record } of await records.scan(scope, taskRecords)) if (isActive(record)) this.#run(scope, record);
    }
  }

  /** Resolves with the handle of the new task. Faults: queues that are not there or no dead-letter queue, a task that runs. */
  async start({ sourceArn, destinationArn, perSecond }: GivenTask, context: CallContext): Promise<string> {
    const { queues, clock, ids } = this.#parts;
    if (perSecond !== undefined && !(perSecond >= 1 && perSecond <= limits.movesPerSecond)) throw invalidMoveRate(perSecond);
    const source = await this.#requireQueue(sourceArn, "SourceArn", context);
    const sources = (await queues.list(source)).filter(({ redrive }) => redrive !== undefined && queueArn(redrive.target) === source.arn);
    if (sources.length === 0) throw noDeadLetterQueue();
    const destination = destinationArn === undefined ? undefined : await this.#requireQueue(destinationArn, "DestinationArn", context);
    if (destination !== undefined && destination.isFifo !== source.isFifo) throw otherQueueType();
    const former = await this.list(sourceArn, context);
    const { visible } = await queues.partition(source).queues.counts(source.messages);
    if (this.#running.has(source.arn) || former.some(isActive)) throw taskRunning();
    const task: MoveTask = {
      id: ids.uuid(),
      sourceArn,
      ...(destinationArn === undefined ? {} : { destinationArn }),
      ...(perSecond === undefined ? {} : { perSecond }),
      startedAtMs: clock.now(),
      status: "RUNNING",
      moved: 0,
      toMove: visible,
    };
    const forgotten = former.slice(limits.listedMoveTasks - 1).map(({ id }) => taskRecords.delete(id));
    // Taken before anything is awaited: a second start in between finds it.
    const started = queues.partition(source).commit([taskRecords.put(task.id, task, "absent"), ...forgotten]);
    this.#run(source, task, started);
    await started;
    return taskToken(task);
  }

  /** Resolves with how many messages have been moved. Faults: no handle, no such task. */
  async cancel(handle: string, context: CallContext): Promise<number> {
    const { taskId, sourceArn } = readTaskToken(handle);
    const source = parseQueueArn(sourceArn);
    if (source === undefined || source.account !== context.account || source.region !== context.region) throw taskNotFound();
    const { records } = this.#parts.queues;
    return commitChangeOf(records, source, taskId, async () => {
      const stored = await records.get(source, taskRecords, taskId);
      if (stored?.record.status !== "RUNNING") throw taskNotFound();
      const { record, revision } = stored;
      return { operations: [taskRecords.put(taskId, { ...record, status: "CANCELLING" }, revision)], result: record.moved };
    });
  }

  /** The newest first. Faults: no ARN of a queue, no such queue. */
  async list(sourceArn: string, context: CallContext): Promise<readonly MoveTask[]> {
    const source = await this.#requireQueue(sourceArn, "SourceArn", context);
    const found = await this.#parts.queues.records.scan(source, taskRecords, { index: "source", prefix: `${source.name} `, reverse: true });
    return found.map(({ record }) => record);
  }

  /** Resolves when no task writes any more; the next start goes on with them. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running.values());
  }

  async #requireQueue(arn: string, parameter: "SourceArn" | "DestinationArn", { account, region }: CallContext): Promise<Queue> {
    const id = parseQueueArn(arn);
    if (id === undefined) throw arnMalformed(parameter);
    const queue = id.account === account && id.region === region ? await this.#parts.queues.find(id) : undefined;
    if (queue === undefined) throw arnNotFound(parameter);
    return queue;
  }

  #run(scope: Scope, { id, sourceArn }: MoveTask, started: Promise<unknown> = Promise.resolve()): void {
    const run = started
      .then(() => this.#work(scope, id))
      .catch((error: unknown) => this.#parts.log.error({ error, task: id }, "move-task-failed"))
      .finally(() => this.#running.delete(sourceArn));
    this.#running.set(sourceArn, run);
  }

  /** Until nothing is left, the task is cancelled or cannot go on, or the process stops. */
  async #work(scope: Scope, id: string): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const moved = await this.#step(scope, id);
      if (moved === undefined) return;
      const { perSecond, count } = moved;
      if (perSecond !== undefined) await sleep(clock, (count / perSecond) * 1000, signal).catch(() => undefined);
    }
  }

  /** Undefined: the task has come to an end. */
  async #step(scope: Scope, id: string): Promise<{ readonly count: number; readonly perSecond: number | undefined } | undefined> {
    const { records } = this.#parts.queues;
    const stored = await records.get(scope, taskRecords, id);
    if (stored === undefined) return undefined;
    const task = stored.record;
    const progress = (more: Partial<MoveTask>): StoreOperation => taskRecords.put(id, { ...task, ...more }, stored.revision);
    const settle = async (more: Partial<MoveTask>): Promise<undefined> => {
      await records.commit(scope, [progress(more)]);
    };
    let messages: readonly ReceivedMessage[] = [];
    try {
      if (task.status === "CANCELLING") return await settle({ status: "CANCELLED" });
      if (task.status !== "RUNNING") return undefined;
      const source = await this.#queueOf(task.sourceArn);
      const limit = Math.min(atOnce, task.perSecond ?? atOnce);
      messages = await records.partition(scope).queues.receive(source.messages, { limit, visibilityMs, retentionMs: source.retentionMs });
      if (messages.length === 0) return await settle({ status: "COMPLETED" });
      const moves = await Promise.all(messages.map((message) => this.#move(task, source, message)));
      await records.commit(scope, [...moves.flat(), progress({ moved: task.moved + messages.length })]);
      return { count: messages.length, perSecond: task.perSecond };
    } catch (error) {
      await this.#show(task, messages);
      if (error instanceof TaskFailure) return settle({ status: "FAILED", failure: error.message });
      // Cancelled in the meantime: the next step sees it.
      if (error instanceof CommitConflict) return { count: 0, perSecond: undefined };
      throw error;
    }
  }

  /** A message that is moved is a new one: its id, its age and its count begin anew. */
  async #move({ destinationArn }: MoveTask, source: Queue, { value, group, receipt, origin }: ReceivedMessage): Promise<readonly StoreOperation[]> {
    const arn = destinationArn ?? origin;
    if (arn === undefined) throw new TaskFailure("CouldNotDetermineMessageSource");
    const destination = await this.#queueOf(arn);
    return [
      { kind: "delete-message", queue: source.messages, receipt, expect: "held" },
      { kind: "send-message", queue: destination.messages, id: this.#parts.ids.uuid(), value, ...(group === undefined ? {} : { group }) },
    ];
  }

  async #queueOf(arn: string): Promise<Queue> {
    const id = parseQueueArn(arn);
    const queue = id === undefined ? undefined : await this.#parts.queues.find(id);
    if (queue === undefined) throw new TaskFailure("AWS.SimpleQueueService.NonExistentQueue");
    return queue;
  }

  /** What was taken and not moved is there for others at once. */
  async #show({ sourceArn }: MoveTask, messages: readonly ReceivedMessage[]): Promise<void> {
    const source = parseQueueArn(sourceArn);
    const queue = source && (await this.#parts.queues.find(source));
    if (queue === undefined || messages.length === 0) return;
    await this.#parts.queues
      .partition(queue)
      .commit(messages.map(({ receipt }): StoreOperation => ({ kind: "change-visibility", queue: queue.messages, receipt, visibilityMs: 0 })));
  }
}
