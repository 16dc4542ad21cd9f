// Members that a request carries and the installed client does not know. What newer models list is refused by name:
// accepted and dropped, it would be a setting that is never applied.
import { type Shape, kindOf, membersOf } from "../shape.ts";
import type { Constraints } from "./constraints.ts";
import { lowerCamel } from "./wording.ts";

export const lowerCamelPath = (path: string): string => path.split(".").map(lowerCamel).join(".");

/** Tells whether the member at the end of a path stands in the constraints of the structure that it was found in. */
export function listedMembers(constraints: Constraints): (path: string, input: Shape) => boolean {
  const listed = new Set(Object.values(constraints.structures).flatMap((members) => Object.keys(members)));
  // Requests may carry a hundred thousand unknown members: each costs a few look-ups.
  const members = new Map<string, ReadonlyMap<string, Shape>>();
  const membersByName = (structure: Shape): ReadonlyMap<string, Shape> => {
    const name = structure.getName() ?? "";
    const known = members.get(name) ?? new Map(membersOf(structure));
    members.set(name, known);
    return known;
  };
  const step = (shape: Shape, segment: string): Shape | undefined =>
    kindOf(shape) === "map" ? shape.getValueSchema() : membersByName(shape).get(segment);

  return (path, input) => {
    const segments = path.split(".");
    const last = segments.pop() ?? "";
    if (!listed.has(last)) return false;
    let shape: Shape | undefined = input;
    for (const segment of segments) shape = shape && step(withoutLists(shape), segment);
    const structure = shape && withoutLists(shape);
    if (!structure || kindOf(structure) !== "structure") return false;
    const rules = constraints.structures[structure.getName() ?? ""];
    return rules !== undefined && Object.hasOwn(rules, last);
  };
}

/** Paths name members and map keys; items of a list share the list's path. */
function withoutLists(shape: Shape): Shape {
  let item = shape;
  while (kindOf(item) === "list") item = item.getValueSchema();
  return item;
}
