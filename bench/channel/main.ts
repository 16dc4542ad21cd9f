// Measures the ways in which the engine and a bootstrap of ours could talk, side by side in one run, and prints them as
// ratios to the first: `npx node bench/channel/main.ts`. What follows from it: docs/decisions/0006-guest-channel.md.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { PipeReader } from "../../src/sandbox/pipe-reader.ts";
import { PipeWriter } from "../../src/sandbox/pipe-writer.ts";
import { loadSyscalls } from "../../src/sandbox/syscalls.ts";

interface Peer {
  readonly child: ChildProcess;
  write(bytes: Buffer): void;
  onBytes(listener: (bytes: Buffer) => void): void;
  close(): void;
}

const syscalls = loadSyscalls();
const guest = fileURLToPath(new URL("guest.cjs", import.meta.url));

/** Two pipes; the host reads and writes them as the process driver does, or as plain streams. */
function openPipes(mode: "sync" | "async", host: "direct" | "streams"): Peer {
  const toGuest = syscalls.pipe();
  const fromGuest = syscalls.pipe();
  const child = spawn(process.execPath, [guest, mode], { stdio: ["ignore", "inherit", "inherit", toGuest.readFd, fromGuest.writeFd] });
  for (const fd of [toGuest.readFd, fromGuest.writeFd]) closeSync(fd);
  if (host === "direct") {
    const reader = new PipeReader(fromGuest.readFd, syscalls);
    const writer = new PipeWriter(toGuest.writeFd, syscalls);
    const close = (): void => {
      reader.close();
      writer.close();
    };
    return { child, write: (bytes) => writer.write([bytes]), onBytes: (listener) => reader.onBytes(listener), close };
  }
  const reader = new Socket({ fd: fromGuest.readFd, writable: false });
  const writer = new Socket({ fd: toGuest.writeFd, readable: false });
  const close = (): void => {
    reader.destroy();
    writer.destroy();
  };
  return { child, write: (bytes) => writer.write(bytes), onBytes: (listener) => reader.on("data", listener), close };
}

function openSocket(): Peer {
  const child = spawn(process.execPath, [guest, "socket"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const socket = child.stdio[3];
  if (!(socket instanceof Socket)) throw new TypeError("no socket");
  return {
    child,
    write: (bytes) => socket.write(bytes),
    onBytes: (listener) => socket.on("data", listener),
    close: () => socket.destroy(),
  };
}

const ways: ReadonlyMap<string, () => Peer> = new Map([
  ["pipes, guest reads blocking, host direct", () => openPipes("sync", "direct")],
  ["pipes, guest reads blocking, host streams", () => openPipes("sync", "streams")],
  ["pipes, guest on its event loop, host direct", () => openPipes("async", "direct")],
  ["unix socket, both on their event loops", openSocket],
]);

const frameOf = (size: number): Buffer => {
  const frame = Buffer.alloc(4 + size, 0x61);
  frame.writeUInt32BE(size, 0);
  return frame;
};

type Echo = (frame: Buffer, turns: number) => Promise<void>;

/** Keeps one frame under way, `turns` times. */
function echoThrough(peer: Peer): Echo {
  let onFrame: () => void = () => undefined;
  let missing = 0;
  peer.onBytes((bytes) => {
    missing -= bytes.length;
    if (missing === 0) onFrame();
  });
  return (frame, turns) =>
    new Promise((resolve) => {
      let left = turns;
      const send = (): void => {
        missing = frame.length;
        peer.write(frame);
      };
      onFrame = () => (--left === 0 ? resolve() : send());
      send();
    });
}

interface Load {
  readonly name: string;
  readonly peers: number;
  readonly bytes: number;
  readonly turns: number;
}

const loads: readonly Load[] = [
  { name: "100 bytes, one guest", peers: 1, bytes: 100, turns: 5000 },
  { name: "100 bytes, two guests", peers: 2, bytes: 100, turns: 5000 },
  { name: "100 bytes, eight guests", peers: 8, bytes: 100, turns: 1000 },
  { name: "6 MiB, one guest", peers: 1, bytes: 6 * 1024 * 1024, turns: 10 },
];
const rounds = 7;

async function echoesPerSecond(open: () => Peer, load: Load): Promise<number> {
  const peers = Array.from({ length: load.peers }, open);
  const echoes = peers.map(echoThrough);
  const frame = frameOf(load.bytes);
  // Once for the start of the processes and for their compilers.
  await Promise.all(echoes.map((echo) => echo(frame, Math.ceil(load.turns / 2))));
  const begin = performance.now();
  await Promise.all(echoes.map((echo) => echo(frame, load.turns)));
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(peers.map(end));
  return (load.turns * load.peers) / seconds;
}

function end(peer: Peer): Promise<void> {
  return new Promise((resolve) => {
    peer.child.once("exit", () => resolve());
    peer.close();
  });
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

for (const load of loads) {
  const results = new Map<string, number[]>(Array.from(ways.keys(), (name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, open] of ways) results.get(name)?.push(await echoesPerSecond(open, load));
  }
  console.log(load.name);
  const first = median([...results.values()][0] ?? []);
  for (const [name, values] of results) {
    const middle = median(values);
    console.log(`  ${name.padEnd(46)} ${middle.toFixed(0).padStart(7)}/s  ${(middle / first).toFixed(2)}x`);
  }
}
