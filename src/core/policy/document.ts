// Policy documents: from JSON to what can be evaluated, or the first fault with its place. Whatever is not in the
// grammar is refused: a member that is misspelt must not quietly mean nothing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { parseCondition, type Condition } from "./condition.ts";
import { duplicateMember } from "./duplicate-member.ts";
import { isPrincipalType, parsePrincipal, type StatementPrincipal } from "./principal.ts";
import { PolicySyntaxError } from "./syntax-error.ts";
import { parseTemplate, type Template } from "./template.ts";

export interface Policy {
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
}

export interface Statement {
  /** Its Sid, or its place: `Statement[0]`. */
  readonly name: string;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  /** Undefined in policies of identities, whose principal is known without. */
  readonly principals: Listed<StatementPrincipal> | undefined;
  readonly actions: Listed<Template>;
  /** Undefined in a role's trust policy, whose resource is known without. */
  readonly resources: Listed<Template> | undefined;
  readonly conditions: readonly Condition[];
}

/** `excludes`: the element was the Not one. */
export interface Listed<Item> {
  readonly excludes: boolean;
  readonly items: readonly Item[];
}

/** What the policy is attached to decides which elements it has. */
export type PolicyKind = "identity" | "resource" | "trust";

export interface ParseOptions {
  readonly kind: PolicyKind;
  /** UTF-8 bytes of the text. Work to evaluate a policy grows no faster than it. */
  readonly mostBytes: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Throws PolicySyntaxError. */
export function parsePolicy(text: string, { kind, mostBytes }: ParseOptions): Policy {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) throw new PolicySyntaxError("", `the document has ${bytes} bytes and may have ${mostBytes}`);
  return policyOf(parseJson(text), kind);
}

function parseJson(text: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new PolicySyntaxError("", `the document is not JSON: ${error instanceof Error ? error.message : "unknown"}`);
  }
  const twice = duplicateMember(text);
  if (twice !== undefined) throw new PolicySyntaxError("", `an object has the member ${JSON.stringify(twice)} twice`);
  return document;
}

/** The older version, the default, has no policy variables. */
const versions: readonly string[] = ["2012-10-17", "2008-10-17"];

function policyOf(document: unknown, kind: PolicyKind): Policy {
  const members = objectOf(document, "", ["Version", "Id", "Statement"]);
  const version = members["Version"] === undefined ? "2008-10-17" : textOf(members["Version"], "Version");
  if (!versions.includes(version)) throw new PolicySyntaxError("Version", `must be one of ${versions.join(", ")}`);
  const id = members["Id"] === undefined ? undefined : textOf(members["Id"], "Id");
  const written = listOf(members["Statement"], "Statement");
  const context = { kind, variables: version === "2012-10-17" };
  const statements = written.map((statement, at) => statementOf(statement, `Statement[${at}]`, context));
  const sids = statements.flatMap(({ sid }) => sid ?? []);
  const twice = sids.find((sid, at) => sids.indexOf(sid) !== at);
  if (twice !== undefined) throw new PolicySyntaxError("Statement", `the Sid ${JSON.stringify(twice)} is there twice`);
  return { id, statements };
}

interface StatementContext {
  readonly kind: PolicyKind;
  readonly variables: boolean;
}

const statementMembers = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

