// HTTP bindings of a REST operation, compiled once: which member travels in path, query, header, status or body.
// https://smithy.io/2.0/spec/http-bindings.html
import { pathTo, type BodyCodec, type Notes } from "./codec.ts";
import { isRecord, setOwn } from "./scalar.ts";
import { kindOf, membersOf, structureOf, type Member, type Shape } from "./shape.ts";
import { headerWriter, textReader, type ReadText } from "./text-value.ts";
import type { WireRequest } from "./wire.ts";

type Input = Record<string, unknown>;

/** A member that travels as text under a name: `read` makes its value of it. */
interface BoundText {
  readonly name: string;
  readonly key: string;
  readonly read: ReadText;
}

/** Reads everything but the body. */
export type ReadHead = (request: WireRequest, labels: ReadonlyMap<string, string>, input: Input) => void;

const textMembers = (members: readonly Member[], pick: (shape: Shape) => string | undefined): [Member, string][] =>
  members.flatMap((member): [Member, string][] => {
    const key = pick(member[1]);
    return key === undefined ? [] : [[member, key]];
  });

/** Labels were cut out of the path by its template. */
function labelReader(members: readonly Member[]): ReadHead {
  const bound = members
    .filter(([, shape]) => shape.getMergedTraits().httpLabel)
    .map(([name, shape]) => ({ name, read: textReader(shape, "label") }));
  return (_request, labels, input) => {
    for (const { name, read } of bound) {
      const text = labels.get(name);
      if (text !== undefined) input[name] = read(text, name);
    }
  };
}

/** Header names arrive in lower case. A prefix takes all headers that begin with it, the rest of the name is the key. */
function headerReader(members: readonly Member[]): ReadHead {
  const bound = textMembers(members, (shape) => shape.getMergedTraits().httpHeader?.toLowerCase()).map(
    ([[name, shape], key]): BoundText => ({ name, key, read: textReader(shape, "header") }),
  );
  const prefixed = textMembers(members, (shape) => shape.getMergedTraits().httpPrefixHeaders?.toLowerCase()).map(
    ([[name, shape], key]): BoundText => ({ name, key, read: textReader(shape.getValueSchema(), "header") }),
  );
  return ({ headers }, _labels, input) => {
    for (const { name, key, read } of bound) {
      const text = headers[key];
      if (text !== undefined) input[name] = read(text, name);
    }
    for (const { name, key, read } of prefixed) {
      const names = Object.keys(headers).filter((header) => header.startsWith(key));
      if (names.length === 0) continue;
      const map: Input = {};
      for (const header of names) setOwn(map, header.slice(key.length), read(headers[header] ?? "", name));
      input[name] = map;
    }
  };
}

/** Every item of a list is a parameter of its own. Undefined where no member travels in the query, as in Invoke mostly. */
function queryReader(members: readonly Member[], templateKeys: ReadonlySet<string>): ReadHead | undefined {
  const bound = textMembers(members, (shape) => shape.getMergedTraits().httpQuery).map(([[name, shape], key]) => {
    const list = kindOf(shape) === "list";
    return {
      name,
      key,
      list,
      textual: kindOf(shape) === "string" || list,
      read: textReader(list ? shape.getValueSchema() : shape, "query"),
    };
  });
  const rest = members.find(([, shape]) => shape.getMergedTraits().httpQueryParams);
  if (bound.length === 0 && rest === undefined) return undefined;
  const readRest =
    rest === undefined ? undefined : restOfQuery(rest, new Set([...bound.map(({ key }) => key), ...templateKeys]));
  return ({ query }, _labels, input) => {
    if (query === "") return;
    const parameters = new URLSearchParams(query);
    for (const { name, key, list, textual, read } of bound) {
      const values = parameters.getAll(key);
      const first = values[0];
      // `?MaxItems=` is how some clients leave a number out.
      if (first === undefined || (first === "" && !textual)) continue;
      input[name] = list ? values.map((value) => read(value, name)) : read(first, name);
    }
    readRest?.(parameters, input);
  };
}

/** The one map that takes all parameters that nothing else takes (trait httpQueryParams). */
function restOfQuery([name, shape]: Member, taken: ReadonlySet<string>) {
  const lists = kindOf(shape.getValueSchema()) === "list";
  return (parameters: URLSearchParams, input: Input): void => {
    const map: Input = {};
    for (const key of new Set(parameters.keys())) {
      if (!taken.has(key)) setOwn(map, key, lists ? parameters.getAll(key) : (parameters.get(key) ?? ""));
    }
    if (Object.keys(map).length > 0) input[name] = map;
  };
}

