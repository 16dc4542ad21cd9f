// The channel of a process whose driver has it as two pipes.
import type { PipeReader } from "./pipe-reader.ts";
import type { PipeWriter } from "./pipe-writer.ts";
import type { SandboxChannel } from "./sandbox.ts";

/** Our ends of both. */
export interface ChannelPipes {
  readonly reader: PipeReader;
  readonly writer: PipeWriter;
}

export const joinChannel = ({ reader, writer }: ChannelPipes): SandboxChannel => ({
  onBytes: (listener) => reader.onBytes(listener),
  onClosed: (listener) => reader.onEnd(listener),
  pause: () => reader.pause(),
  resume: () => reader.resume(),
  write: (bytes) => writer.write(bytes),
});
