// A key of an event with dots stands for a path: {"a.b": 1} is {"a": {"b": 1}} to a pattern. Done once an event, so that
// matching looks keys up and searches none.
import type { JsonNode } from "./json-text.ts";

/** A path that leads deeper than this is a key like any other: no event has one, and the stack is finite. */
const deepestPath = 100;

type Entry = readonly [name: string, value: JsonNode];

/** The same node where there is nothing to do. `depth`: of what it stands in. */
export function expandDottedKeys(node: JsonNode, depth = 0): JsonNode {
  if (node.kind === "array") {
    const items = node.items.map((item) => expandDottedKeys(item, depth + 1));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  if (node.kind !== "object") return node;
  const members = expandEntries([...node.members], depth);
  const isSame = members.size === node.members.size && [...members].every(([name, value]) => node.members.get(name) === value);
  return isSame ? node : { ...node, members };
}

/** What stands at one key: values, and what dotted keys put below it. */
interface Group {
  readonly values: JsonNode[];
  readonly below: Entry[];
}

function expandEntries(entries: readonly Entry[], depth: number): ReadonlyMap<string, JsonNode> {
  const groups = new Map<string, Group>();
  for (const [name, value] of entries) {
    const dot = depth < deepestPath ? name.indexOf(".") : -1;
    const first = dot < 0 ? name : name.slice(0, dot);
    const group = groups.get(first) ?? { values: [], below: [] };
    groups.set(first, group);
    if (dot < 0) group.values.push(value);
    else group.below.push([name.slice(dot + 1), value]);
  }
  return new Map([...groups].map(([name, group]) => [name, valueOf(group, depth + 1)]));
}

/** One object of all that lies below; together with values that are none, an array, which means each of its items. */
function valueOf({ values, below }: Group, depth: number): JsonNode {
  const [only] = values;
  if (only !== undefined && values.length === 1 && below.length === 0) return expandDottedKeys(only, depth);
  const objects = values.flatMap((value) => (value.kind === "object" ? [...value.members] : []));
  const others = values.filter(({ kind }) => kind !== "object").map((value) => expandDottedKeys(value, depth));
  const [at = 0] = [...values, ...below.map(([, value]) => value)].map((value) => value.at);
  const items: JsonNode[] = [...others, { kind: "object", members: expandEntries([...objects, ...below], depth), at }];
  const [first] = items;
  return first !== undefined && items.length === 1 ? first : { kind: "array", items, at };
}
