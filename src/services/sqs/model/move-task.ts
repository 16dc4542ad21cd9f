// A message move task: what the store keeps of it, and how callers see and name it.
import type { SqsOutput } from "../api.ts";
import { taskTokenMalformed } from "../faults/move-tasks.ts";

/** Document `move-tasks/ID`. */
export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  /** Left out: each message goes to where it came from. */
  readonly destinationArn?: string;
  readonly perSecond?: number;
  readonly startedAtMs: number;
  readonly status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  readonly moved: number;
  readonly toMove: number;
  readonly failure?: string;
}

/** A task cannot go on; the message is the reason that callers see. */
export class TaskFailure extends Error {}

export const isActive = ({ status }: MoveTask): boolean => status === "RUNNING" || status === "CANCELLING";

export const taskToken = ({ id, sourceArn }: MoveTask): string => Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString("base64");

/** Fault: no handle. */
export function readTaskToken(handle: string): { readonly taskId: string; readonly sourceArn: string } {
  try {
    const { taskId, sourceArn }: Record<string, unknown> = JSON.parse(Buffer.from(handle, "base64").toString());
    if (typeof taskId === "string" && typeof sourceArn === "string") return { taskId, sourceArn };
  } catch {
    // Falls through: whatever is wrong with it, it is no handle.
  }
  throw taskTokenMalformed();
}

type ShownTask = NonNullable<SqsOutput<"ListMessageMoveTasks">["Results"]>[number];

export const shownTask = (task: MoveTask): ShownTask => ({
  Status: task.status,
  SourceArn: task.sourceArn,
  StartedTimestamp: task.startedAtMs,
  ApproximateNumberOfMessagesMoved: task.moved,
  ApproximateNumberOfMessagesToMove: task.toMove,
  ...(task.status === "RUNNING" ? { TaskHandle: taskToken(task) } : {}),
  ...(task.destinationArn === undefined ? {} : { DestinationArn: task.destinationArn }),
  ...(task.perSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond: task.perSecond }),
  ...(task.failure === undefined ? {} : { FailureReason: task.failure }),
});
