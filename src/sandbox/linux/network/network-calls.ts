// The system calls of network namespaces, their sockets and routing netlink, through koffi. They act on the thread that
// makes them: only the network thread uses this file.
import { closeSync, openSync } from "node:fs";
import koffi from "koffi";
import { refused } from "../kernel-calls.ts";
import type { KernelError } from "../kernel-error.ts";

/** Of <sched.h>, <sys/socket.h> and <linux/netlink.h>. */
const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/** Of <sys/file.h>. */
const LOCK_EX = 2;

/** Messages of one answer; acknowledgements are 36 bytes each, of failures with what was asked. */
const answerBytes = 32 * 1024;

export interface NetworkCalls {
  /** A network namespace that nobody else has; the thread is in it from now on. Its descriptor keeps it. */
  enterNew(): number;
  enter(namespace: number): void;
  /** Enters the namespace of a process; its descriptor keeps it. */
  enterOf(pid: number): number;
  /** Of the thread. */
  current(): number;
  /** In the thread's namespace; bound to an address, or to none yet. */
  socket(kind: "tcp" | "udp", at?: { readonly host: string; readonly port: number }): number;
  /** Waits until no other server of this machine has the file locked; the descriptor is the lock, also when this server is killed. */
  lock(path: string): number;
  /** A socket that asks for changes of the thread's namespace, wherever the thread is later. */
  openNetlink(): number;
  /** Returns when the kernel has done each of them in order; throws what it refuses first, with what that was about. */
  exchange(netlink: number, messages: readonly NetlinkMessage[]): void;
}

export interface NetlinkMessage {
  /** For people. */
  readonly about: string;
  /** With its header, which asks for an acknowledgement. */
  readonly bytes: Buffer;
}

/** Loads koffi for this thread. Every call throws a KernelError when the kernel refuses. */
export function loadNetworkCalls(): NetworkCalls {
  const libc = koffi.load(null);
  const call = (name: string, signature: string) => {
    const bound = libc.func(signature);
    return (...args: readonly unknown[]): number => {
      const result = Number(bound(...args));
      if (result < 0) throw refused(name, koffi.errno(), "");
      return result;
    };
  };
  const unshare = call("unshare", "int unshare(int kinds)");
  const setns = call("setns", "int setns(int fd, int kinds)");
  const socket = call("socket", "int socket(int family, int type, int protocol)");
  const setOption = call("setsockopt", "int setsockopt(int fd, int level, int name, const void *value, unsigned int length)");
  const bind = call("bind", "int bind(int fd, const void *address, unsigned int length)");
  const send = call("send", "intptr_t send(int fd, const void *bytes, size_t length, int flags)");
  const recv = call("recv", "intptr_t recv(int fd, void *bytes, size_t length, int flags)");
  const flock = call("flock", "int flock(int fd, int operation)");
  const answer = Buffer.alloc(answerBytes);

  return {
    current,
    enterNew: () => {
      unshare(CLONE_NEWNET);
      return current();
    },
    enter: (namespace) => void setns(namespace, CLONE_NEWNET),
    enterOf: (pid) => {
      const namespace = openSync(`/proc/${pid}/ns/net`, "r");
      try {
        setns(namespace, CLONE_NEWNET);
        return namespace;
      } catch (error) {
        closeSync(namespace);
        throw error;
      }
    },
    socket: (kind, at) => {
      const fd = socket(AF_INET, (kind === "tcp" ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (at === undefined) return fd;
      try {
        setOption(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4);
        bind(fd, socketAddress(at), 16);
        return fd;
      } catch (error) {
        closeSync(fd);
        throw error;
      }
    },
    lock: (path) => {
      const fd = openSync(path, "a", 0o600);
      try {
        flock(fd, LOCK_EX);
        return fd;
      } catch (error) {
        closeSync(fd);
        throw error;
      }
    },
    openNetlink: () => socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0),
    exchange: (netlink, messages) => {
      const bytes = Buffer.concat(messages.map((message) => message.bytes));
      send(netlink, bytes, bytes.length, 0);
      let failure: KernelError | undefined;
      for (let index = 0; index < messages.length; ) {
        const length = recv(netlink, answer, answer.length, 0);
        for (let at = 0; at < length; index += 1) {
          const errno = -answer.readInt32LE(at + 16);
          if (errno !== 0) failure ??= refused("netlink", errno, messages[index]?.about ?? "");
          at += (answer.readUInt32LE(at) + 3) & ~3;
        }
      }
      if (failure !== undefined) throw failure;
    },
  };
}

/** A new descriptor of the thread's namespace. */
const current = (): number => openSync("/proc/thread-self/ns/net", "r");

/** `struct sockaddr_in`. */
function socketAddress({ host, port }: { readonly host: string; readonly port: number }): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(port, 2);
  for (const [index, part] of host.split(".").entries()) address.writeUInt8(Number(part), 4 + index);
  return address;
}
