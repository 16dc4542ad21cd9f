import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { functionId, functionVersion } from "../../../test/harness/engine.ts";
import { ManualClock } from "../../core/clock.ts";
import { AccountConcurrency } from "../../functions/account-concurrency.ts";
import type { ResolvedFunction } from "../../functions/catalog.ts";
import { eventInvokePolicyOf } from "../../functions/event-invoke-config.ts";
import { lineageOf } from "../../functions/recursion-config.ts";
import { ConcurrencyLedger, type ConcurrencyLease } from "./ledger.ts";
import { awsRate, unlimitedRate } from "./request-rate.ts";

const resolved = (name: string, account: AccountConcurrency, provisionedFor?: string): ResolvedFunction => ({
  version: functionVersion(name),
  invokedArn: "",
  account,
  lineage: lineageOf(functionId(name), undefined),
  events: eventInvokePolicyOf(undefined),
  provisionedFor,
});

const provision = (account: AccountConcurrency, functionName: string, qualifier: string, executions: number): void => {
  const record = { functionName, qualifier, executions, lastModifiedMs: 0, allocationId: "" };
  account.provision(functionName, qualifier, executions === 0 ? undefined : record);
};

const ledgerOf = (most: number): ConcurrencyLedger => new ConcurrencyLedger(most, () => unlimitedRate);

const throttle = (Reason: string) =>
  expect.objectContaining({ code: "TooManyRequestsException", status: 429, message: "Rate Exceeded.", members: { Reason, Type: "User" } });
const accountFull = throttle("ConcurrentInvocationLimitExceeded");
const reservedFull = throttle("ReservedFunctionConcurrentInvocationLimitExceeded");

