// Stands between a debugger and the inspector of a runtime, so that somebody knows whether a debugger is attached:
// the inspectors of three languages have nothing else in common than that they greet whoever they let in.
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { noPortFree } from "./faults.ts";

export interface RelayPlan {
  /** The relay listens at the first port from here on that is free. */
  readonly fromPort: number;
  /** To the runtime's inspector. Rejects while it is not up. */
  readonly connect: () => Promise<Socket>;
  readonly clock: Clock;
  /** Called whenever the first debugger comes, or the last one goes. */
  readonly onAttached: (isAttached: boolean) => void;
}

export interface InspectorRelay {
  readonly port: number;
  close(): void;
}

const loopback = "127.0.0.1";
/** Ports looked at before giving up. */
const mostPorts = 200;
/** Between attempts to reach an inspector whose runtime is still starting. */
const retryMs = 20;

/**
 * What each inspector says first to a debugger. Node.js answers other questions at its port, too (which programs are
 * there?), and whoever asks these stops nothing.
 */
const greeting = /^(?:HTTP\/1\.1 101 |Content-Length:|JDWP-Handshake)/;

/**
 * What any web page can send to a port of this machine: not all inspectors refuse it, and some read past the lines that
 * they do not know to a body in their own language. Debuggers ask with GET, if they speak HTTP at all.
 */
const postedByPage = /^(?!GET )[A-Z]+ [^\r\n]* HTTP\/1\.[01]\r\n/;

/** Reachable from this machine only. Fault: InspectorPortInUse. */
export async function openInspectorRelay({ fromPort, connect, clock, onAttached }: RelayPlan): Promise<InspectorRelay> {
  const sockets = new Set<Socket>();
  let attached = 0;
  const attach = (): (() => void) => {
    attached += 1;
    if (attached === 1) onAttached(true);
    return () => {
      attached -= 1;
      if (attached === 0) onAttached(false);
    };
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // Either side may vanish at any time; `close` follows and is all that matters.
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  };

  const join = (debuggerSide: Socket, runtimeSide: Socket): void => {
    let detach: (() => void) | undefined;
    runtimeSide.once("data", (first) => {
      if (greeting.test(first.toString("latin1"))) detach = attach();
    });
    runtimeSide.pipe(debuggerSide);
    debuggerSide.once("data", (first) => {
      if (postedByPage.test(first.toString("latin1"))) {
        debuggerSide.destroy();
        runtimeSide.destroy();
        return;
      }
      runtimeSide.write(first);
      debuggerSide.pipe(runtimeSide);
    });
    runtimeSide.once("close", () => {
      debuggerSide.destroy();
      detach?.();
    });
  };
  /** The inspector may not be there yet, or not again after a crash: tries for as long as the debugger waits. */
  const reach = async (debuggerSide: Socket): Promise<void> => {
    const runtimeSide = await connect().catch(() => undefined);
    if (debuggerSide.destroyed) {
      runtimeSide?.destroy();
    } else if (runtimeSide === undefined) {
      clock.after(retryMs, () => void reach(debuggerSide));
    } else {
      debuggerSide.once("close", () => runtimeSide.destroy());
      keep(runtimeSide);
      join(debuggerSide, runtimeSide);
    }
  };

  const server = createServer((debuggerSide) => {
    keep(debuggerSide);
    void reach(debuggerSide);
  });
  const port = await listenFrom(server, fromPort);
  return {
    port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function listenFrom(server: Server, fromPort: number): Promise<number> {
  for (let port = fromPort; port < Math.min(fromPort + mostPorts, 65_536); port += 1) if (await listens(server, port)) return port;
  throw noPortFree(fromPort);
}

/** False when somebody else has the port. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    };
    server.once("error", onError);
    server.listen(port, loopback, () => {
      server.off("error", onError);
      server.unref();
      resolve(true);
    });
  });
}

/** One that nobody has now. The runtime takes it within milliseconds. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, loopback, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
