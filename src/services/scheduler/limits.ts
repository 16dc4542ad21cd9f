// AWS's limits of EventBridge Scheduler, in one place.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
export const limits = {
  /** A page of a list never holds more. */
  pageItems: 100,
  /** Of a target's retry policy, where it leaves them out. */
  retryAttempts: 185,
  retryAgeSeconds: 86_400,
} as const;