describe("the ledger", () => {
  test("leases up to the account's limit, whichever functions ask", () => {
    const ledger = ledgerOf(2);
    const account = new AccountConcurrency();
    const [f, g] = [resolved("f", account), resolved("g", account)];
    const lease = ledger.lease(f);
    ledger.lease(g);
    expect(() => ledger.lease(f)).toThrow(accountFull);
    lease.release();
    ledger.lease(f);
  });

  test("is another one for each account and region", () => {
    const ledger = ledgerOf(1);
    ledger.lease(resolved("f", new AccountConcurrency()));
    ledger.lease({ ...resolved("f", new AccountConcurrency()), version: { ...functionVersion("f"), id: { ...functionId("f"), region: "us-east-1" as never } } });
  });

  test("keeps a reservation for its function, and its function to it", () => {
    const ledger = ledgerOf(3);
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
    expect(() => ledgerOf(3).lease(resolved("f", account))).toThrow(reservedFull);
  });

  test("keeps what is provisioned for those that may use it, who then go on in the pool of the others", () => {
    const ledger = ledgerOf(3);
    const account = new AccountConcurrency();
    const [f, live, g] = [resolved("f", account), resolved("f", account, "live"), resolved("g", account)];
    provision(account, "f", "live", 1);
    ledger.lease(g);
    ledger.lease(f);
    expect(() => ledger.lease(g)).toThrow(accountFull);
    const first = ledger.lease(live);
    expect(() => ledger.lease(live)).toThrow(accountFull);
    first.release();
    ledger.lease(live);
  });

  test("takes what is provisioned out of what is reserved", () => {
    const ledger = ledgerOf(10);
    const account = new AccountConcurrency();
    account.reserve("f", 2);
    provision(account, "f", "1", 1);
    expect(account.claimed).toBe(2);
    const [latest, published] = [resolved("f", account), resolved("f", account, "1")];
    ledger.lease(latest);
    expect(() => ledger.lease(latest)).toThrow(reservedFull);
    ledger.lease(published);
    expect(() => ledger.lease(published)).toThrow(reservedFull);
  });

  test("counts what runs where it belongs once the reservation has changed", () => {
    const ledger = ledgerOf(3);
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

describe("with AWS's quotas", () => {
  const clock = new ManualClock();
  const strict = (most: number): ConcurrencyLedger => new ConcurrencyLedger(most, () => awsRate(clock));
  /** Invokes that begin and end, until one is throttled. */
  const most = (ledger: ConcurrencyLedger, invoked: ResolvedFunction): [number, unknown] => {
    for (let taken = 0; ; taken += 1) {
      try {
        ledger.lease(invoked).release();
      } catch (error) {
        return [taken, error];
      }
    }
  };
  const tooFast = (Reason: string) => expect.objectContaining({ status: 429, members: { Reason, Type: "User", retryAfterSeconds: "1" } });

  test("ten requests a second for each execution that functions share, and for each that one has reserved", () => {
    const ledger = strict(5);
    const account = new AccountConcurrency();
    account.reserve("g", 2);
    const [f, g] = [resolved("f", account), resolved("g", account)];
    expect(most(ledger, f)).toEqual([30, tooFast("FunctionInvocationRateLimitExceeded")]);
    expect(most(ledger, g)).toEqual([20, tooFast("ReservedFunctionInvocationRateLimitExceeded")]);
    clock.advance(500);
    expect([most(ledger, f)[0], most(ledger, g)[0]]).toEqual([15, 10]);
    account.reserve("g", 0);
    expect(() => ledger.lease(g)).toThrow(reservedFull);
  });

  test("what is provisioned has its own, and more than that is counted with the others", () => {
    const ledger = strict(3);
    const account = new AccountConcurrency();
    provision(account, "f", "1", 1);
    expect(most(ledger, resolved("f", account, "1"))[0]).toBe(10 + 20);
    expect(most(ledger, resolved("g", account))[0]).toBe(0);
  });
});

const names = ["f", "g", "h"] as const;
/** Of each function one thing may have provisioned concurrency, and another one cannot. */
const qualifiers = [undefined, "live"] as const;
const limit = 8;

type Name = (typeof names)[number];
type Act =
  | { readonly kind: "lease"; readonly name: Name; readonly qualifier: (typeof qualifiers)[number] }
  | { readonly kind: "forget" | "resolve"; readonly name: Name }
  | { readonly kind: "release"; readonly pick: number }
  | { readonly kind: "reserve"; readonly name: Name; readonly executions: number | undefined }
  | { readonly kind: "provision"; readonly name: Name; readonly executions: number };

const name = fc.constantFrom(...names);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("lease" as const), name, qualifier: fc.constantFrom(...qualifiers) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("release" as const), pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reserve" as const), name, executions: fc.option(fc.nat(3), { nil: undefined }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("provision" as const), name, executions: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("forget" as const, "resolve" as const), name }) },
);

/** The same, counted anew for each question from what runs and what is set. */
class Model {
  readonly reserved = new Map<string, number>();
  readonly provisioned = new Map<string, number>();
  readonly running: { readonly name: string; readonly qualifier: string | undefined; readonly lease: ConcurrencyLease }[] = [];

  /** Undefined: it fits. */
  refusal(of: string, qualifier: string | undefined): unknown {
    const provisioned = this.provisioned.get(of) ?? 0;
    if (qualifier !== undefined && this.#count(of, qualifier) < provisioned) return undefined;
    const reserved = this.reserved.get(of);
    if (reserved !== undefined) return this.#onDemand(of) < reserved - provisioned ? undefined : reservedFull;
    const shared = names.filter((other) => !this.reserved.has(other));
    const claimed = names.map((other) => this.reserved.get(other) ?? this.provisioned.get(other) ?? 0);
    return sum(shared.map((other) => this.#onDemand(other))) < limit - sum(claimed) ? undefined : accountFull;
  }

  #count = (of: string, qualifier: string | undefined): number =>
    this.running.filter((lease) => lease.name === of && lease.qualifier === qualifier).length;

  #onDemand = (of: string): number =>
    this.#count(of, undefined) + Math.max(0, this.#count(of, "live") - (this.provisioned.get(of) ?? 0));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

test("whatever is leased, given back and changed in between: the counts are those of what runs", () => {
  const run = (acts: readonly Act[]): void => {
    const ledger = ledgerOf(limit);
    const account = new AccountConcurrency();
    const model = new Model();
    const known = new Map<string, ResolvedFunction>();
    const resolve = (of: string, qualifier: string | undefined): ResolvedFunction => {
      const key = `${of}:${qualifier}`;
      const found = known.get(key) ?? resolved(of, account, qualifier);
      known.set(key, found);
      return found;
    };
    for (const step of acts) {
      if (step.kind === "lease") {
        const lease = (): ConcurrencyLease => ledger.lease(resolve(step.name, step.qualifier));
        const refusal = model.refusal(step.name, step.qualifier);
        if (refusal === undefined) model.running.push({ name: step.name, qualifier: step.qualifier, lease: lease() });
        else expect(lease).toThrow(refusal);
      } else if (step.kind === "release") {
        model.running.splice(step.pick % Math.max(model.running.length, 1), 1)[0]?.lease.release();
      } else if (step.kind === "reserve") {
        account.reserve(step.name, step.executions);
        if (step.executions === undefined) model.reserved.delete(step.name);
        else model.reserved.set(step.name, step.executions);
      } else if (step.kind === "provision") {
        provision(account, step.name, "live", step.executions);
        model.provisioned.set(step.name, step.executions);
      } else {
        // The catalog throws away what it resolved before the ledger hears of a change.
        for (const qualifier of qualifiers) known.delete(`${step.name}:${qualifier}`);
        if (step.kind === "forget") ledger.forget(functionId(step.name));
      }
    }
  };
  fc.assert(fc.property(fc.array(act, { maxLength: 80, size: "max" }), run), { numRuns: 1000 });
});
