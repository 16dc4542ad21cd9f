// What sandboxes may reach, as rules of nftables: one table in the router, through which all of their packets go, and
// one on the host. https://wiki.nftables.org
import { gateway } from "./addresses.ts";

/** Of the router towards the host. */
export const uplinkName = "uplink";

/** Connections that a sandbox may have at a time: the host's table of them is everybody's. */
const mostConnections = 4096;

/** Addresses of private and special use: the host's own networks, cloud metadata, carriers. https://www.iana.org/assignments/iana-ipv4-special-registry */
const neverPublic = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** Clients see at once that they are refused. */
const refuse = `meta l4proto tcp reject with tcp reset
    reject with icmpx admin-prohibited`;

/**
 * Of the router's own namespace. The reverse path filter and routes to single addresses already hold each sandbox to its
 * own address. `allowed`: addresses and networks (`10.1.0.0/16`) that are reachable though they are not public.
 */
export const routerRules = (allowed: readonly string[]): string => `table inet lambent {
  set connections {
    type ipv4_addr
    flags dynamic
  }
  chain forward {
    type filter hook forward priority filter; policy drop
    ct state established,related accept
    oifname != "${uplinkName}" jump refuse
    iifname "${uplinkName}" drop
    ct state new add @connections { ip saddr ct count over ${mostConnections} } jump refuse
    ${accept(allowed)}
    ip daddr { ${neverPublic.join(", ")} } jump refuse
    meta nfproto ipv4 accept
  }
  chain input {
    type filter hook input priority filter; policy drop
    iifname "lo" accept
    ct state established,related accept
    ip daddr ${gateway} meta l4proto { tcp, udp } th dport 53 accept
    iifname != "${uplinkName}" jump refuse
  }
  chain refuse {
    ${refuse}
  }
  chain outward {
    type nat hook postrouting priority srcnat
    oifname "${uplinkName}" masquerade
  }
}
`;

export interface HostRules {
  /** Of the table and of the host's end of the way out. */
  readonly name: string;
  /** The router's address. */
  readonly router: string;
  /** Networks that the host is in: who is in one is as close as the host itself. */
  readonly attached: readonly string[];
  readonly allowed: readonly string[];
}

/** Replaces what a server that was killed left under this name. The host's own rules come on top of these. */
export const hostRules = ({ name, router, attached, allowed }: HostRules): string => `table inet ${name} {
}
delete table inet ${name}
table inet ${name} {
  chain input {
    type filter hook input priority filter - 5; policy accept
    iifname "${name}" jump inside
  }
  chain inside {
    ct state established,related accept
    ${accept(allowed)}
    ${refuse}
  }
  chain forward {
    type filter hook forward priority filter - 5; policy accept
    iifname "${name}" jump outside
    oifname "${name}" ct state established,related accept
    oifname "${name}" drop
  }
  chain outside {
    ct state established,related accept
    oifname "${name}" jump refuse
    oifname "lambent*" jump refuse
    ${accept(allowed)}
    ${attached.length === 0 ? "" : `ip daddr { ${attached.join(", ")} } jump refuse`}
  }
  chain refuse {
    ${refuse}
  }
  chain outward {
    type nat hook postrouting priority srcnat; policy accept
    ip saddr ${router} oifname != "${name}" masquerade
  }
}
`;

const accept = (allowed: readonly string[]): string => (allowed.length === 0 ? "" : `ip daddr { ${allowed.join(", ")} } accept`);

/** Name of the table that stands for a host which forwards packets for our sake only. */
export const guardName = "lambent_guard";

/**
 * Of a host that forwarded nothing from these devices before: nobody out there gets to use it as a router now. What is
 * sent on by rules of the host itself (published ports of containers) passes.
 */
export const guardRules = (devices: readonly string[]): string => `table inet ${guardName} {
  set guarded {
    type ifname
    elements = { ${devices.map((device) => `"${device}"`).join(", ")} }
  }
  chain forward {
    type filter hook forward priority filter - 5; policy accept
    iifname @guarded oifname != "lambent*" ct state new jump unknown
  }
  chain unknown {
    ct status dnat accept
    drop
  }
}
`;
