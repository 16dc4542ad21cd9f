// What a function URL answers when there is no response of a function.
import { Fault } from "../../../core/faults.ts";
import type { WireResponse } from "../../../protocol/wire.ts";

/** A policy does not allow the caller, or nobody signed. `cause`: for whoever reads Lambent's log at level debug. */
export const forbidden = (cause: unknown): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message: "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    cause,
  });

/** No URL has the id, or what it leads to is gone. AWS says no more than this. */
export const unknownUrl = (): WireResponse => refusal(403, "AccessDeniedException", { Message: null });

/** 6 MB, as the event that the request becomes: a body in base64 is a third longer. */
export const requestTooLarge = (limitBytes: number): Fault =>
  new Fault({
    code: "RequestEntityTooLargeException",
    status: 413,
    message: `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
  });

/** A fault as Lambda writes it: the text of this one type is under `Message`. */
export function refused(fault: Fault): WireResponse {
  const { code, status, message } = fault;
  if (code === "ResourceNotFoundException") return unknownUrl();
  const { retryAfterSeconds, ...members } = fault.members;
  const response = refusal(status, code, code === "AccessDeniedException" ? { Message: message } : { ...members, message });
  if (typeof retryAfterSeconds === "string") response.headers["retry-after"] = retryAfterSeconds;
  return response;
}

/** The function failed, timed out or crashed, or its response is none. */
export const badGateway = (): WireResponse => ({
  status: 502,
  headers: { "content-type": "application/json" },
  body: "Internal Server Error",
});

const refusal = (status: number, code: string, body: object): WireResponse => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-errortype": code },
  body: JSON.stringify(body),
});
