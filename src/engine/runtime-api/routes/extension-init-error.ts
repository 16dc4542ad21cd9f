// POST /2020-01-01/extension/init/error: an extension could not initialise; it exits after it.
import { accepted } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import { errorOf, identifierOf, mostExtensionBodyBytes } from "./extension-request.ts";

export const extensionInitError: Route = {
  method: "POST",
  path: /^\/2020-01-01\/extension\/init\/error$/,
  mostBodyBytes: mostExtensionBodyBytes,
  run({ head, ports }) {
    ports.extensions.failInit(identifierOf(head), errorOf(head));
    return accepted;
  },
};
