// For tests of the front in which no extension is meant to speak.
import { notSupported } from "../../src/engine/runtime-api/faults.ts";
import type { ExtensionsPort } from "../../src/engine/runtime-api/extensions-port.ts";
import type { TelemetryPort } from "../../src/engine/runtime-api/telemetry-port.ts";

function refuse(): never {
  throw notSupported("The Extensions API");
}

export const refusedExtensions: ExtensionsPort = { register: refuse, next: refuse, lost() {}, failInit: refuse, failExit: refuse };

export const refusedTelemetry: TelemetryPort = { subscribe: refuse };
