// The Condition element: operators with their prefixes and suffixes over the keys of the request. All operators and all
// keys must be met; of the values of a key one is enough, or, for a negated operator, none may be.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
import { conditionOperators, type ConditionOperator, type ValueTest } from "./operators.ts";
import type { ContextValues } from "./request.ts";
import { PolicySyntaxError } from "./syntax-error.ts";

type SetOperator = "ForAllValues" | "ForAnyValue";

/** One key under one operator. */
export interface Condition {
  /** As the document writes it, e.g. `ForAllValues:StringLike`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  isMet(context: ContextValues): boolean;
}

interface ConditionOptions {
  readonly variables: boolean;
  readonly path: string;
}

export interface ConditionEntry {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export function parseCondition(entry: ConditionEntry, options: ConditionOptions): Condition {
  return { ...entry, isMet: conditionTest(entry, options) };
}

function conditionTest({ operator: name, key, values }: ConditionEntry, options: ConditionOptions): Condition["isMet"] {
  const parts = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/.exec(name.toLowerCase());
  const [, set, base = "", ifExists] = parts ?? [];
  const contextKey = key.toLowerCase();
  if (base === "null" && ifExists === undefined) return nullTest(contextKey, values, options.path);
  const operator = conditionOperators.get(base);
  if (operator === undefined) throw new PolicySyntaxError(options.path, `${JSON.stringify(name)} is not a condition operator`);
  const meets = valuesTest(operator, values.map((value) => operator.read(value, options)));
  const setOperator: SetOperator | undefined = set === undefined ? undefined : set === "forallvalues" ? "ForAllValues" : "ForAnyValue";
  return (context) => {
    const given = context.get(contextKey) ?? [];
    if (given.length === 0) return isMetByNothing(setOperator, ifExists !== undefined || operator.isNegated);
    const test = (value: string): boolean => meets(value, context);
    // A key of many values without a set operator: a negated one is met when no value is refused, another when one is met.
    return setOperator === "ForAllValues" || (setOperator === undefined && operator.isNegated) ? given.every(test) : given.some(test);
  };
}

/**
 * ForAnyValue needs a value whatever the operator or IfExists say.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function isMetByNothing(set: SetOperator | undefined, byDefault: boolean): boolean {
  if (set === undefined) return byDefault;
  return set === "ForAllValues";
}

const valuesTest =
  ({ isNegated }: ConditionOperator, tests: readonly ValueTest[]): ValueTest =>
  (given, context) =>
    tests.some((test) => test(given, context)) !== isNegated;

/** `true`: the key is absent; `false`: it is there and has a value. */
function nullTest(key: string, values: readonly string[], path: string): Condition["isMet"] {
  for (const value of values)
    if (!/^(?:true|false)$/i.test(value)) throw new PolicySyntaxError(path, `${JSON.stringify(value)} is neither true nor false`);
  const wanted = new Set(values.map((value) => value.toLowerCase() === "true"));
  return (context) => wanted.has((context.get(key) ?? []).length === 0);
}
