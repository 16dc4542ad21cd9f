// `npm run bench [-- warm cold reload control create server stream many density sqs async events] [--memory=128] [--only=SDK]
// [--count=100]`: builds nothing, so `npm run build` first. Settings of Lambent by its variables (LAMBENT_ISOLATION, …).
// Ratios count, not single times.
import { cpus } from "node:os";
import { asynchronous } from "./async.ts";
import { cold } from "./cold.ts";
import { control } from "./control.ts";
import { create } from "./create.ts";
import { density } from "./density.ts";
import { events } from "./events.ts";
import { many } from "./many.ts";
import { type BenchOptions, readOptions } from "./options.ts";
import { reload } from "./reload.ts";
import { server } from "./server.ts";
import { sqs } from "./sqs.ts";
import { stream } from "./stream.ts";
import { warm } from "./warm.ts";

const suites: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  warm: (options) => warm(options),
  cold: (options) => cold(options),
  reload: () => reload(),
  control: () => control(),
  create: () => create(),
  server: () => server(),
  stream: () => stream(),
  many: (options) => many(options),
  density: (options) => density(options),
  async: () => asynchronous(),
  sqs: () => sqs(),
  events: () => events(),
};

console.log(`Node.js ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}\n`);
const options = readOptions(process.argv.slice(2));
for (const name of options.suites.length > 0 ? options.suites : Object.keys(suites)) {
  const suite = suites[name];
  if (suite === undefined) throw new Error(`there is no benchmark ${name}: ${Object.keys(suites).join(", ")}`);
  await suite(options);
  console.log();
}
