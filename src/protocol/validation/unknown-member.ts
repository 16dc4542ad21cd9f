// Members that a request carries and the installed client does not know. What newer models list is refused by name:
// accepted and dropped, it would be a setting that is never applied.
import { type Shape, kindOf, membersOf } from "../shape.ts";
import type { Constraints } from "./constraints.ts";
import { lowerCamel } from "./wording.ts";

export const lowerCamelPath = (path: string): string => path.split(".").map(lowerCamel).join(".");

/** Whether the member at the end of the path stands in the constraints of the structure that it was found in. */
export function isListedPath(path: string, input: Shape, constraints: Constraints): boolean {
  const segments = path.split(".");
  const last = segments.pop();
  let shape = input;
  for (const segment of segments) {
    const next = step(shape, segment);
    if (!next) return false;
    shape = next;
  }
  const structure = withoutLists(shape);
  const rules = constraints.structures[structure.getName() ?? ""];
  return kindOf(structure) === "structure" && last !== undefined && rules !== undefined && Object.hasOwn(rules, last);
}

/** Paths name members and map keys; items of a list share the list's path. */
function withoutLists(shape: Shape): Shape {
  let item = shape;
  while (kindOf(item) === "list") item = item.getValueSchema();
  return item;
}

function step(shape: Shape, segment: string): Shape | undefined {
  const inside = withoutLists(shape);
  if (kindOf(inside) === "map") return inside.getValueSchema();
  return membersOf(inside).find(([name]) => name === segment)?.[1];
}
