// The table of runtimes: every id that AWS accepts, and the language that answers for it.
import { createHash } from "node:crypto";
import { runtimeMissing, runtimeUnknown } from "./faults.ts";
import type { FoundRuntime, Language, LanguageHost } from "./language.ts";
import { createNodeLanguage } from "./node.ts";
import { createProvidedLanguage } from "./provided.ts";
import { createPythonLanguage } from "./python.ts";
import type { Runtime, Runtimes, RuntimeStatus } from "./runtime.ts";
import { createUnsupportedLanguage } from "./unsupported.ts";

export function createRuntimes(host: LanguageHost): Runtimes {
  const languages = [
    createNodeLanguage(host),
    createPythonLanguage(host),
    createProvidedLanguage(),
    createUnsupportedLanguage(),
  ];
  const languageOf = new Map(languages.flatMap((language) => language.ids.map((id) => [id, language] as const)));
  const opened = new Map<string, Runtime>();
  const opening = new Map<string, Promise<Runtime>>();

  /** Counts what made open runtimes stale: one whose opening began before is not kept. */
  let edition = 0;

  const open = async (id: string): Promise<Runtime> => {
    const language = languageOf.get(id);
    if (language === undefined) throw runtimeUnknown(id);
    const begunIn = edition;
    const found = await language.find(id);
    // Not remembered: it may be installed at any time.
    if (found === undefined) throw runtimeMissing(id, language.howToInstall(id));
    const runtime = { ...(await found.open()), versionHash: hashOf(id, found) };
    if (begunIn === edition) opened.set(id, runtime);
    return runtime;
  };
  const resolve = (id: string): Runtime | Promise<Runtime> => {
    const known = opened.get(id);
    if (known !== undefined) return known;
    const pending = opening.get(id) ?? open(id).finally(() => opening.delete(id));
    opening.set(id, pending);
    return pending;
  };
  return {
    resolve,
    versionHash: async (id) => {
      const known = opened.get(id);
      if (known !== undefined) return known.versionHash;
      const found = await languageOf.get(id)?.find(id);
      if (found === undefined) return undefined;
      Promise.resolve(resolve(id)).catch((error: unknown) => host.log.warn({ runtime: id, error: String(error) }, "runtime-not-ready"));
      return hashOf(id, found);
    },
    prepare: async (id, taskRoot, signal) => {
      const language = languageOf.get(id);
      if ((await language?.prepare?.(taskRoot, signal)) !== true) return;
      edition += 1;
      for (const other of language?.ids ?? []) {
        opened.delete(other);
        opening.delete(other);
      }
    },
    list: () => Promise.all(Array.from(languageOf, ([id, language]) => describe(id, language))),
    add: async (id, onProgress) => {
      const language = languages.find((candidate) => candidate.ids.includes(id) || candidate.installs?.(id) === true);
      if (language === undefined) throw runtimeUnknown(id);
      await language.install(id, onProgress);
      return describe(id, language);
    },
  };
}

/** New whenever the program behind a runtime is another. */
const hashOf = (id: string, { version, program }: FoundRuntime): string =>
  createHash("sha256").update([id, version, program].join("\n")).digest("hex");

async function describe(id: string, language: Language): Promise<RuntimeStatus> {
  const found: FoundRuntime | undefined = await language.find(id);
  if (found === undefined) return { id, state: "missing", install: language.howToInstall(id) };
  return { id, state: "ready", version: found.version, program: found.program };
}
