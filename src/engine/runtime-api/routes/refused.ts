// Routes that exist on AWS and not here yet. They say so: who believes that it was restored would go on with what it has.
import { notSupported } from "../faults.ts";
import type { Route } from "../http/route.ts";

const refuse = (method: Route["method"], path: RegExp, what: string): Route => ({
  method,
  path,
  run() {
    throw notSupported(what);
  },
});

export const refused: readonly Route[] = [
  refuse("GET", /^\/2018-06-01\/runtime\/restore\/next$/, "SnapStart"),
  refuse("POST", /^\/2018-06-01\/runtime\/restore\/error$/, "SnapStart"),
];
