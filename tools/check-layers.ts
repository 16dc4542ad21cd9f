// Import order of the house (docs/ARCHITECTURE.md): a room imports from rooms further left only. Prints what breaks it.
// dependency-cruiser and others parse TypeScript through the JavaScript API that TypeScript 7 does not have.
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** From left to right; rooms of one group do not know each other. */
const order: readonly (readonly string[])[] = [
  ["core"],
  ["store", "protocol", "sandbox", "observe", "own-node.ts"],
  ["functions"],
  ["engine"],
  ["services"],
  ["triggers"],
  ["cloud"],
  ["gateway"],
  ["admin"],
  ["config.ts"],
  ["main.ts"],
  ["library.ts"],
  ["cli"],
  ["launch.ts"],
];

/** Each is one file that knows one file, and why. */
const exceptions: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: "observe/log-sink.ts", to: "functions/function-version.ts", why: "a log stream belongs to a function's id" },
  { from: "cli/signing-sign.ts", to: "engine/code/sign-package.ts", why: "a package is signed where the private key is" },
  { from: "cli/connection.ts", to: "admin/operator.ts", why: "the key file through which a command finds its server" },
];

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

export function importsOf(text: string): Import[] {
  const declared = text.matchAll(/^(?:import|export)\s+(?<type>type\s)?(?:[^;"]*?\sfrom\s+)?"(?<specifier>[^"]+)"/gm);
  const called = text.matchAll(/(?<type>typeof\s+)?\b(?:import|require)\(\s*"(?<specifier>[^"]+)"/g);
  return [...declared, ...called].map(({ groups }) => ({
    specifier: groups?.["specifier"] ?? "",
    typeOnly: groups?.["type"] !== undefined,
  }));
}

const rankOf = (file: string): number => order.findIndex((rooms) => rooms.includes(file.split("/")[0] ?? ""));

/** `services/lambda` and `services/sqs` are rooms of their own. */
const roomOf = (file: string): string => file.split("/").slice(0, file.startsWith("services/") ? 2 : 1).join("/");

/** Where the wire is not known: no codec, no HTTP. */
const isDomain = (file: string): boolean =>
  /^functions\/|^engine\/(?!runtime-api\/)|^services\/[^/]+\/model\//.test(file);

/** What an import in `file` (a path within src) breaks; undefined when it may stand. */
export function brokenRule(file: string, { specifier, typeOnly }: Import): string | undefined {
  if (/^(?:node:)?https?2?$/.test(specifier)) return isDomain(file) ? "the wire stops at the codec" : undefined;
  if (!specifier.startsWith(".")) return undefined;
  const target = path.posix.join(path.posix.dirname(file), specifier);
  if (roomOf(file) === roomOf(target) || target.startsWith("..")) return undefined;
  if (exceptions.some(({ from, to }) => from === file && to === target)) return undefined;
  if (isDomain(file) && target.startsWith("protocol/")) return "the wire stops at the codec";
  if (file.startsWith("services/") && target.startsWith("services/")) return "services meet through AWS's API only (core/cloud.ts)";
  if (file.startsWith("services/") && target.startsWith("protocol/") && target !== "protocol/operation.ts") {
    return "a service knows protocol/operation.ts only";
  }
  // The command line is a client: of the rooms it sees types, at run time the doors at the top and the words of core.
  if (file.startsWith("cli/") && target.includes("/") && !target.startsWith("core/") && !typeOnly) return "the command line sees types of the rooms only";
  if (rankOf(target) < 0) return "of no room that is known";
  return rankOf(target) < rankOf(file) ? undefined : "a room imports from rooms further left only";
}

/** What runs inside the sandbox imports nothing of the server. */
export const brokenGuestRule = (file: string, { specifier }: Import): string | undefined =>
  specifier.startsWith(".") && !path.posix.join(path.posix.dirname(file), specifier).startsWith("guest/")
    ? "the guest imports nothing from outside of guest/"
    : undefined;

function broken(root: string, pattern: string, ruleOf: (file: string, found: Import) => string | undefined): string[] {
  const files = globSync(pattern, { cwd: root }).filter((file) => !file.endsWith(".test.ts") && !file.includes("node_modules"));
  return files.flatMap((file) =>
    importsOf(readFileSync(path.join(root, file), "utf8")).flatMap((found) => {
      const rule = ruleOf(file, found);
      return rule === undefined ? [] : [`${path.join(path.basename(root), file)} imports ${found.specifier}: ${rule}`];
    }),
  );
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, "..");
  const found = [...broken(path.join(root, "src"), "**/*.ts", brokenRule), ...broken(root, "guest/**/*.{js,cjs,mjs,ts}", brokenGuestRule)];
  for (const line of found) console.error(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
