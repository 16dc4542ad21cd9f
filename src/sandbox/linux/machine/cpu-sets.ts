// Which processors an environment runs on: as many as its memory lets it see, those with the fewest environments. Where
// the machine has no more than that, it runs on all.
import { visibleCpus } from "../cgroups/cpu-share.ts";

export interface CpuSet {
  /** Numbers of the machine's processors; undefined: all that this server may use. */
  readonly cpus: readonly number[] | undefined;
  /** It is no longer used. Once. */
  readonly release: () => void;
}

export class CpuSets {
  /** By processor: how many environments run there. */
  readonly #users: Map<number, number>;

  constructor(cpus: readonly number[]) {
    this.#users = new Map(cpus.map((cpu) => [cpu, 0]));
  }

  take(memoryMiB: number): CpuSet {
    const count = visibleCpus(memoryMiB);
    if (count >= this.#users.size) return { cpus: undefined, release: () => {} };
    const cpus = Array.from(this.#users)
      .toSorted(([, users], [, others]) => users - others)
      .slice(0, count)
      .map(([cpu]) => cpu)
      .toSorted((cpu, other) => cpu - other);
    this.#add(cpus, 1);
    return { cpus, release: () => this.#add(cpus, -1) };
  }

  #add(cpus: readonly number[], users: 1 | -1): void {
    for (const cpu of cpus) this.#users.set(cpu, (this.#users.get(cpu) ?? 0) + users);
  }
}

/** `0-2,5` as /proc has it: 0, 1, 2 and 5. */
export function parseCpuList(text: string): readonly number[] {
  return text.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  });
}
