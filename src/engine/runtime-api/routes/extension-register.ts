// POST /2020-01-01/extension/register: an extension says who it is and which events it wants.
import { emptyExtensionName, invalidRegistration } from "../faults.ts";
import type { Route } from "../http/route.ts";
import { headerText, mostExtensionBodyBytes } from "./extension-request.ts";

export const extensionRegister: Route = {
  method: "POST",
  path: /^\/2020-01-01\/extension\/register$/,
  mostBodyBytes: mostExtensionBodyBytes,
  run({ head, ports }, body) {
    const name = headerText(head, "lambda-extension-name");
    if (name === "") throw emptyExtensionName();
    const { identifier, accountId, ...described } = ports.extensions.register({ name, events: eventsOf(body) });
    const features = headerText(head, "lambda-extension-accept-feature").split(",").map((feature) => feature.trim());
    // Features that are not known are passed over, as by AWS.
    const reply = features.includes("accountId") ? { ...described, accountId } : described;
    return {
      status: 200,
      contentType: "application/json",
      headers: `Lambda-Extension-Identifier: ${identifier}\r\n`,
      body: Buffer.from(JSON.stringify(reply)),
    };
  },
};

/** `{"events": […]}`; without events it only waits for nothing. */
function eventsOf(body: Uint8Array): readonly string[] {
  const sent = parse(body);
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) throw invalidRegistration("The request is not a JSON object");
  const { events = [], configurationKeys = [] } = sent as { readonly events?: unknown; readonly configurationKeys?: unknown };
  if (Array.isArray(configurationKeys) ? configurationKeys.length > 0 : configurationKeys !== null) {
    throw invalidRegistration("configurationKeys are deprecated; use environment variables instead");
  }
  if (events === null) return [];
  if (!Array.isArray(events) || !events.every((event) => typeof event === "string")) throw invalidRegistration("events is not a list of strings");
  return events;
}

function parse(body: Uint8Array): unknown {
  // Go's words, which AWS's come from.
  if (body.length === 0) throw invalidRegistration("unexpected end of JSON input");
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidRegistration("The request is not JSON");
  }
}
