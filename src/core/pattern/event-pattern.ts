// Event patterns: the language in which EventBridge, SNS and filters of event source mappings say which events they
// want. A pattern is read once into rules; matching visits each part of an event once a rule.
import { type Condition, isOperator, type NumberEquality, readCondition, type Scalar } from "./conditions.ts";
import { expandDottedKeys } from "./dotted-keys.ts";
import { InvalidPattern } from "./invalid-pattern.ts";
import { type JsonNode, JsonTextError, readJsonText } from "./json-text.ts";

export interface EventPattern {
  matches(event: JsonNode): boolean;
}

export interface PatternOptions {
  readonly numbers: NumberEquality;
}

/** Rules that `$or` may multiply a pattern into. */
const mostRules = 1000;

/** Fault: InvalidPattern. */
export function readEventPattern(text: string, { numbers }: PatternOptions): EventPattern {
  const root = readPatternJson(text);
  const rules = readFields(root, [], { rules: [new Map()], numbers });
  const trees = rules.map(treeOf);
  return {
    matches(event) {
      const expanded = expandDottedKeys(event);
      return trees.some((tree) => matchesRule(tree, expanded));
    },
  };
}

/** The object that a pattern is. Fault: InvalidPattern. */
export function readPatternJson(text: string): ObjectNode {
  try {
    const root = readJsonText(text);
    if (root.kind !== "object") throw new InvalidPattern("Filter is not an object", root.at);
    return root;
  } catch (error) {
    if (error instanceof JsonTextError) throw new InvalidPattern(error.message, error.at);
    throw error;
  }
}

type ObjectNode = JsonNode & { readonly kind: "object" };

/** All leaves must hold. By the path to the leaf, its keys joined by dots: `{"a.b": …}` is `{"a": {"b": …}}`. */
type Rule = ReadonlyMap<string, readonly Condition[]>;

interface Reading {
  /** What was read before; each alternative of an `$or` makes copies. */
  readonly rules: readonly Rule[];
  readonly numbers: NumberEquality;
}

function readFields(object: ObjectNode, path: readonly string[], { rules, numbers }: Reading): readonly Rule[] {
  if (object.members.size === 0) throw new InvalidPattern("Empty objects are not allowed", object.at);
  return [...object.members].reduce((known: readonly Rule[], [name, value]) => {
    const reading = { rules: known, numbers };
    if (name === "$or" && value.kind === "array" && isAlternatives(value.items)) return readAlternatives(value, path, reading);
    const below = [...path, name];
    if (value.kind === "object") return readFields(value, below, reading);
    if (value.kind !== "array") throw new InvalidPattern(`"${name}" must be an object or an array`, value.at);
    if (value.items.length === 0) throw new InvalidPattern("Empty arrays are not allowed", value.at);
    const conditions = value.items.map((item) => readCondition(item, numbers));
    return known.map((rule) => new Map([...rule, [below.join("."), conditions]]));
  }, rules);
}

/** An `$or` whose objects are match expressions is a field of that name. */
const isAlternatives = (items: readonly JsonNode[]): boolean =>
  items.some(({ kind }) => kind === "object") &&
  !items.some((item) => item.kind === "object" && [...item.members.keys()].some(isOperator));

function readAlternatives(
  { items, at }: { readonly items: readonly JsonNode[]; readonly at: number },
  path: readonly string[],
  reading: Reading,
): readonly Rule[] {
  const rules: Rule[] = [];
  for (const item of items) {
    if (item.kind !== "object")
      throw new InvalidPattern("Only JSON object is allowed in array of $or relationship.", item.at);
    rules.push(...readFields(item, path, reading));
    if (rules.length > mostRules) throw new InvalidPattern(`Rule is too complex: $or gives more than ${mostRules} combinations`);
  }
  if (items.length < 2) throw new InvalidPattern("There must have at least 2 Objects in $or relationship.", at);
  return rules;
}

/** A rule by the keys of its paths. */
interface Tree {
  readonly path: readonly string[];
  conditions: readonly Condition[];
  readonly below: Map<string, Tree>;
}

const newTree = (path: readonly string[]): Tree => ({ path, conditions: [], below: new Map() });

function treeOf(rule: Rule): Tree {
  const root = newTree([]);
  for (const [path, conditions] of rule) {
    let tree = root;
    for (const key of path.split(".")) {
      const next = tree.below.get(key) ?? newTree([...tree.path, key]);
      tree.below.set(key, next);
      tree = next;
    }
    tree.conditions = conditions;
  }
  return root;
}

/** `values`: what stands at the path of the tree. What lies below one array must match within one item of it. */
function matchesRule(rule: Tree, event: JsonNode): boolean {
  const matches = ({ path, conditions, below }: Tree, values: readonly JsonNode[]): boolean => {
    const { scalars, objects } = spread(values);
    const holds = (condition: Condition): boolean =>
      condition.kind === "absent" ? isAbsent(event, path) : scalars.some(condition.test);
    if (conditions.length > 0 && !conditions.some(holds)) return false;
    const holdsBelow = (object: ObjectNode | undefined): boolean =>
      [...below].every(([key, tree]) => matches(tree, valuesAt(object, key)));
    if (below.size === 0) return true;
    return objects.length === 0 ? holdsBelow(undefined) : objects.some(holdsBelow);
  };
  return matches(rule, [event]);
}

/** Arrays mean each of their items, however deep. */
function spread(values: readonly JsonNode[]): { readonly scalars: readonly Scalar[]; readonly objects: readonly ObjectNode[] } {
  const scalars: Scalar[] = [];
  const objects: ObjectNode[] = [];
  const visit = (node: JsonNode): void => {
    if (node.kind === "array") node.items.forEach(visit);
    else if (node.kind === "object") objects.push(node);
    else scalars.push(node);
  };
  values.forEach(visit);
  return { scalars, objects };
}

/** No scalar anywhere at the path, in no item of an array on the way. */
function isAbsent(event: JsonNode, path: readonly string[]): boolean {
  let values: readonly JsonNode[] = [event];
  for (const key of path) values = spread(values).objects.flatMap((object) => valuesAt(object, key));
  return spread(values).scalars.length === 0;
}

function valuesAt(object: ObjectNode | undefined, key: string): readonly JsonNode[] {
  const value = object?.members.get(key);
  return value === undefined ? [] : [value];
}
