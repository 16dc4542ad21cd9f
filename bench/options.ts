// What the command line says of a run, and in one line what there is to know of it beside its figures.

export interface BenchOptions {
  /** All of them when empty. */
  readonly suites: readonly string[];
  /** Of the functions. */
  readonly memoryMiB: number;
  /** Of cold starts and languages: those whose name has this in it, and nothing else. */
  readonly only: string | undefined;
  /** Of functions where there are many; undefined: as many as are promised. */
  readonly count: number | undefined;
}

/** One vCPU on AWS. */
const usualMemoryMiB = 1769;

export function readOptions(argv: readonly string[]): BenchOptions {
  const given = (name: string): string | undefined => argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
  const [memory, count] = [given("--memory"), given("--count")];
  return {
    suites: argv.filter((argument) => !argument.startsWith("--")),
    memoryMiB: memory === undefined ? usualMemoryMiB : Number(memory),
    only: given("--only"),
    count: count === undefined ? undefined : Number(count),
  };
}

/** Settings of Lambent come by its variables. */
export function described({ memoryMiB }: BenchOptions): string {
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith("LAMBENT_"));
  return [`functions of ${memoryMiB} MB`, ...settings.map(([name, value]) => `${name}=${value ?? ""}`)].join(", ");
}
