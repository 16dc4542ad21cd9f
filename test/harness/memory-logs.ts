// A log sink that a test reads.
import type { LogSink } from "../../src/observe/log-sink.ts";

export class MemoryLogs implements LogSink {
  readonly streams = new Map<string, string[]>();
  readonly #functions = new Map<string, string>();

  append(...[stream, events]: Parameters<LogSink["append"]>): void {
    this.#functions.set(stream.stream, stream.function.name);
    const lines = this.streams.get(stream.stream) ?? [];
    this.streams.set(stream.stream, [...lines, ...events.map((event) => event.message)]);
  }

  soon(gather: () => void): void {
    setImmediate(gather);
  }

  async flush(): Promise<void> {}

  linesOf(functionName: string): string[] {
    return [...this.streams].flatMap(([stream, lines]) => (this.#functions.get(stream) === functionName ? lines : []));
  }

  get lines(): string[] {
    return [...this.streams.values()].flat();
  }
}
