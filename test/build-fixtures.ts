// Builds all that tests build, one after the other: `LAMBENT_TEST_BUILDS=all node test/build-fixtures.ts`. CI does so before
// it tests, so that no test runs beside a compiler.
import { goProgram, nodePackages, newestPython, pythonPackages, webAdapterLayer } from "./ecosystem/packages.ts";
import { Missing } from "./harness/build-cache.ts";
import { languages } from "./runtimes/languages.ts";

const clients = Object.values(languages).flat();
const builds: readonly (readonly [string, () => Promise<unknown>])[] = [
  ...clients.map(({ client, runs, build }) => [`${client}, ${runs}`, build] as const),
  ["npm packages", () => nodePackages("node")],
  ["a Go web server", () => goProgram("go-url")],
  ["a web application", () => nodePackages("web")],
  ["PyPI packages", async () => pythonPackages("python", await newestPython())],
  ["the Lambda Web Adapter", webAdapterLayer],
];

for (const [name, build] of builds) {
  const begun = performance.now();
  try {
    await build();
    console.log(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.log(`${name}: ${error.message}`);
  }
}
