// Whatever callers do at once, in whatever order: what must always hold of functions, versions and aliases.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openLambdaRoom, role, zip, type LambdaRoom } from "../../../test/harness/lambda-room.ts";
import { Fault } from "../../core/faults.ts";

type Step = (room: LambdaRoom) => Promise<unknown>;

const FunctionName = fc.constantFrom("a", "a-1");
const alias = fc.constantFrom("x", "y");
const content = fc.constantFrom("one", "two", "three");
const version = fc.constantFrom("1", "2", "3", "$LATEST");

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(FunctionName, content, fc.boolean()).map(
    ([name, code, Publish]): Step =>
      (room) =>
        room.call("CreateFunction", {
          FunctionName: name,
          Runtime: "nodejs24.x",
          Handler: "index.handler",
          Role: role,
          Code: { ZipFile: zip(code) },
          Publish,
        }),
  ),
  FunctionName.map((name): Step => (room) => room.call("DeleteFunction", { FunctionName: name })),
  fc
    .tuple(FunctionName, version)
    .map(([name, Qualifier]): Step => (room) => room.call("DeleteFunction", { FunctionName: name, Qualifier })),
  fc.tuple(FunctionName, content, fc.boolean()).map(
    ([name, code, Publish]): Step =>
      (room) =>
        room.call("UpdateFunctionCode", { FunctionName: name, ZipFile: zip(code), Publish }),
  ),
  fc
    .tuple(FunctionName, fc.integer({ min: 1, max: 3 }))
    .map(
      ([name, Timeout]): Step =>
        (room) =>
          room.call("UpdateFunctionConfiguration", { FunctionName: name, Timeout }),
    ),
  FunctionName.map((name): Step => (room) => room.call("PublishVersion", { FunctionName: name })),
  fc
    .tuple(FunctionName, alias, version)
    .map(
      ([name, Name, target]): Step =>
        (room) =>
          room.call("CreateAlias", { FunctionName: name, Name, FunctionVersion: target }),
    ),
  fc.tuple(FunctionName, alias, version).map(
    ([name, Name, target]): Step =>
      (room) =>
        room.call("UpdateAlias", {
          FunctionName: name,
          Name,
          RoutingConfig: target === "$LATEST" ? {} : { AdditionalVersionWeights: { [target]: 0.5 } },
        }),
  ),
  fc
    .tuple(FunctionName, alias)
    .map(([name, Name]): Step => (room) => room.call("DeleteAlias", { FunctionName: name, Name })),
  fc
    .tuple(FunctionName, fc.option(fc.constantFrom(0, 30, 70)))
    .map(
      ([name, executions]): Step =>
        (room) =>
          executions === null
            ? room.call("DeleteFunctionConcurrency", { FunctionName: name })
            : room.call("PutFunctionConcurrency", { FunctionName: name, ReservedConcurrentExecutions: executions }),
    ),
  fc
    .tuple(FunctionName, fc.oneof(alias, version), fc.option(fc.constantFrom(10, 40)))
    .map(
      ([name, Qualifier, executions]): Step =>
        (room) =>
          executions === null
            ? room.call("DeleteProvisionedConcurrencyConfig", { FunctionName: name, Qualifier })
            : room.call("PutProvisionedConcurrencyConfig", { FunctionName: name, Qualifier, ProvisionedConcurrentExecutions: executions }),
    ),
  fc.constant<Step>((room) => room.deploy()),
);

/** Code of each version that was ever seen, by `NAME:NUMBER`. */
type History = Map<string, string>;

async function checkInvariants(room: LambdaRoom, history: History): Promise<void> {
  const listed = (await room.call("ListFunctions", { FunctionVersion: "ALL" })).Functions ?? [];
  const known = new Set(listed.map((found) => `${found.FunctionName}:${found.Version}`));
  for (const found of listed) {
    const key = `${found.FunctionName}:${found.Version}`;
    expect(known, "a version without its function").toContain(`${found.FunctionName}:$LATEST`);
    if (found.Version !== "$LATEST") {
      const code = found.CodeSha256 ?? "";
      expect(history.get(key) ?? code, "a number that was given twice").toBe(code);
      history.set(key, code);
    }
    await checkResolution(room, found.FunctionName ?? "", found.Version ?? "");
  }
  for (const name of new Set(listed.map((found) => found.FunctionName ?? ""))) {
    for (const { FunctionVersion, RoutingConfig } of (await room.call("ListAliases", { FunctionName: name })).Aliases ?? [])
      for (const target of [FunctionVersion, ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {})])
        expect(known, "an alias of nothing").toContain(`${name}:${target}`);
  }
}

/** Claims add up to what is stored, leave others what is theirs, and no version has provisioned concurrency twice. */
async function checkClaims(room: LambdaRoom): Promise<void> {
  const account = await room.parts.concurrency.of(room.context);
  let claimed = 0;
  for (const { record } of await room.parts.functions.listFunctions(room.context)) {
    const { name } = record;
    const { ReservedConcurrentExecutions: reserved } = await room.call("GetFunctionConcurrency", { FunctionName: name });
    const { ProvisionedConcurrencyConfigs: configs = [] } = await room.call("ListProvisionedConcurrencyConfigs", { FunctionName: name });
    const provisioned = configs.reduce((sum, config) => sum + (config.RequestedProvisionedConcurrentExecutions ?? 0), 0);
    expect(provisioned, "more provisioned than reserved").toBeLessThanOrEqual(reserved ?? provisioned);
    claimed += reserved ?? provisioned;
    const targets = await Promise.all(
      configs.map(({ FunctionArn = "" }) => room.functions.catalog.targets(room.id(name), FunctionArn.split(":").at(-1) ?? "").catch(() => [])),
    );
    const versions = targets.flat().map((target) => target.version.version);
    expect(new Set(versions).size, "a version that is provisioned twice").toBe(versions.length);
    expect(versions).not.toContain("$LATEST");
  }
  expect(account.claimed).toBe(claimed);
  expect(claimed).toBeLessThanOrEqual(room.parts.settings.concurrency * 0.9);
}

/** The catalog says of each version what GetFunctionConfiguration says. */
async function checkResolution(room: LambdaRoom, name: string, Qualifier: string): Promise<void> {
  const shown = await room.call("GetFunctionConfiguration", { FunctionName: name, Qualifier });
  const resolving = (async () => room.functions.catalog.resolve(room.id(name), Qualifier))();
  if (shown.State === "Pending") {
    await expect(resolving).rejects.toMatchObject({ status: 409 });
    return;
  }
  const { version: resolved } = await resolving;
  if (shown.LastUpdateStatus === "Successful")
    expect(resolved.configuration.timeoutSeconds).toBe(shown.Timeout);
}

test("versions are never reused, aliases lead somewhere, and what is deleted is gone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 14 }), async (rounds) => {
      // Two processes over one store: within one, changes of a function take turns.
      await using room = await openLambdaRoom({ concurrency: 100 });
      await using other = await openLambdaRoom({ store: room.store, firstId: 1_000_000, concurrency: 100 });
      const history: History = new Map();
      for (const steps of rounds) {
        const outcomes = await Promise.allSettled(steps.map((run, n) => run(n % 2 === 0 ? room : other)));
        for (const outcome of outcomes)
          if (outcome.status === "rejected") {
            expect(outcome.reason).toBeInstanceOf(Fault);
            expect(outcome.reason).toMatchObject({ kind: "client" });
          }
        await checkInvariants(room, history);
        await checkClaims(room);
        await checkClaims(other);
      }
    }),
    { numRuns: 60 },
  );
});
