// Which queue's policy an operation falls under, and what the operation is called there.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html
import { isAccountId } from "../../core/context.ts";
import type { FindPolicedResource } from "../../core/policed-resource.ts";
import type { SqsOperation } from "./api.ts";
import { locateQueue, parseQueueArn, queueArn, type QueueId } from "./model/queue-address.ts";
import type { QueueCatalog } from "./queue-catalog.ts";

/** Policies grant them to no other account. */
const ownersOnly: ReadonlySet<string> = new Set<SqsOperation>([
  "AddPermission",
  "CancelMessageMoveTask",
  "CreateQueue",
  "DeleteQueue",
  "ListMessageMoveTasks",
  "ListQueueTags",
  "ListQueues",
  "RemovePermission",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
]);

export const policedQueues =
  (queues: QueueCatalog): FindPolicedResource =>
  (operation, input, context) => {
    const id = namedQueue(input, context);
    // Of another region: out of reach, as the handler will say.
    if (id === undefined || id.region !== context.region) return undefined;
    const isOwn = id.account === context.account;
    return {
      arn: queueArn(id),
      account: id.account,
      action: `sqs:${operation.replace(/Batch$/, "")}`,
      policy: () => {
        if (!isOwn && ownersOnly.has(operation)) return undefined;
        const finding = queues.find(id);
        return finding instanceof Promise ? finding.then((queue) => queue?.policy) : finding?.policy;
      },
    };
  };

type Input = Readonly<Record<string, unknown>>;

function namedQueue({ QueueUrl, QueueName, QueueOwnerAWSAccountId, SourceArn }: Input, context: Parameters<typeof locateQueue>[1]): QueueId | undefined {
  if (typeof QueueUrl === "string") return locateQueue(QueueUrl, context);
  if (typeof SourceArn === "string") return parseQueueArn(SourceArn);
  if (typeof QueueName !== "string") return undefined;
  const owner = typeof QueueOwnerAWSAccountId === "string" && isAccountId(QueueOwnerAWSAccountId) ? QueueOwnerAWSAccountId : context.account;
  return { account: owner, region: context.region, name: QueueName };
}
