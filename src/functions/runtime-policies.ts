// Every runtime identifier that the service model has ever had, and what AWS still takes. Which of them run on this
// machine is the engine's to know.

export interface RuntimePolicy {
  readonly id: string;
  /** Day from which AWS calls it deprecated; undefined: far off or unknown. */
  readonly deprecated: string | undefined;
  /** Days from which AWS refuses it for new functions and for updates; undefined: no such day. */
  readonly blockCreate: string | undefined;
  readonly blockUpdate: string | undefined;
}

/** For what AWS refused before anyone could ask us. */
const longGone = "1970-01-01";

const supported = (id: string, deprecated?: string, blockCreate?: string, blockUpdate?: string): RuntimePolicy => ({
  id,
  deprecated,
  blockCreate,
  blockUpdate,
});

const gone = (id: string): RuntimePolicy => supported(id, longGone, longGone, longGone);

/**
 * In the order in which AWS's message lists what it takes (recorded January 2026; what came since at the end).
 * Days: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, November 2026.
 */
const accepted: readonly RuntimePolicy[] = [
  supported("nodejs20.x", "2026-04-30", "2026-08-31", "2026-09-30"),
  supported("python3.14", "2029-06-30", "2029-07-31", "2029-08-31"),
  supported("provided.al2023", "2029-06-30", "2029-07-31", "2029-08-31"),
  supported("python3.12", "2028-10-31", "2028-11-30", "2029-01-10"),
  supported("python3.13", "2029-06-30", "2029-07-31", "2029-08-31"),
  supported("nodejs24.x", "2028-04-30", "2028-06-01", "2028-07-01"),
  supported("nodejs22.x", "2027-04-30", "2027-06-01", "2027-07-01"),
  supported("java25", "2029-06-30", "2029-07-31", "2029-08-31"),
  supported("python3.10", "2026-10-31", "2026-11-30", "2027-01-15"),
  supported("python3.11", "2027-06-30", "2027-07-31", "2027-08-31"),
  supported("java21", "2029-06-30", "2029-07-31", "2029-08-31"),
  supported("ruby3.3", "2027-03-31", "2027-04-30", "2027-05-31"),
  supported("ruby3.4", "2028-03-31", "2028-04-30", "2028-05-31"),
  supported("ruby3.2", "2026-03-31", "2026-08-31", "2026-09-30"),
  supported("python3.8", "2024-10-14"),
  supported("python3.9", "2025-12-15"),
  supported("java17", "2027-06-30", "2027-07-31", "2027-08-31"),
  supported("nodejs16.x", "2024-06-12"),
  supported("dotnet10", "2028-11-14", "2028-12-14", "2029-01-15"),
  supported("dotnet8", "2026-11-10", "2026-12-10", "2027-01-11"),
  supported("java11", "2027-06-30", "2027-07-31", "2027-08-31"),
  supported("dotnet6", "2024-12-20"),
  supported("nodejs18.x", "2025-09-01"),
  supported("provided.al2", "2026-07-31", "2026-08-31", "2026-09-30"),
  supported("java8.al2", "2027-06-30", "2027-07-31", "2027-08-31"),
  supported("nodejs26.x"),
  supported("python3.15"),
  supported("ruby4.0"),
  supported("java8.al2023"),
  supported("java11.al2023"),
  supported("java17.al2023"),
];

const refusedByAws: readonly RuntimePolicy[] = [
  "nodejs",
  "nodejs4.3",
  "nodejs4.3-edge",
  "nodejs6.10",
  "nodejs8.10",
  "nodejs10.x",
  "nodejs12.x",
  "nodejs14.x",
  "python2.7",
  "python3.6",
  "python3.7",
  "ruby2.5",
  "ruby2.7",
  "java8",
  "go1.x",
  "dotnetcore1.0",
  "dotnetcore2.0",
  "dotnetcore2.1",
  "dotnetcore3.1",
  "provided",
].map(gone);

const policies: ReadonlyMap<string, RuntimePolicy> = new Map(
  [...accepted, ...refusedByAws].map((policy) => [policy.id, policy]),
);

/** What AWS's message about an unknown runtime lists, in its order. */
export const acceptedRuntimes: readonly string[] = accepted.map(({ id }) => id);

/** Undefined: no runtime of this name ever was. */
export const runtimePolicy = (id: string): RuntimePolicy | undefined => policies.get(id);

/** `supported`, `deprecated` (AWS warns) or `blocked` (AWS refuses the operation) on the day of `nowMs`. */
export function runtimeStanding(
  policy: RuntimePolicy,
  operation: "create" | "update",
  nowMs: number,
): "supported" | "deprecated" | "blocked" {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const blockedFrom = operation === "create" ? policy.blockCreate : policy.blockUpdate;
  if (blockedFrom !== undefined && blockedFrom <= today) return "blocked";
  return policy.deprecated !== undefined && policy.deprecated <= today ? "deprecated" : "supported";
}
