// XML bodies: requests and answers of restXml, answers of awsQuery and ec2Query.
// https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings
import { pathTo, type BodyCodec, type Notes } from "./codec.ts";
import { malformedXml } from "./faults.ts";
import { base64, isRecord, setOwn, timestampFormat, timestampText } from "./scalar.ts";
import { compiledOnce, kindOf, membersOf, type Shape } from "./shape.ts";
import { textReader } from "./text-value.ts";
import { escapeXml, parseXml, xmlDeclaration, type XmlElement } from "./xml-element.ts";

type Read = (element: XmlElement, at: string, notes: Notes) => unknown;

/** Names as the members of a structure, the items of a list and the parts of a map have them in XML. */
const memberElement = (name: string, shape: Shape): string => shape.getMemberTraits().xmlName ?? name;
export const partElement = (shape: Shape, otherwise: string): string => shape.getMergedTraits().xmlName ?? otherwise;
const isFlat = (shape: Shape): boolean => Boolean(shape.getMergedTraits().xmlFlattened);

/** Root element of a body that holds this shape. */
const rootElement = (shape: Shape): string => shape.getMergedTraits().xmlName ?? shape.getName() ?? "";

interface XmlMember {
  readonly name: string;
  /** Takes all elements of one name: a flattened list is many of them. */
  readonly read: (elements: XmlElement[], at: string, notes: Notes) => unknown;
}

/** A flattened list or map has no element around it: its items stand beside the other members. */
function xmlMember(name: string, shape: Shape): XmlMember {
  const kind = kindOf(shape);
  if (kind === "list" && isFlat(shape)) {
    const readItem = reader(shape.getValueSchema());
    return { name, read: (elements, at, notes) => elements.map((element) => readItem(element, at, notes)) };
  }
  if (kind === "map" && isFlat(shape)) {
    const readEntries = entriesReader(shape);
    return { name, read: readEntries };
  }
  const read = reader(shape);
  return {
    name,
    read: ([element], at, notes) => (element === undefined ? undefined : read(element, at, notes)),
  };
}

/** Attributes are members too (`xsi:type` of S3's grantees). */
function structureReader(shape: Shape): Read {
  const all = membersOf(shape);
  const members = new Map(
    all
      .filter(([, member]) => !member.getMergedTraits().xmlAttribute)
      .map(([name, member]) => [memberElement(name, member), xmlMember(name, member)]),
  );
  const attributes = all
    .filter(([, member]) => member.getMergedTraits().xmlAttribute)
    .map(([name, member]) => ({ name, wireName: memberElement(name, member), read: textReader(member, "label") }));
  return (element, at, notes) => {
    const read: Record<string, unknown> = {};
    for (const { name, wireName, read: readAttribute } of attributes) {
      const text = element.attributes[wireName];
      if (text !== undefined) read[name] = readAttribute(text, pathTo(at, name));
    }
    for (const [wireName, elements] of Map.groupBy(element.children, (child) => child.name)) {
      const member = members.get(wireName);
      if (member === undefined) notes.unknownMembers.push(pathTo(at, wireName));
      else read[member.name] = member.read(elements, pathTo(at, member.name), notes);
    }
    return read;
  };
}

function listReader(shape: Shape): Read {
  const item = shape.getValueSchema();
  const name = partElement(item, "member");
  const readItem = reader(item);
  return (element, at, notes) =>
    element.children.filter((child) => child.name === name).map((child) => readItem(child, at, notes));
}

/** Entries of a map, wherever they stand. */
function entriesReader(shape: Shape): XmlMember["read"] {
  const keyName = partElement(shape.getKeySchema(), "key");
  const valueName = partElement(shape.getValueSchema(), "value");
  const readValue = reader(shape.getValueSchema());
  return (entries, at, notes) => {
    const map: Record<string, unknown> = {};
    for (const { children } of entries) {
      const key = children.find(({ name }) => name === keyName)?.text;
      const value = children.find(({ name }) => name === valueName);
      if (key === undefined || value === undefined) throw malformedXml(new SyntaxError("entry without key or value"));
      setOwn(map, key, readValue(value, pathTo(at, key), notes));
    }
    return map;
  };
}

function mapReader(shape: Shape): Read {
  const readEntries = entriesReader(shape);
  return (element, at, notes) =>
    readEntries(
      element.children.filter(({ name }) => name === "entry"),
      at,
      notes,
    );
}

const reader = compiledOnce((shape): Read => {
  const kind = kindOf(shape);
  if (kind === "structure" || kind === "unit") return structureReader(shape);
  if (kind === "list") return listReader(shape);
  if (kind === "map") return mapReader(shape);
  const read = textReader(shape, "label");
  return ({ text }, at) => read(text, at);
});

/** Writes the element, or elements, that a value is under the given name. */
type WriteXml = (name: string, value: unknown) => string;

const tag = (name: string, attributes: string, content: string): string =>
  content === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;

const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

