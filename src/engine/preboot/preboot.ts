// Sandboxes that are ready before anybody asks: some with a runtime that is booted and waits, some with nothing in them
// for programs that functions bring. An environment that starts takes one, and its code is shown there.
import type { Clock, Timer } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { Sandbox, SandboxDriver, SandboxGrade, SandboxSpec } from "../../sandbox/sandbox.ts";
import type { EnvironmentPlan } from "../environment/environment-parts.ts";
import type { BootPlan } from "../environment/launch.ts";
import type { StartGate } from "../placement/start-gate.ts";
import { BootedRuntime, isBootable } from "./booted-runtime.ts";
import { ReadySandbox } from "./ready-sandbox.ts";
import { Reserve } from "./reserve.ts";

export interface PrebootParts {
  readonly driver: Pick<SandboxDriver, "open"> & Required<Pick<SandboxDriver, "prepare">>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where members wait for their turn to be made. */
  readonly gate: StartGate;
  /** What all members may have together. */
  readonly memoryBytes: number;
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
}

/** Without its id: what is the same for all that are of one kind. */
type Grade = Omit<SandboxGrade, "id">;

/** What is booted in a sandbox that is ready. */
type Contents = Omit<BootPlan, "memoryMiB">;

/** How often it is looked at whether less is needed. */
const lookAgainMs = 15_000;

export class Preboot {
  readonly #parts: PrebootParts;
  readonly #reserves = new Map<string, Reserve<ReadySandbox>>();
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: PrebootParts) {
    this.#parts = parts;
  }

  /** What opens the sandboxes of this environment. */
  driverFor(plan: EnvironmentPlan): Pick<SandboxDriver, "open"> {
    return { open: (spec) => this.#open(plan, spec) };
  }

  /** Ends all that is ready; resolves when none is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await Promise.all(Array.from(this.#reserves.values(), (reserve) => reserve.stop()));
  }

  async #open(plan: EnvironmentPlan, spec: SandboxSpec): Promise<Sandbox> {
    const { driver, onError } = this.#parts;
    if (this.#isStopped) return driver.open(spec);
    const { id: _its, taskRoot: _code, optRoot: _layers, compiledDir: _compiled, ...grade } = spec;
    const reserves = fitting(plan).map((contents) => this.#reserveOf(grade, contents));
    // Environments that are provisioned come when somebody says so: that says nothing of what will be needed soon.
    if (plan.initializationType !== "provisioned-concurrency") reserves[0]?.need();
    for (const reserve of reserves) {
      const member = await reserve.take();
      try {
        if (member !== undefined) return await member.become(spec);
      } catch (error) {
        onError(error);
      }
    }
    return driver.open(spec);
  }

  #reserveOf(grade: Grade, contents: Contents | undefined): Reserve<ReadySandbox> {
    const kind = JSON.stringify([contents?.runtime.id, contents?.runtime.versionHash, contents?.modules, grade]);
    const known = this.#reserves.get(kind);
    if (known !== undefined) return known;
    const { clock, gate, onError } = this.#parts;
    const reserve = new Reserve<ReadySandbox>({
      clock,
      gate,
      onError,
      make: () => this.#make(grade, contents),
      hasRoom: (asking, memoryBytes) => this.#makeRoom(asking, memoryBytes),
    });
    this.#reserves.set(kind, reserve);
    this.#timer ??= clock.after(lookAgainMs, () => this.#lookAgain());
    return reserve;
  }

  async #make(grade: Grade, contents: Contents | undefined): Promise<ReadySandbox> {
    const { driver, ids, clock } = this.#parts;
    const sandbox = await driver.prepare({ ...grade, id: ids.hex(16) });
    if (contents === undefined) return new ReadySandbox(sandbox, undefined);
    try {
      return new ReadySandbox(sandbox, await BootedRuntime.boot(sandbox, { ...contents, memoryMiB: grade.memoryMiB }, clock));
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  /** What was needed longest ago goes first. */
  #makeRoom(asking: Reserve<ReadySandbox>, memoryBytes: number): boolean {
    const reserves = [...this.#reserves.values()];
    const others = reserves.filter((reserve) => reserve.lastNeededMs < asking.lastNeededMs).sort((a, b) => a.lastNeededMs - b.lastNeededMs);
    const usedBytes = (): number => reserves.reduce((sum, reserve) => sum + reserve.memoryBytes, 0);
    while (usedBytes() + memoryBytes > this.#parts.memoryBytes) if (!others.some((reserve) => reserve.giveUpOne())) return false;
    return true;
  }

  #lookAgain(): void {
    this.#timer = undefined;
    for (const [kind, reserve] of this.#reserves) {
      reserve.adjust();
      if (reserve.isEmpty && !reserve.isNeeded) this.#reserves.delete(kind);
    }
    if (this.#reserves.size > 0) this.#timer = this.#parts.clock.after(lookAgainMs, () => this.#lookAgain());
  }
}

/** What an environment can start with, the best first; undefined: an empty sandbox. */
function fitting(plan: EnvironmentPlan): readonly (Contents | undefined)[] {
  if (!isBootable(plan)) return [undefined];
  const { runtime, modulesAhead: modules } = plan;
  const plain = { runtime, modules: undefined };
  return modules === undefined ? [plain, undefined] : [{ runtime, modules }, plain, undefined];
}
