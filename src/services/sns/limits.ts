// SNS's limits. https://docs.aws.amazon.com/general/latest/gr/sns.html
export const limits = {
  batchEntries: 10,
  /** Of a topic that sets none: Message and attributes. */
  messageBytes: 262_144,
  mostMessageBytes: 1_048_576,
  subjectLength: 100,
  pageItems: 100,
  tags: 50,
  policyBytes: 30_720,
  filterBytes: 262_144,
  filterKeys: 5,
  filterCombinations: 150,
  filtersOfTopic: 200,
  deduplicationMs: 300_000,
  /** Of what is remembered for deduplication: most that one publish forgets again. */
  forgottenAtOnce: 50,
  /** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html: 23 days. */
  retryAttempts: 100_015,
  retryAgeSeconds: 2_000_300,
} as const;
