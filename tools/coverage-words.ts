// What docs/coverage.md says of members that are neither applied nor in a service's unapplied-settings.ts. A member is
// `Operation.Path.To.Member`, perhaps with one value after a blank; an operation alone means all its members.

export type Word = "applied" | "default only" | "stored" | "refused";

export const words: Readonly<Record<string, Readonly<Record<string, Exclude<Word, "applied">>>>> = {
  lambda: {
    // Nothing polls an event source yet: a mapping is a record, and stays disabled.
    CreateEventSourceMapping: "stored",
    "CreateEventSourceMapping.Enabled true": "refused",
    UpdateEventSourceMapping: "stored",
    "UpdateEventSourceMapping.Enabled true": "refused",
    // Lists of replicas of Lambda@Edge functions, of which there are none: only ALL finds anything.
    "ListFunctions.MasterRegion": "default only",
    "Invoke.InvocationType Event": "refused",
    "Invoke.TenantId": "refused",
    "Invoke.DurableExecutionName": "refused",
  },
};
