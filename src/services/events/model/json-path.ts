// The paths into an event that targets may use: `$.detail.items[0].name`, `[*]` for all of a list.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import type { JsonNode } from "../../../core/pattern/json-text.ts";

/** A place in a list, or every one of it, or a member. */
type Step = number | "*" | { readonly member: string };

export interface JsonPath {
  /** Undefined: there is nothing there. What a `[*]` finds comes as a list. */
  find(root: JsonNode): JsonNode | undefined;
}

const step = /\.([^.[\]\s]+)|\[(\d{1,9})\]|\[(\*)\]|\[(?:'([^'\]]+)'|"([^"\]]+)")\]/y;

/** Undefined: not a path. */
export function readJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: Step[] = [];
  for (let at = 1; at < text.length; at = step.lastIndex) {
    step.lastIndex = at;
    const [, name, place, every, quoted, doubleQuoted] = step.exec(text) ?? [];
    const member = name ?? quoted ?? doubleQuoted;
    if (place !== undefined) steps.push(Number(place));
    else if (every !== undefined) steps.push("*");
    else if (member !== undefined) steps.push({ member });
    else return undefined;
  }
  return { find: (root) => follow(root, steps) };
}

function follow(node: JsonNode, [next, ...rest]: readonly Step[]): JsonNode | undefined {
  if (next === undefined) return node;
  if (next === "*") {
    if (node.kind !== "array") return undefined;
    return { kind: "array", at: node.at, items: node.items.flatMap((item) => follow(item, rest) ?? []) };
  }
  const found = typeof next === "number" ? at(node, next) : memberOf(node, next.member);
  return found === undefined ? undefined : follow(found, rest);
}

const memberOf = (node: JsonNode, name: string): JsonNode | undefined => (node.kind === "object" ? node.members.get(name) : undefined);
const at = (node: JsonNode, place: number): JsonNode | undefined => (node.kind === "array" ? node.items[place] : undefined);
