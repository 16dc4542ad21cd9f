// GET /ping: old clients ask whether anybody is there.
import type { Route } from "../http/route.ts";

export const ping: Route = {
  method: "GET",
  path: /^(?:\/2018-06-01)?\/ping$/,
  run: () => ({ status: 200, contentType: "text/plain", body: Buffer.from("pong") }),
};
