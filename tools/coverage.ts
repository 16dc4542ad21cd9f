// Prints docs/coverage.md, what each service does of AWS's API, operation by operation and member by member:
// `node tools/coverage.ts > docs/coverage.md`. Fails when a member is said to be applied that no source names.
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { services } from "../src/protocol/service-table.ts";
import { type OperationSchema, type Shape, kindOf, membersOf, schemasOf } from "../src/protocol/shape.ts";
import { type Word, words } from "./coverage-words.ts";

interface TableEntry {
  readonly operation: string;
  /** False: refused by name. */
  readonly done: boolean;
}

interface MemberWord {
  /** `Code.ZipFile`; where all members of a structure have the same word, the structure. */
  readonly path: string;
  readonly word: Word;
}

export interface ServiceCoverage {
  readonly service: string;
  readonly table: readonly TableEntry[];
  /** Operations of AWS's newest model that the installed client does not have yet. */
  readonly unknownToClient: readonly string[];
  /** Input members of the operations that are done. */
  readonly members: ReadonlyMap<string, readonly MemberWord[]>;
}

/** Input rules of AWS's newest model: data/constraints/SERVICE.json. */
interface Model {
  readonly operations: readonly string[];
  readonly structures: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const root = path.join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");

/** The entries of an operation table, as they stand in service.ts: `GetFunction: getFunction(parts),`. */
const tableIn = (source: string): TableEntry[] =>
  [...source.matchAll(/^ {2}(?<operation>[A-Z]\w+): (?<handler>[^,]+),$/gm)].map(({ groups }) => ({
    operation: groups?.["operation"] ?? "",
    done: groups?.["handler"] !== "unsupported",
  }));

/** `GetFunction` stands in `operations/get-function.ts`. */
export const operationFile = (operation: string): string =>
  `${operation.replaceAll(/(?<=[a-z0-9])[A-Z]/g, "-$&").toLowerCase()}.ts`;

async function coverageOf(serviceFile: string): Promise<ServiceCoverage> {
  const service = path.basename(path.dirname(serviceFile));
  const table = tableIn(read(serviceFile));
  const model: Model = JSON.parse(read(`data/constraints/${service}.json`));
  const client = await services.find(({ name }) => name === service)?.load();
  const schemas = new Map(schemasOf(client ?? {}).operations.map((schema) => [schema.name, schema]));
  const rules = await rulesOf(service);
  const members = new Map(
    table.flatMap(({ operation, done }) => {
      const schema = schemas.get(operation);
      return done && schema !== undefined ? [[operation, memberWords(schema, { service, model, rules })] as const] : [];
    }),
  );
  requireAllUsed(rules, members);
  const known = new Set(table.map(({ operation }) => operation));
  return { service, table, unknownToClient: model.operations.filter((operation) => !known.has(operation)), members };
}

/** What is known of members, and which rules have met one. */
interface Rules {
  readonly words: Readonly<Record<string, Word>>;
  readonly unapplied: Readonly<Record<string, readonly { readonly members: readonly string[]; readonly word: Word }[]>>;
  readonly used: Set<string>;
  /** Where what is applied is named: src, but for where it is refused. */
  readonly sources: string;
}

async function rulesOf(service: string): Promise<Rules> {
  const file = path.join(root, "src/services", service, "unapplied-settings.ts");
  const unapplied = existsSync(file) ? (await import(pathToFileURL(file).href)).unappliedMembers : {};
  const sources = globSync("src/**/*.ts", { cwd: root })
    .filter((name) => !/(?:\.test|\.case|\/unapplied-settings)\.ts$/.test(name))
    .map(read)
    .join("\n");
  return { words: words[service] ?? {}, unapplied, used: new Set(), sources };
}

interface Subject {
  readonly service: string;
  readonly model: Model;
  readonly rules: Rules;
}

function memberWords(schema: OperationSchema, { service, model, rules }: Subject): readonly MemberWord[] {
  const operation = schema.name;
  const given = unappliedIn(operation, service, rules);
  const wordOf = (key: string): Word | undefined => {
    if (rules.words[key] !== undefined) rules.used.add(key);
    return rules.words[key];
  };
  const wordAt = (at: string): Word | undefined =>
    wordOf(`${operation}.${at}`) ?? given.get(at) ?? wordOf(operation);

  const describe = (shape: Shape, at: string, above: readonly string[]): readonly MemberWord[] => {
    const known = wordAt(at);
    if (known !== undefined && known !== "stored") return [{ path: at, word: known }];
    const name = at.slice(at.lastIndexOf(".") + 1);
    const item = itemOf(shape);
    const structure = item.getName() ?? "";
    const below = known === undefined && kindOf(item) === "structure" && !above.includes(structure) ? ofStructure(item, at, above) : [];
    if (below.length > 0) return whole(at, below);
    if (!isNamed(name, rules.sources))
      throw new Error(`${operation}.${at} is said to be ${known ?? "applied"}, but no source names it: apply it, or say so in tools/coverage-words.ts`);
    return [{ path: at, word: known ?? "applied" }];
  };

  const ofStructure = (shape: Shape, at: string, above: readonly string[]): readonly MemberWord[] => {
    const structure = shape.getName() ?? "";
    const inClient = membersOf(shape);
    const names = new Set(inClient.map(([name]) => name));
    const prefix = at === "" ? "" : `${at}.`;
    return [
      ...inClient.flatMap(([name, member]) => describe(member, `${prefix}${name}`, [...above, structure])),
      // Only clients that are newer than ours send these; the decoder refuses them by name.
      ...Object.keys(model.structures[structure] ?? {})
        .filter((name) => !names.has(name))
        .map((name) => ({ path: `${prefix}${name}`, word: "refused" }) as const),
    ];
  };
  return [...ofStructure(schema.input, "", []), ...ownWords(operation, rules)];
}

/** Single values of a member that is applied otherwise: `Invoke.InvocationType Event`. */
const ownWords = (operation: string, { words: given, used }: Rules): readonly MemberWord[] =>
  Object.entries(given)
    .filter(([key]) => key.startsWith(`${operation}.`) && key.includes(" "))
    .map(([key, word]) => {
      used.add(key);
      return { path: key.slice(operation.length + 1), word };
    });

/** Paths within the input of an operation that its file hands to a refusal of unapplied settings. */
function unappliedIn(operation: string, service: string, { unapplied }: Rules): ReadonlyMap<string, Word> {
  const source = read(`src/services/${service}/operations/${operationFile(operation)}`);
  return new Map(
    Object.entries(unapplied).flatMap(([refusal, settings]) => {
      const call = new RegExp(`\\b${refusal}\\(input(?:\\.(?<below>\\w+))?[,)]|\\b${refusal}\\(\\{`).exec(source);
      const prefix = call?.groups?.["below"] === undefined ? "" : `${call.groups["below"]}.`;
      if (call === null) return [];
      return settings.flatMap(({ members, word }) => members.map((member) => [`${prefix}${member}`, word] as const));
    }),
  );
}

const isNamed = (member: string, sources: string): boolean => new RegExp(`\\b${member}\\b`).test(sources);

/** What a list or map holds, in the end. */
function itemOf(shape: Shape): Shape {
  const kind = kindOf(shape);
  return kind === "list" || kind === "map" ? itemOf(shape.getValueSchema()) : shape;
}

/** One word for a structure whose members all have it. */
const whole = (at: string, below: readonly MemberWord[]): readonly MemberWord[] => {
  const word = below[0]?.word;
  return word !== undefined && below.every((member) => member.word === word) ? [{ path: at, word }] : below;
};

function requireAllUsed({ words: given, used }: Rules, members: ReadonlyMap<string, unknown>): void {
  const idle = Object.keys(given).filter((key) => !used.has(key) && members.has(key.split(".")[0] ?? ""));
  if (idle.length > 0) throw new Error(`tools/coverage-words.ts has words for what is no member: ${idle.join(", ")}`);
}

export const coverage = (): Promise<ServiceCoverage[]> =>
  Promise.all(globSync("src/services/*/service.ts", { cwd: root }).toSorted().map(coverageOf));

const columns: readonly Word[] = ["applied", "default only", "stored", "refused"];

function rowOf(service: string, operation: string, members: readonly MemberWord[]): string {
  const cells = columns.map((column) =>
    members
      .filter(({ word }) => word === column)
      .map((member) => `\`${member.path}\``)
      .join(" "),
  );
  return `| [${operation}](../src/services/${service}/operations/${operationFile(operation)}) | ${cells.join(" | ")} |`;
}

function sectionOf({ service, table, unknownToClient, members }: ServiceCoverage): string {
  const done = table.filter((entry) => entry.done).map(({ operation }) => operation);
  const refused = [...table.filter((entry) => !entry.done).map(({ operation }) => operation), ...unknownToClient];
  return `## ${service}

${done.length} of ${table.length + unknownToClient.length} operations.

### Done
| operation | ${columns.join(" | ")} |
|---|${columns.map(() => "---|").join("")}
${done.toSorted().map((operation) => rowOf(service, operation, members.get(operation) ?? [])).join("\n")}
${refused.length === 0 ? "" : `\n### Refused by name\n${refused.toSorted().map((operation) => `- ${operation}`).join("\n")}\n`}`;
}

export const coveragePage = async (): Promise<string> => `# Coverage

What Lambent does of AWS's API, by operation and by member of its input. Anything else is refused by name with a clear
error, never accepted and ignored.

- *applied*: does what AWS says it does.
- *default only*: taken when it says AWS's default, refused by name otherwise.
- *stored*: kept and answered, for something that Lambent cannot do yet; asking for that is refused by name.
- *refused*: by name, whatever it says.

A structure stands for its members where they all have one word. Generated by \`tools/coverage.ts\` from the operation
tables (\`src/services/*/service.ts\`), the official clients and AWS's newest models (\`data/constraints/\`).

${(await coverage()).map(sectionOf).join("\n")}`;

if (import.meta.main) process.stdout.write(await coveragePage());
