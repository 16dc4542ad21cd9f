// The host's own network in place of one of the sandbox's: whatever listens on this machine is reached from inside, and
// from anywhere on it what listens inside.
import { existsSync, readFileSync } from "node:fs";
import { connectToLoopback, listenOnLoopback } from "../../host-loopback.ts";
import type { Networks, SandboxNetwork } from "./networks.ts";

const nameServers = "/etc/resolv.conf";

const network: SandboxNetwork = { namespace: undefined, listen: listenOnLoopback, connect: connectToLoopback, close: () => undefined };

/** For people. */
export const hostNetworkWarning =
  "The network of functions is NOT ISOLATED (--egress host): they reach whatever listens on this machine, one another's Runtime API too.";

export const hostNetworks = (): Networks => ({
  egress: "host",
  warning: undefined,
  resolvConf: existsSync(nameServers) ? readFileSync(nameServers, "utf8") : "",
  take: () => Promise.resolve(network),
  adopt: () => Promise.resolve(network),
  stop: () => Promise.resolve(),
});
