// POST /2020-01-01/extension/exit/error: an extension gives up; it exits after it.
import { accepted } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import { errorOf, identifierOf, mostExtensionBodyBytes } from "./extension-request.ts";

export const extensionExitError: Route = {
  method: "POST",
  path: /^\/2020-01-01\/extension\/exit\/error$/,
  mostBodyBytes: mostExtensionBodyBytes,
  run({ head, ports }) {
    ports.extensions.failExit(identifierOf(head), errorOf(head));
    return accepted;
  },
};
