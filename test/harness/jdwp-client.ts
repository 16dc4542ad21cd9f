// As much of the Java Debug Wire Protocol as stops a virtual machine and lets it go on.
// https://docs.oracle.com/en/java/javase/21/docs/specs/jdwp/jdwp-protocol.html
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const virtualMachine = 1;

export class JdwpClient implements Disposable {
  readonly #socket: Socket;
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Rejects when what answers is no Java virtual machine. */
  static async attach(port: number): Promise<JdwpClient> {
    const socket = connect(port, "127.0.0.1");
    socket.write("JDWP-Handshake");
    const [answer] = (await once(socket, "data")) as [Buffer];
    if (!answer.toString("latin1").startsWith("JDWP-Handshake")) throw new Error(`no handshake: ${answer.toString("latin1")}`);
    return new JdwpClient(socket);
  }

  suspend(): Promise<void> {
    return this.#command(8);
  }

  resume(): Promise<void> {
    return this.#command(9);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Of the set VirtualMachine, without arguments. */
  async #command(number: number): Promise<void> {
    const id = ++this.#lastId;
    const packet = Buffer.alloc(11);
    packet.writeUInt32BE(packet.length, 0);
    packet.writeUInt32BE(id, 4);
    packet[9] = virtualMachine;
    packet[10] = number;
    const answered = Promise.withResolvers<void>();
    const onBytes = (bytes: Buffer): void => {
      // Replies alone have the flag 0x80; events of the machine come between.
      for (let at = 0; at + 11 <= bytes.length; at += bytes.readUInt32BE(at)) if (bytes.readUInt32BE(at + 4) === id && bytes[at + 8] === 0x80) answered.resolve();
    };
    this.#socket.on("data", onBytes);
    this.#socket.write(packet);
    await answered.promise;
    this.#socket.off("data", onBytes);
  }
}
