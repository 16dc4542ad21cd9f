import { describe, expect, test } from "vitest";
import { services } from "../service-table.ts";
import { type Shape, kindOf, membersOf, schemasOf } from "../shape.ts";
import { type Constraints, readConstraints } from "./constraints.ts";
import { createValidator } from "./validator.ts";

/** Members that a client models and the constraint file does not know: their rules would go unchecked. */
function membersWithoutRules(input: Shape, constraints: Constraints, seen: Set<string>): string[] {
  const kind = kindOf(input);
  if (kind === "list" || kind === "map") return membersWithoutRules(input.getValueSchema(), constraints, seen);
  const name = input.getName() ?? "";
  if (kind !== "structure" || seen.has(name)) return [];
  seen.add(name);
  const rules = constraints.structures[name] ?? {};
  return membersOf(input).flatMap(([member, shape]) => [
    ...(Object.hasOwn(rules, member) ? [] : [`${name}.${member}`]),
    ...membersWithoutRules(shape, constraints, seen),
  ]);
}

describe.each(services)("$name", ({ name, load }) => {
  test("every member of every operation's input is in the constraint file, under the client's names", async () => {
    const [constraints, client] = await Promise.all([readConstraints(name), load()]);
    const seen = new Set<string>();
    const { operations } = schemasOf(client);
    expect(operations.length).toBeGreaterThan(0);
    expect(operations.flatMap(({ input }) => membersWithoutRules(input, constraints, seen))).toEqual([]);
  });

  test("every operation's rules compile", async () => {
    const [constraints, client] = await Promise.all([readConstraints(name), load()]);
    const validator = createValidator(constraints, client);
    for (const operation of schemasOf(client).operations) {
      const validate = (): void => validator.validate(operation.name, {}, []);
      const required = Object.values(constraints.structures[operation.input.getName() ?? ""] ?? {}).some((rules) => rules.required);
      if (required) expect(validate, operation.name).toThrow(/Member must not be null|^The request must contain the parameter /);
      else expect(validate, operation.name).not.toThrow();
    }
  });
});
