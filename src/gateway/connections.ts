// The open sockets of a listener and how many requests each is busy with: node counts a connection that never sent
// anything as busy, so that a stop would wait for it.
import type { Socket } from "node:net";

export class Connections {
  readonly #running = new Map<Socket, number>();

  open(socket: Socket): void {
    this.#running.set(socket, 0);
    socket.on("close", () => this.#running.delete(socket));
  }

  begin(socket: Socket): void {
    this.#running.set(socket, (this.#running.get(socket) ?? 0) + 1);
  }

  end(socket: Socket): void {
    const running = this.#running.get(socket);
    // Gone already when the socket closed first.
    if (running !== undefined) this.#running.set(socket, running - 1);
  }

  isBusy(socket: Socket): boolean {
    return (this.#running.get(socket) ?? 0) > 0;
  }

  /** Resolves when those that are open now are closed. */
  async gone(): Promise<void> {
    await Promise.all(Array.from(this.#running.keys(), (socket) => new Promise((resolve) => void socket.once("close", resolve))));
  }

  destroyIdle(): void {
    for (const [socket, running] of this.#running) {
      if (running === 0) socket.destroy();
    }
  }
}
