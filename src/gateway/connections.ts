// The open sockets of a listener and how many requests each is busy with: node counts a connection that never sent
// anything as busy, so that a stop would wait for it. Idle ones are ended here, too: node would set and clear a timer
// with each request.
import type { Socket } from "node:net";

interface Use {
  running: number;
  /** Sweeps that have found it idle since its last request. */
  idleSweeps: number;
}

/** An idle connection is ended by the sweep after so many that have found it idle. */
export const idleSweeps = 10;

export class Connections {
  readonly #uses = new Map<Socket, Use>();

  open(socket: Socket): void {
    this.#uses.set(socket, { running: 0, idleSweeps: 0 });
    socket.on("close", () => this.#uses.delete(socket));
  }

  begin(socket: Socket): void {
    const use = this.#uses.get(socket);
    if (use === undefined) return;
    use.running += 1;
    use.idleSweeps = 0;
  }

  end(socket: Socket): void {
    const use = this.#uses.get(socket);
    // Gone already when the socket closed first.
    if (use !== undefined) use.running -= 1;
  }

  isBusy(socket: Socket): boolean {
    return (this.#uses.get(socket)?.running ?? 0) > 0;
  }

  /** Resolves when those that are open now are closed. */
  async gone(): Promise<void> {
    await Promise.all(Array.from(this.#uses.keys(), (socket) => new Promise((resolve) => void socket.once("close", resolve))));
  }

  destroyIdle(): void {
    for (const [socket, { running }] of this.#uses) {
      if (running === 0) socket.destroy();
    }
  }

  /** To be called regularly. */
  sweep(): void {
    for (const [socket, use] of this.#uses) {
      if (use.running > 0) continue;
      if (use.idleSweeps === idleSweeps) socket.destroy();
      use.idleSweeps += 1;
    }
  }
}
