// Replies to the guest, each in one write. JSON without a Date: clients look at status and body only.
import type { Fault } from "../../../core/faults.ts";

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /** Complete lines, each with its CRLF. */
  readonly headers?: string;
  readonly body: Uint8Array;
}

const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Request Entity Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  505: "HTTP Version Not Supported",
};

export const accepted: Reply = { status: 202, contentType: "application/json", body: Buffer.from('{"status":"OK"}') };

export const continueLine = "HTTP/1.1 100 Continue\r\n\r\n";

export const faultReply = (fault: Fault): Reply => ({
  status: fault.status,
  contentType: "application/json",
  body: Buffer.from(JSON.stringify({ errorMessage: fault.message, errorType: fault.code })),
});

export function encodeReply(reply: Reply, keepAlive: boolean): Buffer {
  const connection = keepAlive ? "" : "Connection: close\r\n";
  const head =
    `HTTP/1.1 ${reply.status} ${reasons[reply.status] ?? "Status"}\r\nContent-Type: ${reply.contentType}\r\n` +
    `Content-Length: ${reply.body.length}\r\n${connection}${reply.headers ?? ""}\r\n`;
  const headLength = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(headLength + reply.body.length);
  bytes.write(head);
  bytes.set(reply.body, headLength);
  return bytes;
}

/** A value as one header line can carry it: a line break inside would let a caller write headers of its own. */
// oxlint-disable-next-line no-control-regex
export const headerValue = (text: string): string => text.replace(/[\x00-\x1f\x7f]+/g, " ");
