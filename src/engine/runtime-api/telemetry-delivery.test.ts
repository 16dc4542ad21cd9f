// Batches of telemetry over HTTP, to subscribers that answer in ways of their own.
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { connectToLoopback } from "../../sandbox/host-loopback.ts";
import { openTelemetryDelivery } from "./telemetry-delivery.ts";

/** What becomes of a batch whose subscriber says `reply` and hangs up. */
async function outcomeOf(reply: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const delivery = openTelemetryDelivery({ protocol: "HTTP", method: "POST", host: "sandbox", port, path: "/" }, connectToLoopback);
  try {
    return await delivery.send(['{"type":"function"}']).then(
      () => "taken",
      () => "not taken",
    );
  } finally {
    delivery.close();
    server.close();
  }
}

test.each([
  ["taken", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"],
  ["not taken", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"],
  ["not taken", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n"],
  ["not taken", "HTTP/1.1 103 Early Hints\r\n\r\n"],
  ["not taken", "no HTTP\r\n\r\n"],
  ["not taken", ""],
])("a batch is %s by a subscriber that says %j", async (outcome, reply) => {
  expect(await outcomeOf(reply)).toBe(outcome);
});
