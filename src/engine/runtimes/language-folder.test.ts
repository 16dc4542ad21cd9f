import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeOf, programInside } from "./language-folder.ts";

let home: string;
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "lambent-home-")));
});
afterAll(() => rm(home, { recursive: true }));

const install = async (path: string): Promise<string> => {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), "");
  return join(home, path);
};
const paths = { languageDir: "/var/lang" };

test("an installation is shown whole, wherever a link to its program lies", async () => {
  const program = await install(".pyenv/versions/3.13.0/bin/python3.13");
  await symlink(program, join(home, "python3.13"));
  const place = placeOf(join(home, "python3.13"), home);
  expect(place).toEqual({ program, languageDir: join(home, ".pyenv/versions/3.13.0") });
  expect(programInside(place, paths)).toBe("/var/lang/bin/python3.13");
  expect(programInside(place, { languageDir: join(home, ".pyenv/versions/3.13.0") })).toBe(program);
});

test.each(["bin/node", ".local/bin/node", ".dotnet/dotnet"])("of %s only its own folder is shown, not what a person has beside it", async (path) => {
  const program = await install(path);
  expect(placeOf(program, home)).toEqual({ program, languageDir: dirname(program) });
});

test("what is in /usr, and what the function brings, is where it is", () => {
  const place = placeOf("/usr/bin/env", home);
  expect(place).toEqual({ program: "/usr/bin/env", languageDir: undefined });
  expect(programInside(place, paths)).toBe("/usr/bin/env");
  expect(programInside(placeOf("bootstrap", home), paths)).toBe("bootstrap");
});
