// XML text as a tree of elements. The parser is saxes: strict, and it never expands what a document type declares; a
// document that declares one is refused outright.
import { SaxesParser } from "saxes";
import { deepestNesting, malformedXml, tooDeep } from "./faults.ts";

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

export function parseXml(xml: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on("error", (error) => {
    throw malformedXml(error);
  });
  parser.on("doctype", () => {
    throw malformedXml(new SyntaxError("document type declarations are not accepted"));
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length >= deepestNesting) throw tooDeep();
    const element: XmlElement = { name: localName(name), attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("closetag", () => void open.pop());
  const onText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.write(xml).close();
  if (root === undefined) throw malformedXml(new SyntaxError("no element"));
  return root;
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Line ends other than \n would be normalised away by a parser (XML 1.0, 2.11), so they travel as references. */
export const escapeXml = (text: string): string =>
  text.replaceAll(/[&<>"\r\n\t\u0085\u2028]/g, (char) => escapes[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
