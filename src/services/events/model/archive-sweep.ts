// An archive forgets events that are older than it is to keep them: a day at a time.
import type { Clock } from "../../../core/clock.ts";
import type { Scope } from "../../../core/context.ts";
import type { Records } from "../../../store/records.ts";
import type { DueTimer } from "../../../store/timer.ts";
import { archiveStream, archiveTimer, archives, dayMs } from "./archive.ts";

interface Parts {
  readonly records: Records;
  readonly clock: Clock;
}

const pageRecords = 500;

export async function sweepArchive(
  { records, clock }: Parts,
  { scope, name, timer }: { readonly scope: Scope; readonly name: string; readonly timer: DueTimer },
): Promise<void> {
  const done = { kind: "cancel-timer", name: timer.name, expect: timer.revision } as const;
  const stored = await records.get(scope, archives, name);
  if (stored === undefined || stored.record.retentionDays === 0) return records.commit(scope, [done]);
  const stream = archiveStream(stored.record);
  const keptSinceMs = clock.now() - stored.record.retentionDays * dayMs;
  const through = await lastBefore(records, scope, { stream, keptSinceMs });
  await records.commit(scope, [
    done,
    ...(through === 0 ? [] : [{ kind: "trim-stream", stream, through } as const]),
    archiveTimer(name, clock.now() + dayMs),
  ]);
}

/** Place of the last record that came before; 0: none did. */
async function lastBefore(records: Records, scope: Scope, { stream, keptSinceMs }: { readonly stream: string; readonly keptSinceMs: number }): Promise<number> {
  let through = 0;
  for (;;) {
    const page = await records.partition(scope).streams.read(stream, { after: through, limit: pageRecords });
    for (const { sequence, appendedAtMs } of page) {
      if (appendedAtMs >= keptSinceMs) return through;
      through = sequence;
    }
    if (page.length < pageRecords) return through;
  }
}
