// Where a language is installed, and where its program is as a function sees it. What lies in /usr is the same in every
// sandbox; an installation of its own, as version managers make them, is shown as a folder, at /var/lang.
import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import type { GuestPaths } from "../../sandbox/sandbox.ts";

export interface LanguagePlace {
  /** On the host, links resolved; a name alone where the function brings it. */
  readonly program: string;
  /** Undefined: there is no folder to be shown. */
  readonly languageDir: string | undefined;
}

export function placeOf(found: string, homeDirectory: string): LanguagePlace {
  if (!isAbsolute(found)) return { program: found, languageDir: undefined };
  const program = realpathSync(found);
  const folder = dirname(program);
  if (folder.startsWith("/usr/")) return { program, languageDir: undefined };
  const prefix = dirname(folder);
  // What lies in a folder of many people's programs (`~/.local/bin`) comes with no more than that folder.
  const isShared = basename(folder) !== "bin" || prefix === "/" || `${homeDirectory}/.local/`.startsWith(`${prefix}/`);
  return { program, languageDir: isShared ? folder : prefix };
}

export const programInside = ({ program, languageDir }: LanguagePlace, paths: Pick<GuestPaths, "languageDir">): string =>
  languageDir === undefined ? program : join(paths.languageDir, relative(languageDir, program));
