// The relay with an inspector that a test plays.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { connectToLoopback } from "../../sandbox/host-loopback.ts";
import { openInspectorRelay } from "./inspector-relay.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** What reaches the inspector by way of a relay to it. */
async function start(): Promise<{ readonly seen: string[]; readonly dial: () => Promise<Socket> }> {
  const seen: string[] = [];
  const inspector: Server = createServer((socket) => {
    socket.on("data", (bytes) => void seen.push(bytes.toString()));
    socket.on("error", () => undefined);
  });
  inspector.listen(0, "127.0.0.1");
  await once(inspector, "listening");
  const { port: targetPort } = inspector.address() as AddressInfo;
  const relay = await openInspectorRelay({ fromPort: 20_000, connect: () => connectToLoopback(targetPort), clock: systemClock, onAttached: () => undefined });
  closers.push(() => relay.close(), () => inspector.close());
  const dial = async (): Promise<Socket> => {
    const socket = connect(relay.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  return { seen, dial };
}

test("what a web page can post is refused before the inspector sees a byte of it, and debuggers pass", async () => {
  const { seen, dial } = await start();
  const page = await dial();
  page.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 44\r\n\r\n{"type":"request","command":"evaluate"}');
  await once(page, "close");
  const message = 'Content-Length: 2\r\n\r\n{}';
  for (const first of [message, "JDWP-Handshake", "GET /json/list HTTP/1.1\r\n\r\n"]) (await dial()).write(first);
  await expect.poll(() => seen.length).toBe(3);
  expect(seen.toSorted()).toEqual([message, "GET /json/list HTTP/1.1\r\n\r\n", "JDWP-Handshake"]);
});
