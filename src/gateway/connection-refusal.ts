// Answers to connections that speak no proper HTTP: too large, too slow, malformed, smuggled (RFC 9112, 11.2). There is
// no request to answer then, so the answer is written by hand and the connection ends.
import type { Duplex } from "node:stream";

interface Refusal {
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

/** `error.code` is the parser's (HPE_…) or node:http's own (ERR_HTTP_…). */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Nobody is there to read an answer.
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = refusalOf(error.code ?? "");
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nx-amzn-ErrorType: ${code}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function refusalOf(code: string): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: "431 Request Header Fields Too Large",
        code: "RequestHeaderSectionTooLarge",
        message: "The request line and headers are too large.",
      };
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return {
        status: "413 Payload Too Large",
        code: "RequestEntityTooLargeException",
        message: "The chunk extensions are too large.",
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return {
        status: "408 Request Timeout",
        code: "RequestTimeout",
        message: "The request headers did not arrive in time.",
      };
    default:
      return { status: "400 Bad Request", code: "BadRequestException", message: "The request is not valid HTTP/1.1." };
  }
}
