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
/** Keys of all rules together: what a pattern takes of memory. */
const mostKeys = 100_000;
/** Keys on the way to one leaf; no event leads as deep, and the stack is finite. */
const deepestPath = 500;

/** Fault: InvalidPattern. */
export function readEventPattern(text: string, { numbers }: PatternOptions): EventPattern {
  const root = readPatternJson(text);
  const trees = readFields(root, [], { rules: [undefined], numbers, size: { keys: 0 } }).map(treeOf);
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

/**
 * One leaf and those that were read before it: all must hold, and of two at one path the later counts. A list that
 * shares its beginning with others, so that a leaf costs the same however many came before.
 */
type Rule = Leaf | undefined;

interface Leaf {
  /** Split at dots: `{"a.b": …}` is `{"a": {"b": …}}`. */
  readonly path: readonly string[];
  readonly conditions: readonly Condition[];
  readonly before: Rule;
}

interface Reading {
  /** What was read before; each alternative of an `$or` goes on from all of them. */
  readonly rules: readonly Rule[];
  readonly numbers: NumberEquality;
  /** Of all that has been read. */
  readonly size: { keys: number };
}

function readFields(object: ObjectNode, path: readonly string[], { rules, numbers, size }: Reading): readonly Rule[] {
  if (object.members.size === 0) throw new InvalidPattern("Empty objects are not allowed", object.at);
  return [...object.members].reduce((known: readonly Rule[], [name, value]) => {
    const reading = { rules: known, numbers, size };
    if (name === "$or" && value.kind === "array" && isAlternatives(value.items)) return readAlternatives(value, path, reading);
    const below = [...path, name];
    if (value.kind === "object") return readFields(value, below, reading);
    if (value.kind !== "array") throw new InvalidPattern(`"${name}" must be an object or an array`, value.at);
    if (value.items.length === 0) throw new InvalidPattern("Empty arrays are not allowed", value.at);
    const leaf = { path: pathTo(below), conditions: value.items.map((item) => readCondition(item, numbers)) };
    size.keys += known.length * leaf.path.length;
    if (size.keys > mostKeys) throw new InvalidPattern(`Rule is too complex: its combinations have more than ${mostKeys} keys`);
    return known.map((before) => ({ ...leaf, before }));
  }, rules);
}

function pathTo(names: readonly string[]): readonly string[] {
  const path = names.flatMap((name) => name.split("."));
  if (path.length > deepestPath) throw new InvalidPattern(`Rule is too complex: a path has more than ${deepestPath} keys`);
  return path;
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
  /** What must hold here, if anything. */
  leaf: Leaf | undefined;
  readonly below: Map<string, Tree>;
}

const newTree = (): Tree => ({ leaf: undefined, below: new Map() });

function treeOf(rule: Rule): Tree {
  const root = newTree();
  for (let leaf = rule; leaf !== undefined; leaf = leaf.before) treeAt(root, leaf.path).leaf ??= leaf;
  return root;
}

/** Makes what is not there yet. */
function treeAt(root: Tree, path: readonly string[]): Tree {
  let tree = root;
  for (const key of path) {
    const next = tree.below.get(key) ?? newTree();
    tree.below.set(key, next);
    tree = next;
  }
  return tree;
}

/** `values`: what stands at the path of the tree. What lies below one array must match within one item of it. */
function matchesRule(rule: Tree, event: JsonNode): boolean {
  /** Asked for again at each object on the way, and the same for all of them. */
  const absences = new Map<Leaf, boolean>();
  const isAbsentAt = (leaf: Leaf): boolean => {
    const known = absences.get(leaf) ?? isAbsent(event, leaf.path);
    absences.set(leaf, known);
    return known;
  };
  const matches = ({ leaf, below }: Tree, values: readonly JsonNode[]): boolean => {
    const { scalars, objects } = spread(values);
    const holds = (at: Leaf): boolean =>
      at.conditions.some((condition) => (condition.kind === "absent" ? isAbsentAt(at) : scalars.some(condition.test)));
    if (leaf !== undefined && !holds(leaf)) return false;
    const holdsBelow = (object: ObjectNode | undefined): boolean =>
      [...below].every(([key, next]) => matches(next, valuesAt(object, key)));
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