function statementOf(written: unknown, path: string, { kind, variables }: StatementContext): Statement {
  const members = objectOf(written, path, statementMembers);
  const sid = members["Sid"] === undefined ? undefined : textOf(members["Sid"], `${path}.Sid`);
  const effect = members["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw new PolicySyntaxError(`${path}.Effect`, "must be Allow or Deny");
  const excluded = members["NotPrincipal"] !== undefined;
  if (excluded && effect === "Allow") throw new PolicySyntaxError(`${path}.NotPrincipal`, "goes with the effect Deny only");
  return {
    name: sid ?? path,
    sid,
    effect,
    principals: elementOf(members, { name: "Principal", path, presence: kind === "identity" ? "refused" : "required" }, principalsOf),
    actions: requireElement(elementOf(members, { name: "Action", path, presence: "required" }, actionsOf), path),
    resources: elementOf(members, { name: "Resource", path, presence: kind === "trust" ? "refused" : "required" }, (value, at) => resourcesOf(value, at, variables)),
    conditions: members["Condition"] === undefined ? [] : conditionsOf(members["Condition"], `${path}.Condition`, variables),
  };
}

interface ElementPlace {
  readonly name: "Principal" | "Action" | "Resource";
  readonly path: string;
  readonly presence: "required" | "refused";
}

/** The element or its Not one, never both. */
function elementOf<Item>(
  members: JsonObject,
  { name, path, presence }: ElementPlace,
  parse: (value: unknown, path: string) => readonly Item[],
): Listed<Item> | undefined {
  const [included, excluded] = [members[name], members[`Not${name}`]];
  if (included !== undefined && excluded !== undefined) throw new PolicySyntaxError(path, `has both ${name} and Not${name}`);
  if (included === undefined && excluded === undefined) {
    if (presence === "refused") return undefined;
    throw new PolicySyntaxError(path, `has neither ${name} nor Not${name}`);
  }
  if (presence === "refused") throw new PolicySyntaxError(path, `a policy of this kind has no ${name}`);
  return included === undefined
    ? { excludes: true, items: parse(excluded, `${path}.Not${name}`) }
    : { excludes: false, items: parse(included, `${path}.${name}`) };
}

function requireElement<Item>(element: Listed<Item> | undefined, path: string): Listed<Item> {
  if (element === undefined) throw new PolicySyntaxError(path, "has no Action");
  return element;
}

function principalsOf(written: unknown, path: string): readonly StatementPrincipal[] {
  if (written === "*") return [{ kind: "everybody" }];
  const members = objectOf(written, path);
  const entries = Object.entries(members);
  if (entries.length === 0) throw new PolicySyntaxError(path, "names nobody");
  return entries.flatMap(([type, values]) => {
    if (!isPrincipalType(type)) throw new PolicySyntaxError(path, `has no type of principal ${JSON.stringify(type)}`);
    return listOf(values, `${path}.${type}`).map((value) => parsePrincipal(type, textOf(value, `${path}.${type}`), `${path}.${type}`));
  });
}

/** Names of actions have no case and no variables. */
const actionsOf = (written: unknown, path: string): readonly Template[] =>
  listOf(written, path).map((value) => {
    const action = textOf(value, path);
    if (action !== "*" && !/^[\w*?-]+:[\w*?-]+$/.test(action)) throw new PolicySyntaxError(path, `${JSON.stringify(action)} is not of the form service:Action`);
    return parseTemplate(action, { variables: false, wildcards: true, ignoresCase: true }, path);
  });

const resourcesOf = (written: unknown, path: string, variables: boolean): readonly Template[] =>
  listOf(written, path).map((value) => {
    const resource = textOf(value, path);
    // No check of all six parts: wildcards and variables may stand for several of them.
    if (resource !== "*" && !/^(?:arn|\*|\$\{)/.test(resource)) throw new PolicySyntaxError(path, `${JSON.stringify(resource)} is neither an ARN nor *`);
    return parseTemplate(resource, { variables, wildcards: true }, path);
  });

function conditionsOf(written: unknown, path: string, variables: boolean): readonly Condition[] {
  return Object.entries(objectOf(written, path)).flatMap(([operator, keys]) =>
    Object.entries(objectOf(keys, `${path}.${operator}`)).map(([key, given]) => {
      const at = `${path}.${operator}.${key}`;
      if (key === "") throw new PolicySyntaxError(at, "has a key without a name");
      const values = (Array.isArray(given) ? given : [given]).map((value) => scalarOf(value, at));
      return parseCondition({ operator, key, values }, { variables, path: at });
    }),
  );
}

/** Numbers and booleans may stand without quotes. */
function scalarOf(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return value.toString();
  throw new PolicySyntaxError(path, "must be a string, a number or a boolean, or a list of them");
}

function textOf(value: unknown, path: string): string {
  if (typeof value !== "string") throw new PolicySyntaxError(path, "must be a string");
  return value;
}

/** One or many, never none. */
function listOf(value: unknown, path: string): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (value === undefined || list.length === 0) throw new PolicySyntaxError(path, "is missing or empty");
  return list;
}

/** `members`: all that it may have. */
function objectOf(value: unknown, path: string, members?: readonly string[]): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new PolicySyntaxError(path, "must be an object");
  const unknown = members === undefined ? undefined : Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) throw new PolicySyntaxError(path, `has no member ${JSON.stringify(unknown)}`);
  return value as JsonObject;
}
