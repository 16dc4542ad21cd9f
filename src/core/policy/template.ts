// Texts of a policy with policy variables, their defaults and escapes, and wildcards.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
import type { ContextValues } from "./request.ts";
import { PolicySyntaxError } from "./syntax-error.ts";
import { compilePattern, matchesPattern, type Pattern, type PatternPart } from "./wildcard.ts";

interface Variable {
  /** Lower case. */
  readonly key: string;
  readonly fallback: string | undefined;
}

type TemplatePart = PatternPart | Variable;

/** A text that becomes a pattern once the request is known. */
export interface Template {
  readonly source: string;
  readonly parts: readonly TemplatePart[];
  /** Compiled already: there is no variable. */
  readonly fixed: Pattern | undefined;
  readonly ignoresCase: boolean;
}

export interface TemplateOptions {
  /** Whether `${…}` means anything: Version 2012-10-17, and an element that allows it. */
  readonly variables: boolean;
  readonly wildcards: boolean;
  readonly ignoresCase?: boolean;
}

/** `path`: where it stands in the document. */
export function parseTemplate(source: string, { variables, wildcards, ignoresCase = false }: TemplateOptions, path: string): Template {
  const parts: TemplatePart[] = [];
  for (let at = 0; at < source.length; ) {
    const character = source[at];
    if (variables && source.startsWith("${", at)) {
      const { part, end } = parseVariable(source, at, path);
      parts.push(part);
      at = end;
    } else if (wildcards && (character === "*" || character === "?")) {
      parts.push({ wildcard: character });
      at += 1;
    } else {
      const end = literalEnd(source, at + 1, { variables, wildcards });
      parts.push(source.slice(at, end));
      at = end;
    }
  }
  return templateOf(source, parts, ignoresCase);
}

function templateOf(source: string, parts: readonly TemplatePart[], ignoresCase: boolean): Template {
  const folded = ignoresCase ? parts.map((part) => (typeof part === "string" ? part.toLowerCase() : part)) : parts;
  return { source, parts: folded, fixed: isFixed(folded) ? compilePattern(folded) : undefined, ignoresCase };
}

const isVariable = (part: TemplatePart): part is Variable => typeof part === "object" && "key" in part;
const isFixed = (parts: readonly TemplatePart[]): parts is readonly PatternPart[] => !parts.some(isVariable);

function literalEnd(source: string, from: number, { variables, wildcards }: TemplateOptions): number {
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (variables && character === "$" && source[at + 1] === "{") return at;
    if (wildcards && (character === "*" || character === "?")) return at;
  }
  return source.length;
}

/** `${*}`, `${?}`, `${$}`, `${key}` or `${key, 'default'}`, where `''` is a quote. */
function parseVariable(source: string, start: number, path: string): { readonly part: TemplatePart; readonly end: number } {
  const escaped = /^\$\{([*?$])\}/.exec(source.slice(start, start + 4));
  if (escaped?.[1] !== undefined) return { part: escaped[1], end: start + 4 };
  // Sticky and without two ways to read any character: linear.
  const variable = /\$\{\s*([^\s{},'"*?$]+)\s*(?:,\s*'((?:[^']|'')*)'\s*)?\}/y;
  variable.lastIndex = start;
  const found = variable.exec(source);
  if (found?.[1] === undefined) throw new PolicySyntaxError(path, `${JSON.stringify(source)} has a policy variable that is not of the form \${key} or \${key, 'default'}`);
  return { part: { key: found[1].toLowerCase(), fallback: found[2]?.replaceAll("''", "'") }, end: variable.lastIndex };
}

/** Undefined: a variable has no value, or more than one, and no default. Then there is nothing that it equals. */
export function resolveTemplate(template: Template, context: ContextValues): Pattern | undefined {
  if (template.fixed !== undefined) return template.fixed;
  const parts: PatternPart[] = [];
  for (const part of template.parts) {
    const value = isVariable(part) ? valueOf(part, context) : part;
    if (value === undefined) return undefined;
    // A wildcard in a value is text.
    parts.push(template.ignoresCase && typeof value === "string" ? value.toLowerCase() : value);
  }
  return compilePattern(parts);
}

function valueOf({ key, fallback }: Variable, context: ContextValues): string | undefined {
  const values = context.get(key);
  return values?.length === 1 ? values[0] : fallback;
}

export function matchesTemplate(template: Template, text: string, context: ContextValues): boolean {
  const pattern = resolveTemplate(template, context);
  return pattern !== undefined && matchesPattern(pattern, template.ignoresCase ? text.toLowerCase() : text);
}

/** Cut at its first `most - 1` colons; those of variables' names and values are none. */
export function splitAtColons(template: Template, most: number): readonly Template[] {
  const pieces: TemplatePart[][] = [[]];
  for (const part of template.parts) {
    if (typeof part !== "string") {
      pieces.at(-1)?.push(part);
      continue;
    }
    let from = 0;
    for (let at = part.indexOf(":"); at >= 0 && pieces.length < most; at = part.indexOf(":", from)) {
      pieces.at(-1)?.push(part.slice(from, at));
      pieces.push([]);
      from = at + 1;
    }
    pieces.at(-1)?.push(part.slice(from));
  }
  return pieces.map((parts) => templateOf(template.source, parts, template.ignoresCase));
}
