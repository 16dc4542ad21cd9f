// Requests of routing netlink, rtnetlink(7): links, addresses, routes. All are acknowledged, and numbers are as this
// machine has them: little endian wherever Lambent runs.
import type { NetlinkMessage } from "./network-calls.ts";

/** Of <linux/rtnetlink.h>, <linux/if_link.h>, <linux/veth.h>, <linux/if_addr.h>. */
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const AF_INET = 2;
const IFF_UP = 0x1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINKINFO = 18;
const IFLA_NET_NS_FD = 28;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;

/** Index of `lo` in every namespace. */
export const loopbackIndex = 1;

export interface Pair {
  readonly name: string;
  readonly index: number;
  /** Bytes of a packet at most, at both ends. */
  readonly mtu: number;
  /** The other end, in the namespace of a descriptor; down. */
  readonly peer: { readonly name: string; readonly index: number; readonly namespace: number };
}

/** A pair of virtual Ethernet devices, this end up. EEXIST: a name or index is taken. */
export const newPair = ({ name, index, mtu, peer }: Pair): NetlinkMessage => {
  const other = [link(peer.index, 0), attribute(IFLA_IFNAME, text(peer.name)), attribute(IFLA_MTU, uint32(mtu)), attribute(IFLA_NET_NS_FD, uint32(peer.namespace))];
  const kind = attribute(IFLA_INFO_KIND, text("veth"));
  const data = attribute(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, Buffer.concat(other)));
  const body = [link(index, IFF_UP), attribute(IFLA_IFNAME, text(name)), attribute(IFLA_MTU, uint32(mtu)), attribute(IFLA_LINKINFO, Buffer.concat([kind, data]))];
  return message(`pair ${name}`, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, body);
};

export const setUp = (index: number): NetlinkMessage => message(`link ${index} up`, RTM_NEWLINK, 0, [link(index, IFF_UP)]);

export const deleteLink = (name: string): NetlinkMessage => message(`link ${name}`, RTM_DELLINK, 0, [link(0, 0), attribute(IFLA_IFNAME, text(name))]);

/** An address of one machine, or of as many as share `prefix` bits. */
export const newAddress = (index: number, address: string, prefix = 32): NetlinkMessage => {
  const head = Buffer.alloc(8);
  head.set([AF_INET, prefix, 0, 0]);
  head.writeUInt32LE(index, 4);
  return message(`address ${address}`, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, [head, attribute(IFA_LOCAL, ipv4(address)), attribute(IFA_ADDRESS, ipv4(address))]);
};

/** To one address at the other end of a link. */
export const newNeighbourRoute = (index: number, address: string): NetlinkMessage =>
  message(`route to ${address}`, RTM_NEWROUTE, NLM_F_CREATE, [route(32, RT_SCOPE_LINK), attribute(RTA_DST, ipv4(address)), attribute(RTA_OIF, uint32(index))]);

/** To everything else. */
export const newDefaultRoute = (index: number, gateway: string): NetlinkMessage =>
  message(`route by ${gateway}`, RTM_NEWROUTE, NLM_F_CREATE, [route(0, RT_SCOPE_UNIVERSE), attribute(RTA_GATEWAY, ipv4(gateway)), attribute(RTA_OIF, uint32(index))]);

/** `struct nlmsghdr`; the kernel answers messages of one socket in their order, so they need no numbers. */
function message(about: string, type: number, flags: number, parts: readonly Buffer[]): NetlinkMessage {
  const head = Buffer.alloc(16);
  const bytes = Buffer.concat([head, ...parts]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(NLM_F_REQUEST | NLM_F_ACK | flags, 6);
  return { about, bytes };
}

/** `struct ifinfomsg`; index 0: any that is free. */
function link(index: number, flags: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeUInt32LE(flags, 12);
  return bytes;
}

/** `struct rtmsg`. */
const route = (prefix: number, scope: number): Buffer => Buffer.from([AF_INET, prefix, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST, 0, 0, 0, 0]);

/** `struct rtattr`, padded to four bytes. */
function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const ipv4 = (address: string): Buffer => Buffer.from(address.split(".").map(Number));

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