export function headReader(input: Shape, templateKeys: ReadonlySet<string>): ReadHead {
  const members = membersOf(input);
  const steps = [labelReader(members), headerReader(members), queryReader(members, templateKeys)];
  return (request, labels, target) => {
    for (const step of steps) step?.(request, labels, target);
  };
}

const isInHead = (shape: Shape): boolean => {
  const { httpLabel, httpHeader, httpPrefixHeaders, httpQuery, httpQueryParams } = shape.getMergedTraits();
  return Boolean(httpLabel || httpHeader || httpPrefixHeaders !== undefined || httpQuery || httpQueryParams);
};

/** What the body of a REST message holds: nothing, one member as it is, or a structure of all members left over. */
export type BodyBinding =
  | { readonly kind: "none" }
  | { readonly kind: "stream"; readonly name: string; readonly shape: Shape }
  | { readonly kind: "events"; readonly name: string; readonly shape: Shape }
  | { readonly kind: "raw"; readonly name: string; readonly shape: Shape; readonly text: boolean }
  | { readonly kind: "payload"; readonly name: string; readonly shape: Shape }
  | { readonly kind: "members"; readonly shape: Shape };

/** `inHead` tells the members that travel outside of the body, which differ between requests and answers. */
function bodyBinding(whole: Shape, inHead: (shape: Shape) => boolean): BodyBinding {
  const members = membersOf(whole);
  const payload = members.find(([, shape]) => shape.getMergedTraits().httpPayload);
  if (payload === undefined) {
    const left = members.filter(([, shape]) => !inHead(shape));
    return left.length === 0 ? { kind: "none" } : { kind: "members", shape: structureOf(whole, left) };
  }
  const [name, shape] = payload;
  const kind = kindOf(shape);
  if (shape.isStreaming()) return { kind: kind === "structure" ? "events" : "stream", name, shape };
  if (kind === "blob" || kind === "string") return { kind: "raw", name, shape, text: kind === "string" };
  return { kind: "payload", name, shape };
}

export const inputBody = (input: Shape): BodyBinding => bodyBinding(input, isInHead);

/** In answers only headers and status are outside of the body; labels and parameters of a shared shape are inside. */
const isInResponseHead = (shape: Shape): boolean => {
  const { httpHeader, httpPrefixHeaders, httpResponseCode } = shape.getMergedTraits();
  return Boolean(httpHeader || httpPrefixHeaders !== undefined || httpResponseCode);
};

export const outputBody = (output: Shape): BodyBinding => bodyBinding(output, isInResponseHead);

/** Writes headers and finds the status. */
export type WriteHead = (output: Input, target: Record<string, string>) => number | undefined;

export function headWriter(output: Shape): WriteHead {
  const members = membersOf(output);
  const headers = textMembers(members, (shape) => shape.getMergedTraits().httpHeader).map(([[name, shape], key]) => ({
    name,
    key,
    write: headerWriter(shape),
  }));
  const prefixed = textMembers(members, (shape) => shape.getMergedTraits().httpPrefixHeaders).map(
    ([[name, shape], key]) => ({ name, key, write: headerWriter(shape.getValueSchema()) }),
  );
  const status = members.find(([, shape]) => shape.getMergedTraits().httpResponseCode)?.[0];
  return (value, target) => {
    for (const { name, key, write } of headers) {
      const item = value[name];
      if (item !== undefined && item !== null) target[key] = write(item);
    }
    for (const { name, key, write } of prefixed) {
      const map = value[name];
      if (!isRecord(map)) continue;
      for (const [suffix, item] of Object.entries(map)) target[key + suffix] = write(item);
    }
    const code = status === undefined ? undefined : value[status];
    return typeof code === "number" ? code : undefined;
  };
}

/** Reads a collected body into the input. */
export function bodyReader(
  binding: BodyBinding,
  codec: BodyCodec,
): (body: Uint8Array, input: Input, notes: Notes) => void {
  switch (binding.kind) {
    case "raw":
      return (body, input) => {
        // No body and an empty one look alike on the wire; an absent blob is what clients mean by both.
        if (body.byteLength > 0) input[binding.name] = binding.text ? Buffer.from(body).toString() : body;
      };
    case "payload": {
      const read = codec.reader(binding.shape);
      return (body, input, notes) => {
        if (body.byteLength === 0) return;
        const from = notes.unknownMembers.length;
        input[binding.name] = read(body, notes);
        for (let i = from; i < notes.unknownMembers.length; i += 1) {
          notes.unknownMembers[i] = pathTo(binding.name, notes.unknownMembers[i] ?? "");
        }
      };
    }
    case "members": {
      const read = codec.reader(binding.shape);
      return (body, input, notes) => void Object.assign(input, read(body, notes));
    }
    case "none":
    case "stream":
    case "events":
      return () => undefined;
    default:
      return binding satisfies never;
  }
}
