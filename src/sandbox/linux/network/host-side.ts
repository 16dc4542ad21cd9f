// The host's side of the way out: who forwards packets, which networks it is in, and what a server that was killed left.
// Synchronous, for the network thread.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { KernelError } from "../kernel-error.ts";
import { guardName, guardRules } from "./packet-rules.ts";

/** Runs `nft` in the thread's network namespace. Throws with what it says. */
function nft(args: readonly string[], input = ""): string {
  const { error, status, stdout, stderr } = spawnSync("nft", args, { input, encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
  if (error !== undefined) throw new KernelError("", "ENOENT", `nft, of the package nftables, cannot be run: ${error.message}`);
  if (status !== 0) throw new KernelError("", "EINVAL", `nft refuses: ${stderr.trim()}`);
  return stdout;
}

export const applyRules = (rules: string): void => void nft(["-f", "-"], rules);

/** Of a server's table, and of the host's end of its way out, which nobody else can have at the same time. */
export const serverName = (place: number): string => `lambent${place}`;
const isServer = (name: string): boolean => /^lambent\d+$/.test(name);

/** The device to the rest of the world and the size of its packets. Undefined: there is none. */
export function defaultDevice(): { readonly name: string; readonly mtu: number } | undefined {
  const routes = readFileSync("/proc/net/route", "latin1").split("\n").slice(1);
  const [name] = routes.map((line) => line.split("\t")).find(([, destination, , , , , , mask]) => destination === "00000000" && mask === "00000000") ?? [];
  return name === undefined ? undefined : { name, mtu: Number(readFileSync(`/sys/class/net/${name}/mtu`, "latin1")) };
}

/** Of IPv4, `192.168.1.0/24`; those of loopback and of servers like this one are not among them. */
export function attachedNetworks(): readonly string[] {
  const devices = Object.entries(networkInterfaces()).filter(([name]) => !isServer(name));
  const networks = devices.flatMap(([, addresses = []]) => addresses.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ cidr }) => cidr));
  return [...new Set(networks.filter((cidr) => cidr !== null))];
}

/** A sysctl of the thread's network namespace, by its path. */
export function setSysctl(path: string, value: string): void {
  writeFileSync(`/proc/sys/net/${path}`, value);
}

const forwardingOf = (device: string): string => `ipv4/conf/${device}/forwarding`;

/** Packets from this device may be meant for others from now on. */
export const forward = (device: string): void => setSysctl(forwardingOf(device), "1");

/** The same for the devices of the host: those that forwarded nothing before do so for our sandboxes only. */
export function forwardForUs(): void {
  const ours = devices().filter((device) => device !== "lo" && !isServer(device) && isForwarding(device) === false);
  if (ours.length === 0) return;
  applyRules(guardRules(ours));
  for (const device of ours) forward(device);
}

/** Undefined: the device is gone, or none of IPv4. */
function isForwarding(device: string): boolean | undefined {
  const path = `/proc/sys/net/${forwardingOf(device)}`;
  return existsSync(path) ? readFileSync(path, "latin1").trim() === "1" : undefined;
}

/** Removes what no server uses any more: tables of those that are gone and, with the last, that the host forwards. */
export function tidyHost(): void {
  const tables = Array.from(nft(["list", "tables", "inet"]).matchAll(/^table inet (\S+)$/gm), ([, name = ""]) => name);
  const present = devices();
  for (const name of tables) if (isServer(name) && !present.includes(name)) removeTable(name);
  if (!tables.includes(guardName) || present.some(isServer)) return;
  const guarded = Array.from(nft(["list", "set", "inet", guardName, "guarded"]).matchAll(/"([^"]+)"/g), ([, name = ""]) => name);
  removeTable(guardName);
  // A server may have come meanwhile: from here on none can look before it is done.
  if (devices().some(isServer)) applyRules(guardRules(guarded));
  else for (const device of guarded) if (isForwarding(device) === true) setSysctl(forwardingOf(device), "0");
}

/** One that is not there any more is no error. */
const removeTable = (name: string): void => applyRules(`table inet ${name} {\n}\ndelete table inet ${name}\n`);

/**
 * Tables of other programs that drop what they do not know when this machine forwards packets, `ip filter` with Docker, and
 * have no rule about us. Those of the kernel's older interface (iptables-legacy) are not seen.
 */
export function droppingTables(): readonly string[] {
  const tables = nft(["list", "ruleset"]).split(/^table /m).slice(1);
  const dropping = tables.filter((table) => /hook forward .*policy drop/.test(table) && !table.includes('"lambent'));
  return dropping.map((table) => table.slice(0, table.indexOf(" {")));
}

const devices = (): readonly string[] => readdirSync("/sys/class/net");

export const deviceIndex = (name: string): number => Number(readFileSync(`/sys/class/net/${name}/ifindex`, "latin1"));
