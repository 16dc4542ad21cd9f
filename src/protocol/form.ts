// Forms of awsQuery and ec2Query: `Filter.1.Name=a&Filter.1.Value.1=b` as a tree, and the tree as typed input.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#query-key-resolution
import { pathTo, type Notes } from "./codec.ts";
import { deepestNesting, serialization, tooDeep } from "./faults.ts";
import { setOwn } from "./scalar.ts";
import { compiledOnce, kindOf, membersOf, type Shape } from "./shape.ts";
import { textReader } from "./text-value.ts";
import { partElement } from "./xml.ts";

/** One step of a key; it has a value where a key ends. */
export interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

const newNode = (): FormNode => ({ value: undefined, children: new Map() });

/** Children are in a Map: a step may be called `__proto__`. */
export function parseForm(text: string): FormNode {
  const root = newNode();
  for (const [key, value] of new URLSearchParams(text)) {
    const steps = key.split(".", deepestNesting + 1);
    if (steps.length > deepestNesting) throw tooDeep();
    let node = root;
    for (const step of steps) {
      const next = node.children.get(step) ?? newNode();
      node.children.set(step, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}

type Read = (node: FormNode, at: string, notes: Notes) => unknown;

/** How the two query protocols name members (Smithy: aws.protocols#ec2QueryName). */
export type FormDialect = "awsQuery" | "ec2Query";

/** EC2 has a name of its own for members, else the XML name with a capital. */
function memberKey(name: string, shape: Shape, dialect: FormDialect): string {
  const { xmlName, ec2QueryName } = shape.getMergedTraits();
  const key = xmlName ?? name;
  if (dialect === "awsQuery") return key;
  return typeof ec2QueryName === "string" ? ec2QueryName : key.slice(0, 1).toUpperCase() + key.slice(1);
}

const index = /^\d{1,9}$/;

/** Numbered children in their order, in both forms: flat as `Name.1`, or under a name as `Name.member.1`. */
function numbered(node: FormNode, part: string): FormNode[] {
  const holder = node.children.get(part) ?? node;
  return [...holder.children]
    .filter(([key]) => index.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

type ReaderOf = (shape: Shape) => Read;

function structureReader(shape: Shape, readerOf: ReaderOf, dialect: FormDialect): Read {
  // ReceiveMessage has two members for one key; the first is the one that old clients mean.
  const members = new Map(
    membersOf(shape)
      .toReversed()
      .map(([name, member]) => [memberKey(name, member, dialect), { name, read: readerOf(member) }]),
  );
  return (node, at, notes) => {
    const read: Record<string, unknown> = {};
    for (const [key, child] of node.children) {
      const member = members.get(key);
      if (member === undefined) notes.unknownMembers.push(pathTo(at, key));
      else read[member.name] = member.read(child, pathTo(at, member.name), notes);
    }
    return read;
  };
}

function listReader(shape: Shape, readerOf: ReaderOf): Read {
  const item = shape.getValueSchema();
  const part = partElement(item, "member");
  const readItem = readerOf(item);
  return (node, at, notes) => numbered(node, part).map((child) => readItem(child, at, notes));
}

/** Entries are numbered like items, each with a key and a value under the names that the schema gives them. */
function mapReader(shape: Shape, readerOf: ReaderOf): Read {
  const keyPart = partElement(shape.getKeySchema(), "key");
  const valuePart = partElement(shape.getValueSchema(), "value");
  const readItem = readerOf(shape.getValueSchema());
  return (node, at, notes) => {
    const read: Record<string, unknown> = {};
    for (const { children } of numbered(node, "entry")) {
      const key = children.get(keyPart)?.value;
      const value = children.get(valuePart);
      if (key === undefined || value === undefined) throw serialization(`Entry without key or value: ${at}`);
      setOwn(read, key, readItem(value, pathTo(at, key), notes));
    }
    return read;
  };
}

export function formReader(dialect: FormDialect): ReaderOf {
  const readerOf: ReaderOf = compiledOnce((shape): Read => {
    const kind = kindOf(shape);
    if (kind === "structure" || kind === "unit") return structureReader(shape, readerOf, dialect);
    if (kind === "list") return listReader(shape, readerOf);
    if (kind === "map") return mapReader(shape, readerOf);
    const read = textReader(shape, "label");
    return ({ value }, at) => {
      if (value === undefined) throw serialization(`Unexpected structure: ${at}`);
      return read(value, at);
    };
  });
  return readerOf;
}
