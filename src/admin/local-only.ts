// Routes that open programs and folders of this machine: for people at this machine, never for functions.
import { isLoopback } from "../core/loopback.ts";
import { Fault } from "../core/faults.ts";
import type { ExtraRoute } from "../gateway/exchange.ts";

/** Keys of sessions begin so, as AWS's do: functions have them, operators do not. Told also where nothing is verified. */
const sessionKey = /Credential=ASIA/;

const notLocal = (message: string): Fault => new Fault({ code: "AccessDeniedException", status: 403, message });

/** Signed where authentication is on, from a loopback address, with no key of a function. */
export const localOnly = (prefix: string, respond: ExtraRoute["respond"]): ExtraRoute => ({
  prefix,
  access: "signed",
  async respond(request, context) {
    if (request.method !== "POST") throw new Fault({ code: "MethodNotAllowed", status: 405, message: `${request.method} is not for this path.` });
    if (!isLoopback(context.sourceAddress)) throw notLocal("This is for callers on the machine of Lambent only.");
    if (sessionKey.test(request.headers["authorization"] ?? "")) {
      throw notLocal("This is not for the credentials of a function.");
    }
    return respond(request, context);
  },
});
