import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { functionId, functionVersion } from "../../../test/harness/engine.ts";
import { AccountConcurrency } from "../../functions/account-concurrency.ts";
import type { ResolvedFunction } from "../../functions/catalog.ts";
import { lineageOf } from "../../functions/recursion-config.ts";
import { ConcurrencyLedger, type ConcurrencyLease } from "./ledger.ts";

const resolved = (name: string, account: AccountConcurrency): ResolvedFunction => ({
  version: functionVersion(name),
  invokedArn: "",
  account,
  lineage: lineageOf(functionId(name), undefined),
});

const throttle = (Reason: string) =>
  expect.objectContaining({ code: "TooManyRequestsException", status: 429, message: "Rate Exceeded.", members: { Reason, Type: "User" } });
const accountFull = throttle("ConcurrentInvocationLimitExceeded");
const reservedFull = throttle("ReservedFunctionConcurrentInvocationLimitExceeded");

describe("the ledger", () => {
  test("leases up to the account's limit, whichever functions ask", () => {
    const ledger = new ConcurrencyLedger(2);
    const account = new AccountConcurrency();
    const [f, g] = [resolved("f", account), resolved("g", account)];
    const lease = ledger.lease(f);
    ledger.lease(g);
    expect(() => ledger.lease(f)).toThrow(accountFull);
    lease.release();
    ledger.lease(f);
  });

  test("is another one for each account and region", () => {
    const ledger = new ConcurrencyLedger(1);
    ledger.lease(resolved("f", new AccountConcurrency()));
    ledger.lease({ ...resolved("f", new AccountConcurrency()), version: { ...functionVersion("f"), id: { ...functionId("f"), region: "us-east-1" as never } } });
  });

  test("keeps a reservation for its function, and its function to it", () => {
    const ledger = new ConcurrencyLedger(3);
    const account = new AccountConcurrency();
    const [f, g] = [resolved("f", account), resolved("g", account)];
    account.reserve("f", 1);
    ledger.lease(g);
    ledger.lease(g);
    expect(() => ledger.lease(g)).toThrow(accountFull);
    ledger.lease(f);
    expect(() => ledger.lease(f)).toThrow(reservedFull);
  });

  test("throttles everything of a function that reserves nothing", () => {
    const account = new AccountConcurrency();
    account.reserve("f", 0);
    expect(() => new ConcurrencyLedger(3).lease(resolved("f", account))).toThrow(reservedFull);
  });

  test("counts what runs where it belongs once the reservation has changed", () => {
    const ledger = new ConcurrencyLedger(3);
    const account = new AccountConcurrency();
    const [f, g] = [resolved("f", account), resolved("g", account)];
    const running = ledger.lease(f);
    account.reserve("f", 1);
    expect(() => ledger.lease(f)).toThrow(reservedFull);
    ledger.lease(g);
    ledger.lease(g);
    running.release();
    const again = ledger.lease(f);
    account.reserve("f", undefined);
    expect(() => ledger.lease(g)).toThrow(accountFull);
    again.release();
    ledger.lease(g);
  });
});

const names = ["f", "g", "h"] as const;
const limit = 6;

type Act =
  | { readonly kind: "lease" | "forget" | "resolve"; readonly name: (typeof names)[number] }
  | { readonly kind: "release"; readonly pick: number }
  | { readonly kind: "reserve"; readonly name: (typeof names)[number]; readonly executions: number | undefined };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("lease" as const), name: fc.constantFrom(...names) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("release" as const), pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reserve" as const), name: fc.constantFrom(...names), executions: fc.option(fc.nat(3), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("forget" as const, "resolve" as const), name: fc.constantFrom(...names) }) },
);

test("whatever is leased, given back and changed in between: the counts are those of what runs", () => {
  const run = (acts: readonly Act[]): void => {
    const ledger = new ConcurrencyLedger(limit);
    const account = new AccountConcurrency();
    const known = new Map<string, ResolvedFunction>(names.map((name) => [name, resolved(name, account)]));
    const reserved = new Map<string, number>();
    const running: { readonly name: string; readonly lease: ConcurrencyLease }[] = [];
    const count = (belongs: (name: string) => boolean): number => running.filter(({ name }) => belongs(name)).length;
    const fits = (name: string): boolean => {
      const own = reserved.get(name);
      if (own !== undefined) return count((other) => other === name) < own;
      const left = limit - [...reserved.values()].reduce((sum, executions) => sum + executions, 0);
      return count((other) => !reserved.has(other)) < left;
    };
    for (const step of acts) {
      if (step.kind === "lease") {
        const lease = (): ConcurrencyLease => ledger.lease(known.get(step.name) ?? resolved(step.name, account));
        if (fits(step.name)) running.push({ name: step.name, lease: lease() });
        else expect(lease).toThrow(reserved.has(step.name) ? reservedFull : accountFull);
      } else if (step.kind === "release") {
        running.splice(step.pick % Math.max(running.length, 1), 1)[0]?.lease.release();
      } else if (step.kind === "reserve") {
        account.reserve(step.name, step.executions);
        if (step.executions === undefined) reserved.delete(step.name);
        else reserved.set(step.name, step.executions);
      } else {
        // The catalog throws away what it resolved before the ledger hears of a change.
        known.set(step.name, resolved(step.name, account));
        if (step.kind === "forget") ledger.forget(functionId(step.name));
      }
    }
  };
  fc.assert(fc.property(fc.array(act, { maxLength: 80 }), run), { numRuns: 500 });
});
