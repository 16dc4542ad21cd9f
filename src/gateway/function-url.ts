// The front door of function URLs: their hosts (functions/function-url.ts) are told from those of AWS's API before
// anything else, since such a request is the function's own. It may come from a web page, carries any path, body and
// method, and is authorised by the URL's AuthType. Whatever serves it begins here.
import type { Exchange } from "./exchange.ts";
import { functionUrlNotServed } from "./faults.ts";

const hostPattern = /^[^.:/@]+\.lambda-url\.[^.:/@]+\.localhost(?::\d{1,5})?$/i;

export function functionUrl(exchange: Exchange): void {
  const { host } = exchange.request.headers;
  if (host === undefined || !hostPattern.test(host)) return;
  // Faults are written as Lambda's.
  exchange.serviceName = "lambda";
  throw functionUrlNotServed(host);
}
