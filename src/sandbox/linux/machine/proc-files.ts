// What /proc says of the machine, as a machine of the function's size would say it. Made from this machine's own files, so
// that the form is that of the kernel.

/**
 * /proc/meminfo: all of the function's memory is free, and nothing else is there. It stands still: what is in use at a
 * time, processes find in their own /proc/self.
 */
export function meminfoOf(memoryMiB: number, meminfo: string): string {
  const total = memoryMiB * 1024;
  const own: Readonly<Record<string, number>> = { MemTotal: total, MemFree: total, MemAvailable: total, CommitLimit: total };
  // Sizes of pages and of the address space are the same everywhere; the rest is use, of which there is none.
  const kept = /^(?:Hugepagesize|VmallocTotal)$/;
  const lines = meminfo.split("\n").map((line) => {
    const [, name, value] = /^(\S+):( +\d+)/.exec(line) ?? [];
    if (name === undefined || value === undefined || kept.test(name)) return line;
    return line.replace(value, String(own[name] ?? 0).padStart(value.length));
  });
  return lines.join("\n");
}

/** /proc/cpuinfo with the first `count` processors. */
export function cpuinfoOf(count: number, cpuinfo: string): string {
  const blocks = cpuinfo.split("\n\n").filter((block) => /^processor\s*:/m.test(block));
  return `${blocks
    .slice(0, count)
    .map((block) => block.replace(/^(siblings|cpu cores)(\s*): \d+$/gm, `$1$2: ${count}`))
    .join("\n\n")}\n\n`;
}

/** /proc/stat with the first `count` processors; what counts the work of the whole machine reads 0. */
export function statOf(count: number, stat: string): string {
  const lines = stat.split("\n").flatMap((line) => {
    const [name = "", ...numbers] = line.split(" ");
    const cpu = /^cpu(\d+)$/.exec(name)?.[1];
    if (cpu !== undefined) return Number(cpu) < count ? [line] : [];
    return [/^(?:cpu|btime|)$/.test(name) ? line : [name, ...numbers.map((text) => (text === "" ? "" : "0"))].join(" ")];
  });
  return lines.join("\n");
}
