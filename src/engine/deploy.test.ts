import { describe, expect, test } from "vitest";
import { functionId, functionVersion, settle } from "../../test/harness/engine.ts";
import { ManualClock } from "../core/clock.ts";
import { Fault } from "../core/faults.ts";
import type { Deployments, PendingDeployment } from "../functions/deployments.ts";
import type { DeploymentOutcome } from "../functions/lifecycle.ts";
import { silentLogger } from "../observe/logger.ts";
import { startDeployer } from "./deploy.ts";
import type { Runtimes } from "./runtimes/runtime.ts";

const deployment = (deploymentId: string): PendingDeployment => ({
  id: functionId("f"),
  version: "$LATEST",
  deploymentId,
  updateAskedMs: undefined,
  configuration: functionVersion("f", { code: { sha256: deploymentId, sizeBytes: 1, unzippedBytes: 1 } }).configuration,
});

class TestDeployments implements Deployments {
  readonly outcomes: [string, DeploymentOutcome][] = [];
  readonly left: PendingDeployment[] = [];
  ask: (deployment: PendingDeployment) => void = () => {};
  refusal: Error | undefined;

  async pending(): Promise<readonly PendingDeployment[]> {
    return this.left;
  }

  onPending(listener: (deployment: PendingDeployment) => void): () => void {
    this.ask = listener;
    return () => void (this.ask = () => {});
  }

  async complete({ deploymentId }: PendingDeployment, outcome: DeploymentOutcome): Promise<boolean> {
    if (this.refusal !== undefined) throw this.refusal;
    this.outcomes.push([deploymentId, outcome]);
    return true;
  }
}

const deployed = { kind: "deployed" };

const clock = new ManualClock();
const partsOf = (unpack: (sha256: string) => Promise<void>, prepare: Runtimes["prepare"] = async () => {}) => ({
  clock,
  updateDelayMs: 250,
  code: { hold: async (sha256: string) => ({ path: await unpack(sha256).then(() => `/trees/${sha256}`), release: () => {} }) },
  runtimes: { prepare },
});

describe("the deployer", () => {
  test("finishes what a restart found and what is asked for later", async () => {
    const deployments = new TestDeployments();
    deployments.left.push(deployment("old"));
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}), log: silentLogger });
    await settle();
    deployments.ask(deployment("new"));
    await settle();
    expect(deployments.outcomes).toEqual([
      ["old", deployed],
      ["new", deployed],
    ]);
    await deployer.stop();
  });

  test("does once what it hears of twice", async () => {
    const deployments = new TestDeployments();
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}), log: silentLogger });
    deployments.ask(deployment("a"));
    deployments.ask(deployment("a"));
    await settle();
    expect(deployments.outcomes).toHaveLength(1);
    await deployer.stop();
  });

  test("fails a broken package with its reason, and anything else as our own failure", async () => {
    const deployments = new TestDeployments();
    const prepare = async (sha256: string): Promise<void> => {
      if (sha256 === "zip") throw new Fault({ code: "InvalidParameterValueException", status: 400, message: "no zip" });
      throw new Error("disk full");
    };
    const deployer = startDeployer({ deployments, ...partsOf(prepare), log: silentLogger });
    deployments.ask(deployment("zip"));
    deployments.ask(deployment("disk"));
    await settle();
    expect(deployments.outcomes).toEqual([
      ["zip", { kind: "failed", reasonCode: "InvalidZipFileException", reason: "no zip" }],
      ["disk", { kind: "failed", reasonCode: "InternalError", reason: "The code could not be unpacked on this server." }],
    ]);
    await deployer.stop();
  });

  test("unpacks four packages at once and no more, and ends those before it stops", async () => {
    const deployments = new TestDeployments();
    const unpacking: (() => void)[] = [];
    const prepare = (): Promise<void> => new Promise((resolve) => void unpacking.push(resolve));
    const deployer = startDeployer({ deployments, ...partsOf(prepare), log: silentLogger });
    for (const id of ["1", "2", "3", "4", "5"]) deployments.ask(deployment(id));
    await settle();
    expect(unpacking).toHaveLength(4);
    const stopped = deployer.stop();
    for (const end of unpacking.splice(0)) end();
    await stopped;
    expect(deployments.outcomes.map(([id]) => id)).toEqual(["1", "2", "3", "4"]);
  });

  test("lets the runtime prepare for the code before the function is deployed", async () => {
    const deployments = new TestDeployments();
    const { promise: prepared, resolve: goOn } = Promise.withResolvers<void>();
    const asked: string[] = [];
    const prepare = (id: string, roots: readonly string[]): Promise<void> => {
      asked.push(id, ...roots);
      return prepared;
    };
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}, prepare), log: silentLogger });
    deployments.ask(deployment("a"));
    await settle();
    expect(asked).toEqual(["nodejs24.x", "/trees/a"]);
    expect(deployments.outcomes).toEqual([]);
    goOn();
    await settle();
    expect(deployments.outcomes).toEqual([["a", deployed]]);
    await deployer.stop();
  });

  test("leaves to the next start what a stop interrupts", async () => {
    const deployments = new TestDeployments();
    const prepare: Runtimes["prepare"] = (_id, _roots, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}, prepare), log: silentLogger });
    deployments.ask(deployment("a"));
    await settle();
    await deployer.stop();
    expect(deployments.outcomes).toEqual([]);
  });

  test("takes a deployment again that could not be recorded", async () => {
    const deployments = new TestDeployments();
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}), log: silentLogger });
    deployments.refusal = new Error("store closed");
    deployments.ask(deployment("a"));
    await settle();
    deployments.refusal = undefined;
    deployments.ask(deployment("a"));
    await settle();
    expect(deployments.outcomes).toEqual([["a", deployed]]);
    await deployer.stop();
  });

  test("settles an update no earlier than some time after it was asked for, and nothing waits for that", async () => {
    const deployments = new TestDeployments();
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}), log: silentLogger });
    const asked = ["1", "2", "3", "4", "5"].map((id) => ({ ...deployment(id), updateAskedMs: clock.now() }));
    for (const update of asked) deployments.ask(update);
    deployments.ask(deployment("new"));
    await settle();
    expect(deployments.outcomes).toEqual([["new", deployed]]);
    clock.advance(249);
    await settle();
    expect(deployments.outcomes).toHaveLength(1);
    // What took long to unpack has been seen long enough.
    deployments.ask({ ...deployment("slow"), updateAskedMs: clock.now() - 250 });
    await settle();
    expect(deployments.outcomes.at(-1)).toEqual(["slow", deployed]);
    clock.advance(1);
    await settle();
    expect(deployments.outcomes).toHaveLength(7);
    await deployer.stop();
  });

  test("leaves an update that waits to be seen to the next start, and one of the future waits no longer than any", async () => {
    const deployments = new TestDeployments();
    const deployer = startDeployer({ deployments, ...partsOf(async () => {}), log: silentLogger });
    deployments.ask({ ...deployment("future"), updateAskedMs: clock.now() + 3_600_000 });
    await settle();
    clock.advance(250);
    await settle();
    expect(deployments.outcomes).toEqual([["future", deployed]]);
    deployments.ask({ ...deployment("waits"), updateAskedMs: clock.now() });
    await settle();
    await deployer.stop();
    expect(deployments.outcomes).toHaveLength(1);
  });
});