/** Namespaces of single members; that of the document stands at its root. */
function namespaceAttribute(shape: Shape): string {
  const namespace: unknown = shape.getMergedTraits().xmlNamespace;
  const [prefix, uri] = Array.isArray(namespace) ? namespace.map(String) : [];
  if (uri === undefined || uri === "") return "";
  return prefix === undefined || prefix === "" ? ` xmlns="${escapeXml(uri)}"` : ` xmlns:${prefix}="${escapeXml(uri)}"`;
}

function structureWriter(shape: Shape): WriteXml {
  const write = contentWriter(shape);
  const attributes = membersOf(shape)
    .filter(([, member]) => member.getMergedTraits().xmlAttribute)
    .map(([name, member]) => ({ name, wireName: memberElement(name, member) }));
  const namespace = namespaceAttribute(shape);
  return (element, value) => {
    if (!isRecord(value)) throw new TypeError(`${shape.getName() ?? element} must be an object`);
    const own = attributes
      .filter(({ name }) => isPresent(value[name]))
      .map(({ name, wireName }) => ` ${wireName}="${escapeXml(String(value[name]))}"`);
    return tag(element, namespace + own.join(""), write(value));
  };
}

/** The elements inside of a structure. */
export function contentWriter(shape: Shape): (value: Readonly<Record<string, unknown>>) => string {
  const members = membersOf(shape)
    .filter(([, member]) => !member.getMergedTraits().xmlAttribute)
    .map(([name, member]) => ({ name, wireName: memberElement(name, member), write: writer(member) }));
  return (value) => {
    let content = "";
    for (const { name, wireName, write } of members) {
      const item = value[name];
      if (isPresent(item)) content += write(wireName, item);
    }
    return content;
  };
}

/** Items of a flattened list take the name of the list, others the name that their schema has for items. */
function listWriter(shape: Shape): WriteXml {
  const item = shape.getValueSchema();
  const itemName = partElement(item, "member");
  const writeItem = writer(item);
  const flat = isFlat(shape);
  return (name, value) => {
    if (!Array.isArray(value)) throw new TypeError(`${shape.getName() ?? name} must be a list`);
    const items = value.filter(isPresent).map((entry) => writeItem(flat ? name : itemName, entry));
    return flat ? items.join("") : tag(name, "", items.join(""));
  };
}

function mapWriter(shape: Shape): WriteXml {
  const keyName = partElement(shape.getKeySchema(), "key");
  const valueName = partElement(shape.getValueSchema(), "value");
  const writeValue = writer(shape.getValueSchema());
  const flat = isFlat(shape);
  return (name, value) => {
    if (!isRecord(value)) throw new TypeError(`${shape.getName() ?? name} must be an object`);
    const entries = Object.entries(value)
      .filter(([, item]) => isPresent(item))
      .map(([key, item]) =>
        tag(flat ? name : "entry", "", tag(keyName, "", escapeXml(key)) + writeValue(valueName, item)),
      );
    return flat ? entries.join("") : tag(name, "", entries.join(""));
  };
}

/** Leaves as text. Times are ISO 8601 in XML unless the schema says otherwise. */
function textWriter(shape: Shape): (value: unknown) => string {
  const format = timestampFormat(shape, "date-time");
  return (value) => {
    if (value instanceof Date) return timestampText(value, format);
    return value instanceof Uint8Array ? base64(value) : String(value);
  };
}

const writer = compiledOnce((shape): WriteXml => {
  const kind = kindOf(shape);
  if (kind === "structure" || kind === "unit") return structureWriter(shape);
  if (kind === "list") return listWriter(shape);
  if (kind === "map") return mapWriter(shape);
  const write = textWriter(shape);
  return (name, value) => tag(name, "", escapeXml(write(value)));
});

const utf8 = new TextDecoder("utf-8", { fatal: true });

function textOf(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw malformedXml(error);
  }
}

/** Roots are written with the service's namespace and read whatever they are called: SDKs differ in both. */
export function xmlCodec(namespace: string): BodyCodec {
  return {
    contentType: "application/xml",
    reader: (shape) => {
      const read = reader(shape);
      return (body, notes) => (body.byteLength === 0 ? {} : read(parseXml(textOf(body)), "", notes));
    },
    writer: (shape) => {
      const root = rootElement(shape);
      const xmlns = ` xmlns="${escapeXml(namespace)}"`;
      const write = unwrappedMember(shape, root) ?? contentWriter(shape);
      return (value) => {
        if (!isRecord(value)) throw new TypeError(`${root} must be an object`);
        return xmlDeclaration + tag(root, xmlns, write(value));
      };
    },
  };
}

/**
 * GetBucketLocation answers `<LocationConstraint>eu-west-1</LocationConstraint>`, the member being the root (trait
 * s3UnwrappedXmlOutput, which the client's schema does not carry; names tell).
 */
function unwrappedMember(
  shape: Shape,
  root: string,
): ((value: Readonly<Record<string, unknown>>) => string) | undefined {
  const [only, ...others] = membersOf(shape);
  if (only === undefined || others.length > 0 || only[0] !== root || kindOf(only[1]) !== "string") return undefined;
  return (value) => (isPresent(value[root]) ? escapeXml(String(value[root])) : "");
}
