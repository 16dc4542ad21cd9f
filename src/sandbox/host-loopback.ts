// Without a network namespace the loopback interface of a sandbox is the host's: whoever is on this machine reaches it.
import { connect, type Server, type Socket } from "node:net";
import type { Sandbox } from "./sandbox.ts";

const host = "127.0.0.1";

/** At any port that is free. */
export const listenOnLoopback: Sandbox["listen"] = (server: Server) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port: 0 }, () => {
      server.off("error", reject);
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve({ host, port: address.port });
      else reject(new Error("the server was closed while it began to listen"));
    });
  });

export const connectToLoopback: Sandbox["connect"] = (port) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ host, port });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
