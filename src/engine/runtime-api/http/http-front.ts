// The Runtime API over HTTP, for every runtime client that is not ours. One listening socket an environment: who
// speaks is known by where it speaks, never by what it says.
import { createServer } from "node:net";
import type { Ids } from "../../../core/ids.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import type { RuntimeFront } from "../runtime-port.ts";
import { Connection } from "./connection.ts";
import { HttpExchange } from "./http-exchange.ts";
import type { GuestPorts } from "./route.ts";

/** The runtime and each of ten extensions use one or two; each may make us hold a body of 6 MiB. */
const mostConnections = 64;

export interface HttpFront extends RuntimeFront {
  /** `AWS_LAMBDA_RUNTIME_API`: host and port. */
  readonly address: string;
}

export async function openHttpFront(ports: GuestPorts, ids: Ids, sandbox: Pick<Sandbox, "listen">): Promise<HttpFront> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.maxConnections = mostConnections;
  const { host, port } = await sandbox.listen(server);
  // An accept that fails (out of descriptors) fails that client only.
  server.on("error", () => {});
  const address = `${host}:${port}`;
  const exchange = new HttpExchange(ports, ids, address);
  const connections = new Set<Connection>();
  server.on("connection", (socket) => {
    const connection = new Connection(socket, exchange);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  });
  return {
    address,
    deliver: (invocation) => exchange.deliver(invocation),
    close() {
      server.close();
      for (const connection of connections) connection.close();
    },
  };
}
