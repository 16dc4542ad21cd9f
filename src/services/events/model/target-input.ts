// What of an event a target gets: the whole, a part, a constant, or a text with parts of it filled in.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import { type JsonNode, jsonTextOf, JsonTextError, readJsonText } from "../../../core/pattern/json-text.ts";
import { inputNotJson, invalidInputPath, invalidPlaceholder, reservedPathName, severalInputs } from "../faults/rules.ts";
import type { BusEvent } from "./event.ts";
import { type JsonPath, readJsonPath } from "./json-path.ts";
import type { TargetRecord } from "./rule.ts";

interface Rule {
  readonly arn: string;
  readonly name: string;
}

/** Undefined: what came out is not JSON, and AWS drops the event. */
export type TargetInput = (event: BusEvent, rule: Rule) => string | undefined;

type Shaping = Pick<TargetRecord, "Id" | "Input" | "InputPath" | "InputTransformer">;

/** Fault: more than one way is named, or one that is malformed. */
export function readTargetInput({ Id, Input, InputPath, InputTransformer }: Shaping): TargetInput {
  if ([Input, InputPath, InputTransformer].filter((way) => way !== undefined).length > 1) throw severalInputs(Id);
  if (Input !== undefined) {
    if (!isJson(Input)) throw inputNotJson(Id);
    return () => Input;
  }
  if (InputPath !== undefined) {
    const path = requirePath(InputPath, Id);
    return ({ node }) => {
      const found = path.find(node);
      return found === undefined ? undefined : jsonTextOf(found);
    };
  }
  return InputTransformer === undefined ? ({ text }) => text : readTransformer(Id, InputTransformer);
}

function requirePath(text: string, id: string): JsonPath {
  const path = readJsonPath(text);
  if (path === undefined) throw invalidInputPath(id);
  return path;
}

/** What a placeholder stands for; undefined: nothing. */
type Value = (event: BusEvent, rule: Rule) => JsonNode | undefined;

const text = (value: string): JsonNode => ({ kind: "string", value, at: 0 });

const reserved: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["aws.events.rule-arn", (_event, { arn }) => text(arn)],
  ["aws.events.rule-name", (_event, { name }) => text(name)],
  ["aws.events.event.ingestion-time", ({ arrivedMs }) => text(new Date(arrivedMs).toISOString())],
  ["aws.events.event", ({ node }) => withoutDetail(node)],
  ["aws.events.event.json", ({ node }) => node],
]);

/** The event without its detail, and `detail-type` spelt as a name. */
function withoutDetail(node: JsonNode): JsonNode {
  if (node.kind !== "object") return node;
  const members = [...node.members].filter(([name]) => name !== "detail");
  return { ...node, members: new Map(members.map(([name, value]) => [name === "detail-type" ? "detailType" : name, value])) };
}

const placeholder = /<([\w.-]+)>/g;

function readTransformer(id: string, { InputPathsMap = {}, InputTemplate }: NonNullable<TargetRecord["InputTransformer"]>): TargetInput {
  const values = new Map(reserved);
  for (const [name, path] of Object.entries(InputPathsMap)) {
    if (name.startsWith("AWS")) throw reservedPathName(id, name);
    const read = requirePath(path ?? "", id);
    values.set(name, ({ node }) => read.find(node));
  }
  const parts = readTemplate(InputTemplate, (name) => {
    const value = values.get(name);
    if (value === undefined) throw invalidPlaceholder(id, name);
    return value;
  });
  const isText = InputTemplate.trimStart().startsWith('"');
  const isJsonTemplate = /^\s*[[{<]/.test(InputTemplate);
  return (event, rule) => {
    const filled = parts.map((part) => (typeof part === "string" ? part : fill(part.value(event, rule), part.isQuoted, isText))).join("");
    return isJsonTemplate && !isJson(filled) ? undefined : filled;
  };
}

/** `isQuoted`: the placeholder stands inside a JSON string. */
type Part = string | { readonly value: Value; readonly isQuoted: boolean };

function readTemplate(template: string, valueOf: (name: string) => Value): readonly Part[] {
  const parts: Part[] = [];
  let [from, isQuoted] = [0, false];
  for (const found of template.matchAll(placeholder)) {
    const before = template.slice(from, found.index);
    isQuoted = quotedAfter(before, isQuoted);
    parts.push(before, { value: valueOf(found[1] ?? ""), isQuoted });
    from = found.index + found[0].length;
  }
  return [...parts, template.slice(from)];
}

/** Whether what comes next stands inside a string. */
function quotedAfter(template: string, isQuoted: boolean): boolean {
  for (let at = 0; at < template.length; at += 1) {
    if (template[at] === "\\") at += 1;
    else if (template[at] === '"') isQuoted = !isQuoted;
  }
  return isQuoted;
}

function fill(value: JsonNode | undefined, isQuoted: boolean, isText: boolean): string {
  if (value === undefined) return isQuoted ? "" : '""';
  if (!isQuoted) return jsonTextOf(value);
  if (value.kind === "string") return JSON.stringify(value.value).slice(1, -1);
  const json = jsonTextOf(value);
  // In a text AWS takes the quotes away; inside the string of a JSON template they stay, and break it.
  return isText ? json.replaceAll('"', "") : json;
}

function isJson(value: string): boolean {
  try {
    readJsonText(value);
    return true;
  } catch (error) {
    if (error instanceof JsonTextError) return false;
    throw error;
  }
}
