// The harms that attempts have in common, each as the host sees it.
import { secretNames, type SecretName } from "./scene.ts";
import type { Harm, Seen } from "./attempt.ts";
import { cpuSeconds, hostProcess, isMounted, residentMiB } from "./outside.ts";

/** A secret is in what the attacker answered or printed. */
export const leaks = (...names: readonly SecretName[]): Harm => ({ scene, answer, log }) => {
  const leaked = (names.length > 0 ? names : secretNames).find((name) => answer.includes(scene.secrets[name]) || log.includes(scene.secrets[name]));
  return leaked && `knows the secret of ${leaked}`;
};

/** One of its processes has a descriptor that leads to such a thing. */
export const holds = (what: RegExp): Harm => (seen) => {
  const held = seen.processes().flatMap((found) => [...found.descriptors().values()]).find((link) => what.test(link));
  return held && `holds ${held}`;
};

/** Its processes are not all in one namespace of this kind. */
export const isInNewNamespace = (kind: string): Harm => (seen) => {
  const namespaces = new Set(seen.processes().map((found) => found.link(`ns/${kind}`)).filter((link) => link !== ""));
  return namespaces.size > 1 ? `has a ${kind} namespace of its own making` : undefined;
};

/** One of its processes is where the host itself is. */
export const isInNamespaceOfHost = (...kinds: readonly string[]): Harm => (seen) => {
  const own = hostProcess(process.pid);
  const shared = kinds.find((kind) => seen.processes().some((found) => found.link(`ns/${kind}`) === own.link(`ns/${kind}`)));
  return shared && `is in the host's ${shared} namespace`;
};

/** What it mounted with its mark is mounted on the host. */
export const isMountedOnHost: Harm = ({ facts }) => (isMounted(facts.mark) ? "has mounted on the host" : undefined);

/** By the kernel's own answer, where nothing shows outside: it objected to the arguments, which are meant to be wrong, and not to the caller. */
export const isAllowed = (call: string): Harm => ({ answer }) => (answer.includes(`allowed ${call}`) ? `may call ${call}` : undefined);

/** More resident memory than the function has, and a quarter for what runs it. */
export const exceedsMemory = (memoryMiB: number): Harm => (seen) => {
  const usedMiB = residentMiB(seen.processes());
  return usedMiB > 1.25 * memoryMiB + 64 ? `uses ${Math.round(usedMiB)} MiB of ${memoryMiB}` : undefined;
};

/** More of the processors than its memory buys: 1,769 MB are one. */
export const exceedsCpuShare = (memoryMiB: number): Harm => (seen) => {
  const used = cpuSeconds(seen.processes()) / (seen.durationMs / 1000);
  const share = memoryMiB / 1769;
  // What it had while it started is not limited.
  return used > 1.5 * share + 0.1 ? `uses ${used.toFixed(2)} processors in place of ${share.toFixed(2)}` : undefined;
};

/** The process whose id `prepare` told is no more, or stopped. */
export const hurtsProcess = (name: string): Harm => ({ facts }) => {
  const state = hostProcess(Number(facts.more[name])).status("State");
  return state === "" || /^[ZTt]/.test(state) ? `process ${name} is ${state || "gone"}` : undefined;
};

/** Any of them. */
export const anyOf = (...harms: readonly Harm[]): Harm => async (seen: Seen) => {
  for (const harm of harms) {
    const found = await harm(seen);
    if (found !== undefined) return found;
  }
  return undefined;
};
