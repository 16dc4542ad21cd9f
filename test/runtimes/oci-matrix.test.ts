// The matrix in containers, for a client of each kind: where functions run is the same for their siblings.
import { ociMissing, openOciDriver } from "../harness/oci-driver.ts";
import { node } from "./clients/node.ts";
import { java } from "./clients/java.ts";
import { python } from "./clients/python.ts";
import { ruby } from "./clients/ruby.ts";
import { installed } from "./guest-host.ts";
import { languages } from "./languages.ts";
import { describeClientOn } from "./matrix.case.ts";

const driver = { name: "in a container", open: openOciDriver, missing: ociMissing };

/** The newest of those that this machine has. */
const newest = async (...ids: readonly [string, ...string[]]): Promise<string> => (await installed(...ids))[0] ?? ids[0];

const clients = [
  node(await newest("nodejs26.x")),
  python(await newest("python3.14", "python3.13", "python3.12", "python3.11")),
  java(await newest("java25", "java21", "java17")),
  ruby(await newest("ruby3.4", "ruby3.3")),
  ...languages.go,
  ...languages.rust,
  ...languages.shell,
];

for (const client of clients) describeClientOn(driver, client);
