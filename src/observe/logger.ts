// Lambent's own log: one event name and fields, JSON lines for machines, readable lines at a terminal.
import { pino } from "pino";
import pretty from "pino-pretty";

/** Takes fields first, then the event's name, in kebab case. What was thrown goes under `error`. What rooms ask for; pino's own logger fits. */
export interface Logger {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

/** Writes to standard error: standard output belongs to what a command prints. */
export function createLogger(level: string): Logger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, ignore: "pid,hostname", translateTime: "HH:MM:ss.l" })
    : pino.destination({ dest: 2, sync: true });
  // pino shows the message and stack of an Error under the key it is told of, and of any other nothing at all.
  return pino({ level, base: null, errorKey: "error", serializers: { error: pino.stdSerializers.err } }, stream);
}

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
