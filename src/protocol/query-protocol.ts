// awsQuery and ec2Query: a form in, XML out.
import { collect, withBody } from "./body.ts";
import { newNotes } from "./codec.ts";
import { formReader, parseForm, type FormDialect } from "./form.ts";
import type { OperationCodec, Protocol } from "./operation-codec.ts";
import { isRecord } from "./scalar.ts";
import type { ServiceEntry } from "./service-table.ts";
import { kindOf, membersOf, type OperationSchema } from "./shape.ts";
import type { WireRequest } from "./wire.ts";
import { contentWriter } from "./xml.ts";
import { escapeXml, xmlDeclaration } from "./xml-element.ts";
import { xmlFault } from "./xml-fault.ts";

export const awsQuery = (entry: ServiceEntry): Protocol => queryProtocol("awsQuery", entry);
export const ec2Query = (entry: ServiceEntry): Protocol => queryProtocol("ec2Query", entry);

function queryProtocol(dialect: FormDialect, entry: ServiceEntry): Protocol {
  const namespace = entry.xmlNamespace ?? "";
  return {
    name: dialect,
    asked: askedByAction,
    operation: (schema) => ({
      decode: inputDecoder(schema, dialect),
      encode: outputEncoder(schema, dialect, namespace),
    }),
    encodeFault: xmlFault(dialect, namespace, entry),
  };
}

const formType = "application/x-www-form-urlencoded";

/**
 * The form is in the body or, for a GET and for presigned requests, in the query; some clients send both. Reading the
 * body uses it up, so a service is asked last for the protocols that begin with it (service-table.ts).
 */
async function askedByAction(request: WireRequest) {
  const type = request.headers["content-type"];
  // Without a content type a body is taken for a form as well, unless a target says that it is JSON.
  const mayBeForm = type === undefined ? !("x-amz-target" in request.headers) : type.startsWith(formType);
  const body = mayBeForm && request.method !== "GET" ? Buffer.from(await collect(request)).toString() : "";
  const form = [body, request.query].filter((part) => part !== "").join("&");
  const operation = new URLSearchParams(form).get("Action");
  return operation === null ? undefined : { operation, wire: withBody(request, Buffer.from(form)) };
}

/** Parameters that say which operation is meant and who asks; the rest is input. */
const notInput =
  /^(Action|Version|AWSAccessKeyId|Signature|SignatureMethod|SignatureVersion|SecurityToken|Timestamp|Expires|X-Amz-.*)$/;

function inputDecoder(operation: OperationSchema, dialect: FormDialect): OperationCodec["decode"] {
  const read = formReader(dialect)(operation.input);
  const names = new Set(membersOf(operation.input).map(([name]) => name));
  return async (request) => {
    const notes = newNotes();
    const form = parseForm(Buffer.from(await collect(request)).toString());
    for (const key of form.children.keys()) {
      if (notInput.test(key) && !names.has(key)) form.children.delete(key);
    }
    const input = read(form, "", notes);
    if (!isRecord(input)) return { input: {}, unknownMembers: notes.unknownMembers };
    // Old SQS clients say which queue they mean by posting to its URL only.
    if (names.has("QueueUrl") && input["QueueUrl"] === undefined && request.path.length > 1) {
      input["QueueUrl"] = `http://${request.headers["host"] ?? ""}${request.path}`;
    }
    return { input, unknownMembers: notes.unknownMembers };
  };
}

function outputEncoder(operation: OperationSchema, dialect: FormDialect, namespace: string): OperationCodec["encode"] {
  const write = contentWriter(operation.output);
  const { name } = operation;
  const open = `${xmlDeclaration}<${name}Response xmlns="${escapeXml(namespace)}">`;
  // A result without members is there all the same: botocore looks for it.
  const hasResult = kindOf(operation.output) === "structure";
  return (output, requestId) => {
    if (!isRecord(output)) throw new TypeError(`output of ${name} must be an object`);
    const content = write(output);
    const id = escapeXml(requestId);
    const body =
      dialect === "ec2Query"
        ? `<requestId>${id}</requestId>${content}`
        : `${hasResult ? `<${name}Result>${content}</${name}Result>` : ""}<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
    return { status: 200, headers: { "Content-Type": "text/xml" }, body: `${open}${body}</${name}Response>` };
  };
}
