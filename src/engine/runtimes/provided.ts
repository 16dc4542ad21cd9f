// OS-only runtimes: the function or a layer brings an executable `bootstrap` that speaks the Runtime API over HTTP.
import { accessSync, constants, lstatSync } from "node:fs";
import { join } from "node:path";
import { entrypointInvalid } from "../../sandbox/faults.ts";
import type { FoundRuntime, Language, OpenedRuntime } from "./language.ts";
import { runtimeNotInstalled } from "./faults.ts";
import type { LaunchRequest, RuntimeLaunch } from "./runtime.ts";

const ids = ["provided.al2023", "provided.al2", "provided"];

export function createProvidedLanguage(): Language {
  return {
    ids,
    find: (id) => Promise.resolve([bringYourOwn(id)]),
    howToInstall: () => "There is nothing to install.",
    install: (id) => Promise.reject(runtimeNotInstalled(id, "there is nothing to install, functions bring their own bootstrap.")),
  };
}

function bringYourOwn(id: string): FoundRuntime {
  const name = id === "provided" ? "al1" : id.slice("provided.".length);
  const runtime: OpenedRuntime = {
    id,
    channel: "http",
    runtimeDir: undefined,
    version: `provided:${name}.v1`,
    launch,
  };
  return { program: "bootstrap", version: name, open: () => Promise.resolve(runtime) };
}

/** The task root comes before the layers. A wrapper (AWS_LAMBDA_EXEC_WRAPPER) does not apply here, as on AWS. */
function launch({ paths, host }: LaunchRequest): RuntimeLaunch {
  const places = [
    { onHost: host.taskRoot, inside: paths.taskRoot },
    { onHost: host.optRoot, inside: paths.optRoot },
  ];
  const place = places.find(({ onHost }) => onHost !== undefined && isExecutable(join(onHost, "bootstrap")));
  if (place === undefined) {
    // AWS names its own paths, whatever ours are.
    throw entrypointInvalid("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
  }
  return { program: join(place.inside, "bootstrap"), args: [], environment: {} };
}

function isExecutable(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  // A link may lead to a place that is there only inside.
  if (stats.isSymbolicLink()) return true;
  if (!stats.isFile()) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // `accessSync` can say no only by throwing.
    return false;
  }
}
