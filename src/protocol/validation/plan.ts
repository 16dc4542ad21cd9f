// Turns the schema of an operation's input and the rules for it into closures, once. What a request then costs is one
// call a member that carries rules.
import { type Shape, kindOf, membersOf } from "../shape.ts";
import type { Constraints, Rules } from "./constraints.ts";
import type { Failure } from "./faults.ts";
import { type Rule, lengthRules, rangeRules, textRules } from "./rules.ts";
import { type Wording, items, lowerCamel, mapKeys, mapValues, notNull, printed } from "./wording.ts";

/** Appends what is wrong with the value at the path. */
export type Check = (value: unknown, path: string, failures: Failure[]) => void;

/** Rules of a value itself, told at its own path, and what there is to check in the structures inside of it. */
interface Plan {
  readonly rules: readonly Rule[];
  readonly inside: Check | undefined;
}

/** More failures than anyone reads: hostile input is not answered at length. */
const mostFailures = 100;
const noRules: Rules = {};

/** Compiles the check of one input structure after the other; structures that they share are compiled once. */
export function inputChecks(constraints: Constraints, wording: Wording): (input: Shape) => Check {
  const structures = new Map<string, Check>();

  /** The check of a structure. `hidden`: it is part of something sensitive, so none of its values is printed. */
  const structureCheck = (shape: Shape, hidden: boolean): Check => {
    const name = shape.getName() ?? "";
    const key = `${name} ${hidden}`;
    const known = structures.get(key);
    if (known) return known;
    let members: Check[] = [];
    const check: Check = (value, path, failures) => {
      for (const member of members) member(value, path, failures);
    };
    // Known before its members are looked at: structures contain themselves (DynamoDB's AttributeValue).
    structures.set(key, check);
    const rules = constraints.structures[name] ?? {};
    members = membersOf(shape).flatMap(([member, type]) => memberCheck(member, type, rules[member] ?? noRules, hidden));
    return check;
  };

  const memberCheck = (name: string, shape: Shape, rules: Rules, hidden: boolean): Check[] => {
    const plan = planOf(shape, rules, hidden);
    const required = rules.required === true;
    if (!required && plan.rules.length === 0 && !plan.inside) return [];
    const label = lowerCamel(name);
    const silent = hidden || isSensitive(shape);
    return [
      (structure, at, failures) => {
        const value = own(structure, name);
        if (value === undefined || value === null) {
          if (required) report(failures, "null", at + label, notNull);
          return;
        }
        for (const rule of plan.rules) {
          if (rule.isBroken(value)) report(failures, silent ? undefined : `'${printed(value)}'`, at + label, rule.text);
        }
        plan.inside?.(value, at + label, failures);
      },
    ];
  };

  const planOf = (shape: Shape, rules: Rules, hidden: boolean): Plan => {
    const kind = kindOf(shape);
    const silent = hidden || Boolean(shape.getMergedTraits().sensitive);
    switch (kind) {
      case "structure":
        return { rules: [], inside: within(structureCheck(shape, silent)) };
      case "list":
        return listPlan(shape, rules, silent);
      case "map":
        return mapPlan(shape, rules, silent);
      case "string":
        return { rules: textRules(wording.leavesEnums === true ? withoutEnum(rules) : rules), inside: undefined };
      case "blob":
        return { rules: shape.isStreaming() ? [] : lengthRules(rules), inside: undefined };
      case "number":
        return { rules: rangeRules(rules), inside: undefined };
      case "boolean":
      case "timestamp":
      case "document":
      case "unit":
        return { rules: [], inside: undefined };
      default:
        return kind satisfies never;
    }
  };

  const listPlan = (shape: Shape, rules: Rules, hidden: boolean): Plan => {
    const item = planOf(shape.getValueSchema(), rules.member ?? noRules, hidden);
    const { inside } = item;
    return {
      rules: [...lengthRules(rules), ...ofAll(item.rules, items, (value) => arrayOf(value), wording.namesNull)],
      inside: inside && ((value, path, failures) => {
        // Coral counts from one: tags.1.member.key
        for (const [index, entry] of arrayOf(value).entries()) inside(entry, `${path}.${index + 1}.member`, failures);
      }),
    };
  };

  const mapPlan = (shape: Shape, rules: Rules, hidden: boolean): Plan => {
    const key = planOf(shape.getKeySchema(), rules.key ?? noRules, hidden);
    const item = planOf(shape.getValueSchema(), rules.value ?? noRules, hidden);
    const { inside } = item;
    return {
      rules: [
        ...lengthRules(rules),
        // Recorded: with null for an alias's weights, without it for a function's variables, which are sensitive.
        ...ofAll(key.rules, mapKeys, (value) => Object.keys(recordOf(value)), wording.namesNull && !hidden),
        ...ofAll(item.rules, mapValues, (value) => Object.values(recordOf(value)), false),
      ],
      inside: inside && ((value, path, failures) => {
        for (const [name, entry] of Object.entries(recordOf(value))) {
          inside(entry, `${path}.${hidden ? "*" : name}.member`, failures);
        }
      }),
    };
  };

  return (input) => structureCheck(input, false);
}

const withoutEnum = ({ enum: _values, ...rules }: Rules): Rules => rules;

/** A structure's members stand behind a dot; at the top there is none. */
const within =
  (check: Check): Check =>
  (value, path, failures) =>
    check(value, `${path}.`, failures);

export function report(failures: Failure[], value: string | undefined, path: string, constraint: string): void {
  if (failures.length < mostFailures) failures.push({ value, path, constraint });
}

/** One rule of a list or map for all its items: a broken one is told at the container's path, with all of them. */
function ofAll(
  rules: readonly Rule[],
  word: (texts: readonly string[]) => string,
  itemsOf: (value: unknown) => readonly unknown[],
  namesNull: boolean,
): Rule[] {
  if (rules.length === 0) return [];
  const texts = rules.map(({ text }) => text);
  const isBrokenBy = (item: unknown): boolean => item !== null && rules.some((rule) => rule.isBroken(item));
  return [{ text: word(namesNull ? [...texts, notNull] : texts), isBroken: (value) => itemsOf(value).some(isBrokenBy) }];
}

/** Whether the model wants no value of this shape, or of anything that it contains, to be seen. */
function isSensitive(shape: Shape, seen = new Set<string>()): boolean {
  if (shape.getMergedTraits().sensitive) return true;
  const kind = kindOf(shape);
  if (kind === "list") return isSensitive(shape.getValueSchema(), seen);
  if (kind === "map") return isSensitive(shape.getKeySchema(), seen) || isSensitive(shape.getValueSchema(), seen);
  const name = shape.getName(true) ?? "";
  if (kind !== "structure" || seen.has(name)) return false;
  seen.add(name);
  return membersOf(shape).some(([, member]) => isSensitive(member, seen));
}

// The decoder made the value fit its schema; what it did not decode (a call between services) is looked at no further.
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Members are read as own properties only: `constructor` of an empty object is no member. */
const own = (structure: unknown, name: string): unknown =>
  isRecord(structure) && Object.hasOwn(structure, name) ? structure[name] : undefined;
