// What processor time a function's memory buys: 1,769 MB one vCPU, in proportion up to 6 with 10,240 MB.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
const memoryMiBPerVcpu = 1769;

/**
 * How often the share is dealt out, microseconds. AWS's own is 20 ms by measurements of others; with the kernel's usual
 * 100 ms a function of 128 MB that has used its 7 ms would stand still for 93.
 */
export const cpuPeriodUs = 20_000;
/** The kernel takes no less, nor the whole of a period that is shorter. */
const leastQuotaUs = 1000;

/** Processor time in each period, microseconds. */
export const cpuQuotaUs = (memoryMiB: number): number =>
  Math.max(leastQuotaUs, Math.round((memoryMiB / memoryMiBPerVcpu) * cpuPeriodUs));

/** When the machine has less than all want together: its part, relative to the usual of a group (1,024 or 100). */
export const cpuWeight = (memoryMiB: number, usual: number): number => Math.max(2, Math.round((memoryMiB / memoryMiBPerVcpu) * usual));

/**
 * How many processors it sees, which is more than it may use. Measured, https://github.com/rwnx/lambda-cpuinfo; AWS's
 * documentation has no such table.
 */
export function visibleCpus(memoryMiB: number): number {
  const steps = [3008, 5307, 7076, 8845];
  return 2 + steps.filter((mostMiB) => memoryMiB > mostMiB).length;
}
