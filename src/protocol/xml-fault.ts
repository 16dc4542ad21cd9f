// Faults in XML, each protocol in a wrapping of its own.
import type { Fault } from "../core/faults.ts";
import { errorShape, isMessage, queryCodeOf } from "./fault-body.ts";
import type { ServiceEntry } from "./service-table.ts";
import { membersOf, structureOf, type Shape } from "./shape.ts";
import type { WireResponse } from "./wire.ts";
import { contentWriter } from "./xml.ts";
import { escapeXml, xmlDeclaration } from "./xml-element.ts";

export type XmlFaultForm = "awsQuery" | "ec2Query" | "restXml" | "s3";

const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;

/** Clients find code and message by these paths (Smithy: awsQuery, ec2Query, restXml error responses). */
function wrap(form: XmlFaultForm, error: string, requestId: string, namespace: string): string {
  switch (form) {
    case "awsQuery":
    case "restXml":
      return `<ErrorResponse xmlns="${escapeXml(namespace)}"><Error>${error}</Error>${element("RequestId", requestId)}</ErrorResponse>`;
    case "ec2Query":
      return `<Response><Errors><Error>${error}</Error></Errors>${element("RequestID", requestId)}</Response>`;
    case "s3":
      return `<Error>${error}${element("RequestId", requestId)}${element("HostId", requestId)}</Error>`;
    default:
      return form satisfies never;
  }
}

type WriteMembers = (members: Readonly<Record<string, unknown>>) => string;

/** Members besides code, type and message, which all errors have in common. */
const otherMembers = (shape: Shape): WriteMembers =>
  contentWriter(
    structureOf(
      shape,
      membersOf(errorShape(shape)).filter(([name]) => !isMessage(name) && !["Code", "Type"].includes(name)),
    ),
  );

/** What a model does not describe is text (S3 names bucket and key in errors that have no members). */
const asText: WriteMembers = (members) =>
  Object.entries(members)
    .map(([name, value]) => element(name, String(value)))
    .join("");

/** Of services whose errors are named or worded otherwise in awsQuery. */
type QueryWords = Pick<ServiceEntry, "unmodelledErrors" | "queryMessages">;

export function xmlFault(form: XmlFaultForm, namespace: string, { unmodelledErrors = {}, queryMessages = {} }: QueryWords = {}) {
  const writers = new Map<Shape, WriteMembers>();
  const writerOf = (shape: Shape): WriteMembers => {
    const write = writers.get(shape) ?? otherMembers(shape);
    writers.set(shape, write);
    return write;
  };
  return (fault: Fault, shape: Shape | undefined, requestId: string): WireResponse => {
    const code = shape === undefined ? (unmodelledErrors[fault.code] ?? fault.code) : queryCodeOf(shape);
    const hasType = form === "awsQuery" || form === "restXml";
    const error =
      (hasType ? element("Type", fault.kind === "client" ? "Sender" : "Receiver") : "") +
      element("Code", code) +
      element("Message", queryMessages[fault.message] ?? fault.message) +
      (shape === undefined ? asText : writerOf(shape))(fault.members);
    return {
      status: fault.status,
      headers: { "Content-Type": hasType ? "text/xml" : "application/xml" },
      body: xmlDeclaration + wrap(form, error, requestId, namespace),
    };
  };
}
