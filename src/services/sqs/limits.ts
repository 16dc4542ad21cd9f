// SQS's limits. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
export const limits = {
  batchEntries: 10,
  /** Of a message, and of all messages of a batch together. */
  messageBytes: 1_048_576,
  messageAttributes: 10,
  attributeNameLength: 256,
  receivedMessages: 10,
  waitSeconds: 20,
  visibilitySeconds: 43_200,
  delaySeconds: 900,
  /** Messages of a queue that are received and not deleted. */
  inFlight: 120_000,
  deduplicationMs: 300_000,
  attemptMs: 300_000,
  /** How long a name is taken after its queue was deleted, and the time between two purges. */
  settlingMs: 60_000,
  listedQueues: 1_000,
  tags: 50,
  permissionActions: 7,
  policyBytes: 8_192,
  sourceQueues: 10,
  listedMoveTasks: 10,
  movesPerSecond: 500,
  /** Calls of one operation on a FIFO queue that is not for high throughput, a second. */
  fifoCallsPerSecond: 300,
} as const;
