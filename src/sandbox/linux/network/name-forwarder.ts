// Answers what sandboxes ask for names, by asking the host's own name servers: these may listen on the host's loopback
// interface only, lie in a private network, and change while functions run. Bytes pass as they are; only names below
// localhost are answered here.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { connect, createServer, isIPv6, type Socket } from "node:net";
import type { Clock } from "../../../core/clock.ts";
import { answerOfLocalhost } from "./local-names.ts";

export interface NameForwarder {
  close(): Promise<void>;
}

const namePort = 53;
/** Of one server, before the next is asked; resolvers give up after five seconds. */
const patienceMs = 2_000;
/** Questions and connections under way, of all sandboxes; one more is dropped, and asked again. */
const mostQuestions = 512;
const mostConnections = 64;
/** Of these one sandbox may have so many: what it asks for in vain must not keep others from asking. */
const mostQuestionsOfOne = 64;
const mostConnectionsOfOne = 8;
/** How old what is known of the host's servers may be. */
const freshMs = 2_000;

/** `tcp`, `udp`: bound sockets, which it closes. */
export function openNameForwarder({ tcp, udp }: { readonly tcp: number; readonly udp: number }, clock: Clock): NameForwarder {
  const servers = hostServers(clock);
  /** What ends each question; false: it has ended. */
  const asking = new Set<() => boolean>();
  const [questioners, connected] = [new Tally(mostQuestionsOfOne), new Tally(mostConnectionsOfOne)];
  const connections = new Set<Socket>();

  const inside = createSocket("udp4");
  inside.on("error", () => undefined);
  inside.on("message", (question, { address, port }) => {
    const ask = ([server, ...others]: readonly string[]): void => {
      if (server === undefined || asking.size >= mostQuestions || !questioners.add(address)) return;
      const outside = createSocket(isIPv6(server) ? "udp6" : "udp4");
      const end = (): boolean => {
        if (!asking.delete(end)) return false;
        patience.cancel();
        questioners.remove(address);
        outside.close();
        return true;
      };
      const next = (): void => {
        if (end()) ask(others);
      };
      const patience = clock.after(patienceMs, next);
      asking.add(end);
      outside.on("error", next);
      outside.on("message", (answer) => {
        if (end()) inside.send(answer, port, address, () => undefined);
      });
      // Connected: nobody else's answers are heard, and a port where nobody listens is an error.
      outside.connect(namePort, server, (error?: Error) => {
        if (error !== undefined) next();
        else if (asking.has(end)) outside.send(question);
      });
    };
    const own = answerOfLocalhost(question);
    if (own === undefined) ask(servers());
    else inside.send(own, port, address, () => undefined);
  });
  inside.bind({ fd: udp });
  inside.unref();

  const listener = createServer({ allowHalfOpen: true }, (asker) => {
    const [server] = servers();
    const { remoteAddress = "" } = asker;
    if (server === undefined || connections.size >= 2 * mostConnections || !connected.add(remoteAddress)) {
      asker.destroy();
      return;
    }
    asker.once("close", () => connected.remove(remoteAddress));
    const answerer = connect({ host: server, port: namePort, allowHalfOpen: true });
    for (const [one, other] of [[asker, answerer], [answerer, asker]] as const) {
      connections.add(one);
      one.setTimeout(patienceMs, () => one.destroy());
      one.on("error", () => undefined);
      one.once("close", () => {
        connections.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  listener.on("error", () => undefined);
  listener.listen({ fd: tcp });
  listener.unref();

  return {
    async close() {
      for (const end of asking) end();
      inside.close();
      for (const socket of connections) socket.destroy();
      await new Promise<void>((resolve) => void listener.close(() => resolve()));
    },
  };
}

/** How many of something each has, by address. */
class Tally {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False, and nothing is added, where that would be too many. */
  add(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#most) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  remove(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}

/** Those of /etc/resolv.conf, as of now or a moment ago; without one, this machine's own, as resolv.conf(5) has it. */
function hostServers(clock: Clock): () => readonly string[] {
  let known: readonly string[] = [];
  let knownAtMs = -Infinity;
  return () => {
    const nowMs = clock.monotonic();
    if (nowMs - knownAtMs > freshMs) {
      known = readServers();
      knownAtMs = nowMs;
    }
    return known;
  };
}

function readServers(): readonly string[] {
  let text: string;
  try {
    text = readFileSync("/etc/resolv.conf", "utf8");
  } catch {
    // It need not be there.
    text = "";
  }
  const servers = Array.from(text.matchAll(/^\s*nameserver\s+(\S+)/gm), ([, server = ""]) => server);
  return servers.length === 0 ? ["127.0.0.1"] : servers;
}
