// The table of runtimes: every id that AWS accepts, the language that answers for it, and what is open of it.
import { dirname, isAbsolute } from "node:path";
import type { RuntimeVersion } from "../../functions/runtime-versions.ts";
import { createDotnetLanguage } from "./dotnet.ts";
import { runtimeMissing, runtimeUnknown, runtimeVersionMissing, runtimeVersionUnknown } from "./faults.ts";
import { announceInstallation } from "./installation-news.ts";
import { InstalledRuntimes, versionsFound, type FoundVersion } from "./installed-runtimes.ts";
import { createJavaLanguage } from "./java.ts";
import { placeOf, programInside } from "./language-folder.ts";
import type { Language, LanguageHost } from "./language.ts";
import { createNodeLanguage } from "./node.ts";
import { createProvidedLanguage } from "./provided.ts";
import { createPythonLanguage } from "./python.ts";
import { createRubyLanguage } from "./ruby.ts";
import type { Runtime, Runtimes, RuntimeStatus } from "./runtime.ts";
import { createUnsupportedLanguage } from "./unsupported.ts";

export function createRuntimes(host: LanguageHost): Runtimes {
  const languages = [
    createNodeLanguage(host),
    createPythonLanguage(host),
    createJavaLanguage(host),
    createRubyLanguage(host),
    createDotnetLanguage(host),
    createProvidedLanguage(),
    createUnsupportedLanguage(),
  ];
  const machine = new InstalledRuntimes(languages);
  /** By version hash, of each id. */
  const opened = new Map<string, Map<string, Runtime>>();
  const opening = new Map<string, Promise<Runtime>>();

  /** Counts what made open runtimes stale: one whose opening began before is not kept. */
  let edition = 0;

  const open = async (id: string, wanted: RuntimeVersion | undefined): Promise<Runtime> => {
    const language = machine.languageOf(id);
    if (language === undefined) throw runtimeUnknown(id);
    const begunIn = edition;
    const found = await choose(await machine.versions(id), wanted, () => machine.look(id));
    if (found === undefined) throw wanted === undefined ? runtimeMissing(id, language.howToInstall(id)) : runtimeVersionMissing(id, wanted.version);
    const runtime = await openFound(found, host);
    if (begunIn !== edition) return runtime;
    const versions = opened.get(id);
    if (versions === undefined) opened.set(id, new Map([[found.hash, runtime]]));
    else versions.set(found.hash, runtime);
    return runtime;
  };

  const resolve = (id: string, wanted?: RuntimeVersion): Runtime | Promise<Runtime> => {
    const hash = wanted?.hash ?? machine.known(id)?.[0]?.hash ?? "";
    const known = opened.get(id)?.get(hash);
    if (known !== undefined) return known;
    const key = `${id}/${hash}`;
    const pending = opening.get(key) ?? open(id, wanted).finally(() => opening.delete(key));
    opening.set(key, pending);
    return pending;
  };

  return {
    resolve,
    installed: (id) => machine.versions(id),
    onNewest: (listener) => machine.onNewest(listener),
    lookAgain: () => machine.lookAgain(),
    prepare: async (id, roots, signal) => {
      const language = machine.languageOf(id);
      if ((await language?.prepare?.(roots, signal)) === true) {
        edition += 1;
        for (const other of language?.ids ?? []) opened.delete(other);
        opening.clear();
      }
      // It gets ready (boto3 may have to be fetched) while the function becomes active.
      if ((await machine.versions(id)).length === 0) return;
      Promise.resolve(resolve(id)).catch((error: unknown) => host.log.warn({ runtime: id, error: String(error) }, "runtime-not-ready"));
    },
    list: () => Promise.all(machine.ids.map(async (id) => statusOf(id, await machine.look(id), machine.languageOf(id)))),
    add: async (name, onProgress) => {
      const { id, version } = parseName(name);
      const language = languages.find((candidate) => candidate.ids.includes(id) || candidate.installs?.(id) === true);
      if (language === undefined) throw runtimeUnknown(id);
      if (version !== undefined && !isVersionOf(id, version)) throw runtimeVersionUnknown(id, version);
      await language.install(id, version, onProgress);
      await announceInstallation(host.directory);
      return statusOf(id, await versionsFound(id, language), language);
    },
  };
}

/** Its program is started by the path that it has inside. */
export async function openFound(found: Pick<FoundVersion, "program" | "hash" | "open">, { homeDirectory }: Pick<LanguageHost, "homeDirectory">): Promise<Runtime> {
  const opened = await found.open();
  const place = placeOf(found.program, homeDirectory);
  return {
    ...opened,
    versionHash: found.hash,
    languageDir: place.languageDir,
    launch: (request) => {
      const program = programInside(place, request.paths);
      return { ...opened.launch({ ...request, program }), programs: isAbsolute(program) ? dirname(program) : undefined };
    },
  };
}

/** The newest, or the one that is wanted; looked for again when it is not known: anything may have installed it since. */
async function choose(
  versions: readonly FoundVersion[],
  wanted: RuntimeVersion | undefined,
  look: () => Promise<readonly FoundVersion[]>,
): Promise<FoundVersion | undefined> {
  const isWanted = ({ hash }: FoundVersion): boolean => wanted === undefined || hash === wanted.hash;
  return versions.find(isWanted) ?? (await look()).find(isWanted);
}

function statusOf(id: string, versions: readonly FoundVersion[], language: Language | undefined): RuntimeStatus {
  if (versions.length === 0) return { id, state: "missing", install: language?.howToInstall(id) ?? "" };
  return { id, state: "ready", versions: versions.map(({ version, program, hash }) => ({ version, program, hash })) };
}

/** `nodejs22.x@22.11.0` in its parts; a scope's `@` is none of them. */
function parseName(name: string): { readonly id: string; readonly version: string | undefined } {
  const at = name.indexOf("@", 1);
  return at === -1 ? { id: name, version: undefined } : { id: name.slice(0, at), version: name.slice(at + 1) };
}

/** `22.11.0` of `nodejs22.x`, `3.13.1` of `python3.13`, `17.0.15` of `java17`: it goes to installers as it is, so it can be nothing else. */
function isVersionOf(id: string, version: string): boolean {
  const line = /^(?:nodejs|python|java|ruby)(\d+(?:\.\d+)?)(?:\.\w+)?$/.exec(id);
  return line !== null && /^\d+\.\d+\.\d+$/.test(version) && version.startsWith(`${line[1]}.`);
}
