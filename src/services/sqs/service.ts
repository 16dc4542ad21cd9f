// SQS's API: every operation of the official client, done or refused by name. One that a newer client adds fails the type
// check here.
import type { OperationTable } from "../../protocol/operation.ts";
import type { SqsClient } from "./api.ts";
import { addPermission } from "./operations/add-permission.ts";
import { cancelMessageMoveTask } from "./operations/cancel-message-move-task.ts";
import { changeMessageVisibility } from "./operations/change-message-visibility.ts";
import { changeMessageVisibilityBatch } from "./operations/change-message-visibility-batch.ts";
import { createQueue } from "./operations/create-queue.ts";
import { deleteMessage } from "./operations/delete-message.ts";
import { deleteMessageBatch } from "./operations/delete-message-batch.ts";
import { deleteQueue } from "./operations/delete-queue.ts";
import { getQueueAttributes } from "./operations/get-queue-attributes.ts";
import { getQueueUrl } from "./operations/get-queue-url.ts";
import { listDeadLetterSourceQueues } from "./operations/list-dead-letter-source-queues.ts";
import { listMessageMoveTasks } from "./operations/list-message-move-tasks.ts";
import { listQueueTags } from "./operations/list-queue-tags.ts";
import { listQueues } from "./operations/list-queues.ts";
import { purgeQueue } from "./operations/purge-queue.ts";
import { receiveMessage } from "./operations/receive-message.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { sendMessage } from "./operations/send-message.ts";
import { sendMessageBatch } from "./operations/send-message-batch.ts";
import { setQueueAttributes } from "./operations/set-queue-attributes.ts";
import { startMessageMoveTask } from "./operations/start-message-move-task.ts";
import { tagQueue } from "./operations/tag-queue.ts";
import { untagQueue } from "./operations/untag-queue.ts";
import type { SqsParts } from "./parts.ts";

export const sqsService = (parts: SqsParts): OperationTable<SqsClient> => ({
  AddPermission: addPermission(parts),
  CancelMessageMoveTask: cancelMessageMoveTask(parts),
  ChangeMessageVisibility: changeMessageVisibility(parts),
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(parts),
  CreateQueue: createQueue(parts),
  DeleteMessage: deleteMessage(parts),
  DeleteMessageBatch: deleteMessageBatch(parts),
  DeleteQueue: deleteQueue(parts),
  GetQueueAttributes: getQueueAttributes(parts),
  GetQueueUrl: getQueueUrl(parts),
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues(parts),
  ListMessageMoveTasks: listMessageMoveTasks(parts),
  ListQueueTags: listQueueTags(parts),
  ListQueues: listQueues(parts),
  PurgeQueue: purgeQueue(parts),
  ReceiveMessage: receiveMessage(parts),
  RemovePermission: removePermission(parts),
  SendMessage: sendMessage(parts),
  SendMessageBatch: sendMessageBatch(parts),
  SetQueueAttributes: setQueueAttributes(parts),
  StartMessageMoveTask: startMessageMoveTask(parts),
  TagQueue: tagQueue(parts),
  UntagQueue: untagQueue(parts),
});
