// AWS's words for a value that breaks a rule: "Value 'v' at 'path' failed to satisfy constraint: Member must …".
import type { Fault } from "../../core/faults.ts";
import type { Bound } from "./constraints.ts";
import { missingParameter } from "./faults.ts";

export interface Wording {
  /** The error's name. */
  readonly code: string;
  /** Whether the list of rules for list items and map keys ends with the one that is not in the model. */
  readonly namesNull: boolean;
  /** The fault for a required member that is missing, where the service has one of its own. */
  readonly missing?: (member: string) => Fault;
  /** Its operations refuse values of enums themselves, each in words of its own. */
  readonly leavesEnums?: true;
}

const usual: Wording = { code: "ValidationException", namesNull: false };

/** What differs by service; every other one answers like the usual. */
const byService: Readonly<Record<string, Wording>> = {
  // "…, Member must not be null]" at 'layers', 'architectures', 'cors.allowMethods', keys of 'additionalVersionWeights'.
  lambda: { code: "ValidationException", namesNull: true },
  // Services of the query protocol have a common error of another name.
  cloudformation: { code: "ValidationError", namesNull: false },
  iam: { code: "ValidationError", namesNull: false },
  sns: { code: "ValidationError", namesNull: false },
  sts: { code: "ValidationError", namesNull: false },
  // These model a fault of their own for it.
  "cognito-idp": { code: "InvalidParameterException", namesNull: false },
  logs: { code: "InvalidParameterException", namesNull: false },
  sqs: { code: "InvalidParameterValueException", namesNull: false, missing: missingParameter, leavesEnums: true },
};

export const wordingOf = (service: string): Wording => byService[service] ?? usual;

/** Enums that AWS prints in another order than its model lists them, as recorded: EventSourcePosition. */
const recordedOrders: readonly (readonly string[])[] = [["LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"]];

const inRecordedOrder = (values: readonly string[]): readonly string[] =>
  recordedOrders.find((order) => order.length === values.length && order.every((value) => values.includes(value))) ?? values;

export const notNull = "Member must not be null";
export const lengthAtMost = (max: Bound): string => `Member must have length less than or equal to ${max}`;
export const lengthAtLeast = (min: Bound): string => `Member must have length greater than or equal to ${min}`;
export const valueAtMost = (max: Bound): string => `Member must have value less than or equal to ${max}`;
export const valueAtLeast = (min: Bound): string => `Member must have value greater than or equal to ${min}`;
export const oneOf = (values: readonly string[]): string => `Member must satisfy enum value set: [${inRecordedOrder(values).join(", ")}]`;
export const matching = (pattern: string): string => `Member must satisfy regular expression pattern: ${pattern}`;
export const items = (rules: readonly string[]): string => `Member must satisfy constraint: [${rules.join(", ")}]`;
export const mapKeys = (rules: readonly string[]): string => `Map keys must satisfy constraint: [${rules.join(", ")}]`;
export const mapValues = (rules: readonly string[]): string => `Map value must satisfy constraint: [${rules.join(", ")}]`;
/** Ours: AWS has the member, this server's edition of its API has not. */
export const notKnownYet = "Member must not be set, Lambent does not support it yet";

/** Coral lowers the first letter alone: `KMSKeyArn` is `kMSKeyArn`. */
export const lowerCamel = (member: string): string => member.charAt(0).toLowerCase() + member.slice(1);

/** Longest print of one value; AWS has no such limit, but hostile input must not be multiplied. */
const longestPrint = 10_240;

/** A value as Java prints it. */
export function printed(value: unknown): string {
  const parts: string[] = [];
  let room = longestPrint;
  const add = (text: string): void => {
    if (room > 0) parts.push(text.length > room ? `${text.slice(0, room)}…` : text);
    room -= text.length;
  };
  const addAll = (entries: Iterable<readonly [key: string | number, value: unknown]>): void => {
    let separator = "";
    for (const [key, item] of entries) {
      if (room <= 0) return;
      add(typeof key === "string" ? `${separator}${key}=` : separator);
      addOne(item);
      separator = ", ";
    }
  };
  const addOne = (one: unknown): void => {
    if (one instanceof Uint8Array) {
      // What Java's ByteBuffer says of itself; the bytes stay out.
      add(`java.nio.HeapByteBuffer[pos=0 lim=${one.byteLength} cap=${one.byteLength}]`);
    } else if (Array.isArray(one)) {
      add("[");
      addAll(one.entries());
      add("]");
    } else if (typeof one === "object" && one !== null && !(one instanceof Date)) {
      add("{");
      addAll(Object.entries(one));
      add("}");
    } else {
      add(String(one));
    }
  };
  addOne(value);
  return parts.join("");
}
