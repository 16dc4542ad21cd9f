// The in-process AWS client: services know each other only through AWS's API (docs/decisions/0004). main.ts fills
// it in; a service can be pointed at another endpoint by configuration without its callers noticing.
import type { CallContext } from "./context.ts";

/** Runs an operation of a service: same validation, authorisation and handler as over the wire, without HTTP. */
export interface Cloud {
  call(service: string, operation: string, input: object, context: CallContext): Promise<object>;
}
