// Stands where an environment does not run extensions yet: an extension that believes it was registered would wait for
// ever.
import { notSupported } from "./faults.ts";
import type { ExtensionsPort } from "./extensions-port.ts";

function refuse(): never {
  throw notSupported("The Extensions API");
}

export const refusedExtensions: ExtensionsPort = { register: refuse, next: refuse, lost() {}, failInit: refuse, failExit: refuse };
