// POST /runtime/init/error: the static code failed; the runtime exits after it.
import { accepted } from "../http/reply.ts";
import type { Route } from "../http/route.ts";
import { reportedError } from "./reported-error.ts";

export const initError: Route = {
  method: "POST",
  path: /^\/2018-06-01\/runtime\/init\/error$/,
  run({ head, ports }, body) {
    ports.runtime.failInit(reportedError(head, body));
    return accepted;
  },
};
