// Which operation a REST request asks for: a tree of path segments built from the URI templates of a service.
// Literal segments win over labels, labels over greedy labels; what the query and the headers must carry decides
// between operations that share a path.
import { remembered } from "../core/remembered.ts";
import type { WireRequest } from "./wire.ts";
import { membersOf, type OperationSchema } from "./shape.ts";

type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "label"; readonly name: string }
  | { readonly kind: "greedy"; readonly name: string };

export interface Template {
  readonly segments: readonly Segment[];
  /** Parameters that the template itself carries; one without a value need only be there. */
  readonly query: readonly (readonly [key: string, value: string])[];
}

const labelPattern = /^\{([^{}+]+)(\+?)\}$/;

function segmentOf(text: string): Segment {
  const label = labelPattern.exec(text);
  if (label?.[1] === undefined) return { kind: "literal", text };
  return { kind: label[2] === "+" ? "greedy" : "label", name: label[1] };
}

export function templateOf({ http, input }: OperationSchema): Template {
  const [path = "/", query = ""] = (http?.uri ?? "/").split("?");
  const segments = splitPath(path).map(segmentOf);
  const inPath = new Set(segments.map((segment) => (segment.kind === "literal" ? "" : segment.name)));
  // S3 leaves the bucket out of its templates: its clients put it into host or path themselves.
  const missing = membersOf(input).filter(([name, shape]) => shape.getMergedTraits().httpLabel && !inPath.has(name));
  return {
    segments: [...missing.map(([name]): Segment => ({ kind: "label", name })), ...segments],
    query: [...new URLSearchParams(query)],
  };
}

/** Segments of a path. A slash at its end counts for nothing, except inside a greedy label, which keeps it. */
function splitPath(path: string): string[] {
  const segments = path.split("/");
  segments.shift();
  return segments.length === 1 && segments[0] === "" ? [] : segments;
}

function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // Not an encoding of UTF-8: the text stands for itself, and validation will have its say about it.
    return text;
  }
}

export type Labels = ReadonlyMap<string, string>;

/** Reads the label values of paths that are known to fit the template. */
export const labelReader = (template: Template): ((path: string) => Labels) => remembered((path) => labelsOf(template, path));

function labelsOf({ segments }: Template, path: string): Labels {
  const labels = new Map<string, string>();
  const parts = splitPath(path);
  const greedyAt = segments.findIndex(({ kind }) => kind === "greedy");
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === "literal") continue;
    // What follows a greedy label is counted from the end.
    const start = greedyAt >= 0 && index > greedyAt ? parts.length - (segments.length - index) : index;
    const end = segment.kind === "greedy" ? parts.length - (segments.length - 1 - index) : start + 1;
    labels.set(segment.name, percentDecode(parts.slice(start, end).join("/")));
  }
  return labels;
}

/** Parameter that names the operation where paths alone do not (S3); only newer SDKs send it, so it may be missing. */
const hintKey = "x-id";

interface Candidate {
  readonly operation: string;
  readonly hint: string | undefined;
  readonly query: Template["query"];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

interface Node {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  /** Takes one segment or more; what comes after it is matched from the end. */
  greedy: Node | undefined;
  readonly candidates: Map<string, Candidate[]>;
}

const newNode = (): Node => ({ literals: new Map(), label: undefined, greedy: undefined, candidates: new Map() });

/** Members of a structure that must be there: the schema lists them first and says how many they are. */
function requiredOf(operation: OperationSchema): string[] {
  const schema = operation.input.getSchema();
  if (!Array.isArray(schema)) return [];
  const count: unknown = schema[6];
  return membersOf(operation.input)
    .slice(0, typeof count === "number" ? count : 0)
    .map(([name]) => name);
}

/** What a request must carry to mean this operation rather than another of the same path and method. */
function candidateOf(operation: OperationSchema, template: Template): Candidate {
  const required = new Set(requiredOf(operation));
  const traits = membersOf(operation.input)
    .filter(([name]) => required.has(name))
    .map(([, shape]) => shape.getMergedTraits());
  return {
    operation: operation.name,
    hint: template.query.find(([key]) => key === hintKey)?.[1],
    query: template.query.filter(([key]) => key !== hintKey),
    requiredQuery: traits.flatMap(({ httpQuery }) => httpQuery ?? []),
    requiredHeaders: traits.flatMap(({ httpHeader }) => httpHeader?.toLowerCase() ?? []),
  };
}

const specificity = (candidate: Candidate): number =>
  candidate.query.length * 100 + candidate.requiredQuery.length * 10 + candidate.requiredHeaders.length;

export type FindRoute = (request: WireRequest) => string | undefined;

export function routeTree(operations: readonly OperationSchema[]): FindRoute {
  const root = newNode();
  for (const operation of operations) {
    const template = templateOf(operation);
    const node = template.segments.reduce(descend, root);
    const method = operation.http?.method ?? "POST";
    const candidates = [...(node.candidates.get(method) ?? []), candidateOf(operation, template)];
    node.candidates.set(
      method,
      candidates.toSorted((a, b) => specificity(b) - specificity(a)),
    );
  }
  const leavesOf = remembered((path): readonly Node[] => {
    const parts = splitPath(path);
    return [...leaves(root, parts, 0), ...(parts.at(-1) === "" ? leaves(root, parts.slice(0, -1), 0) : [])];
  });
  return (request) => {
    for (const { candidates } of leavesOf(request.path)) {
      const found = choose(candidates.get(request.method), request);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function descend(node: Node, segment: Segment): Node {
  switch (segment.kind) {
    case "literal": {
      const next = node.literals.get(segment.text) ?? newNode();
      node.literals.set(segment.text, next);
      return next;
    }
    case "label":
      return (node.label ??= newNode());
    case "greedy":
      return (node.greedy ??= newNode());
    default:
      return segment satisfies never;
  }
}

/** Where the path leads, the most specific way first. */
function* leaves(node: Node, parts: readonly string[], index: number): Generator<Node> {
  const part = parts[index];
  if (part === undefined) {
    yield node;
    return;
  }
  const literal = node.literals.get(percentDecode(part));
  if (literal !== undefined) yield* leaves(literal, parts, index + 1);
  if (node.label !== undefined && part !== "") yield* leaves(node.label, parts, index + 1);
  // `/bucket/` names the bucket: a greedy label is never empty.
  if (node.greedy === undefined || (index === parts.length - 1 && part === "")) return;
  for (let after = parts.length; after > index; after -= 1) yield* leaves(node.greedy, parts, after);
}

/** The operation that the request names itself, else the most specific one whose required members are there. */
function choose(candidates: readonly Candidate[] | undefined, request: WireRequest): string | undefined {
  const only = candidates?.[0];
  if (candidates === undefined || only === undefined) return undefined;
  if (candidates.length === 1 && only.query.length === 0) return only.operation;
  const query = new URLSearchParams(request.query);
  const fitting = candidates.filter((candidate) =>
    candidate.query.every(([key, value]) => query.has(key) && (value === "" || query.get(key) === value)),
  );
  const named = query.get(hintKey);
  const hinted = fitting.find(({ hint }) => hint !== undefined && hint === named);
  if (hinted !== undefined) return hinted.operation;
  const complete = fitting.find(
    ({ requiredQuery, requiredHeaders }) =>
      requiredQuery.every((key) => query.has(key)) && requiredHeaders.every((name) => name in request.headers),
  );
  return (complete ?? fitting[0])?.operation;
}
