// AWS's limits of EventBridge, in one place.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
export const limits = {
  /** Of one PutEvents, and of one event in it; 256 KiB before 2026. */
  entriesBytes: 1_048_576,
  buses: 100,
  rulesOfBus: 300,
  targetsOfRule: 5,
  patternLength: 4096,
  policyBytes: 10_240,
  pageItems: 100,
  /** Of a target's retry policy, where it leaves them out. */
  retryAttempts: 185,
  retryAgeSeconds: 86_400,
  activeReplays: 10,
} as const;
