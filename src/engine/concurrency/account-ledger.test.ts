import { describe, expect, test } from "vitest";
import { functionId } from "../../../test/harness/engine.ts";
import type { Region } from "../../core/context.ts";
import { createAccountLedger } from "./account-ledger.ts";

describe("the ledger of an account", () => {
  test("leases up to the limit, whichever functions ask", () => {
    const ledger = createAccountLedger(2);
    const lease = ledger.lease(functionId("f"));
    ledger.lease(functionId("g"));
    expect(() => ledger.lease(functionId("f"))).toThrow(expect.objectContaining({ code: "TooManyRequestsException", status: 429 }));
    lease.release();
    ledger.lease(functionId("f"));
    expect(ledger.running(functionId("f"))).toBe(2);
  });

  test("is another one in each region", () => {
    const ledger = createAccountLedger(1);
    ledger.lease(functionId("f"));
    ledger.lease({ ...functionId("f"), region: "us-east-1" as Region });
  });
});
