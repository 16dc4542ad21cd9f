// The Runtime API over HTTP, for every runtime client that is not ours. One listening socket an environment: who
// speaks is known by where it speaks, never by what it says.
import { createServer, type Server } from "node:net";
import type { Ids } from "../../../core/ids.ts";
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

export async function openHttpFront(ports: GuestPorts, ids: Ids): Promise<HttpFront> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.maxConnections = mostConnections;
  const address = await listen(server);
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

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      server.off("error", reject);
      // An accept that fails (out of descriptors) fails that client only.
      server.on("error", () => {});
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? `${address.address}:${address.port}` : "");
    });
  });
}
