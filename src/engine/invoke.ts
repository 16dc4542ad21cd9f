// The hot path: one invoke from its request to its outcome. A warm one awaits nothing but the function, touches
// neither disk nor store and allocates little.
import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { FunctionCatalog } from "../functions/catalog.ts";
import type { ConcurrencyLedger } from "./concurrency/ledger.ts";
import type { InvokeOutcome, InvokeRequest } from "./engine.ts";
import type { ResponseReceiver } from "./environment/response.ts";
import type { Fleet } from "./placement/fleet.ts";
import { traceFor } from "./trace.ts";

export interface InvokeParts {
  readonly catalog: FunctionCatalog;
  readonly ledger: ConcurrencyLedger;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Who takes the response as it is written; hears first which version runs. */
export interface StreamReceiver extends ResponseReceiver {
  dispatched(run: Pick<InvokeOutcome, "executedVersion" | "trace">): void;
}

export async function invoke(
  { catalog, ledger, fleet, clock, ids }: InvokeParts,
  request: InvokeRequest,
  receiver?: StreamReceiver,
): Promise<InvokeOutcome> {
  // What is in memory comes plainly: `await` on it would cost a turn.
  const resolving = catalog.resolve(request.function, request.qualifier);
  const resolved = resolving instanceof Promise ? await resolving : resolving;
  const { version, invokedArn, lineage } = resolved;
  const trace = traceFor(request.trace, lineage, clock, ids);
  const lease = ledger.lease(resolved);
  try {
    const acquiring = fleet.acquire(version);
    const environment = acquiring instanceof Promise ? await acquiring : acquiring;
    // The environment writes START, END and REPORT, and goes back to its pool by itself once it asks for more.
    const { requestId, payload, clientContext, cognitoIdentity, tenantId, logTail } = request;
    receiver?.dispatched({ executedVersion: version.version, trace });
    const settled = await environment.invoke({ requestId, payload, clientContext, cognitoIdentity, tenantId, trace, logTail, invokedArn, receiver });
    const { functionError, errorType, contentType, logTail: tail } = settled;
    return { executedVersion: version.version, payload: settled.payload, contentType, functionError, errorType, logTail: tail, trace };
  } finally {
    lease.release();
  }
}
