// What is typed into the shell that starts a process inside: the first process of a container is a plain shell whose
// commands come from the server (docs/decisions/0013-oci-driver.md), and what it says comes back by a pipe of its own.
import { constants } from "node:os";
import type { Launch, RunOptions } from "../sandbox.ts";

/** Descriptors of the shell beside those that the process gets: its commands, and what it reports. */
export const commandsDescriptor = 0;
export const reportsDescriptor = 5;

/** Where the process has what it was asked for; plain shells know no number of two digits. */
export const guestDescriptors = { fromServer: 3, toServer: 4, log: 6 } as const;

/** A copy of the commands, which a shell takes from what it starts in the background. */
const watchedDescriptor = 7;

const closed = (descriptors: readonly number[]): string => descriptors.map((descriptor) => `${descriptor}>&-`).join(" ");

/**
 * Starts the process, waits for it, and meanwhile for all whose parents have died. Another shell watches the commands: they
 * end when the server does, and everything inside with them. Nobody but the process keeps its descriptors.
 */
export function launchScript({ program, args, cwd, environment }: Launch, { channel, log }: RunOptions, env: EnvProgram): string {
  const { fromServer, toServer, log: logTo } = guestDescriptors;
  const variables = Object.entries(environment).map(([name, value]) => quote(`${name}=${value}`));
  // `env` takes a name with this sign for a variable.
  const command = program.includes("=") ? ["/bin/sh", "-c", 'exec "$0" "$@"', program, ...args] : [program, ...args];
  const words = ["exec env", ...(env.setsSignals ? ["--default-signal=INT,QUIT"] : []), "-i", ...variables, ...command.map(quote)].join(" ");
  const all = [fromServer, toServer, logTo];
  const refused = [...(channel ? [] : [fromServer, toServer]), ...(log ? [] : [logTo])];
  return `exec ${watchedDescriptor}<&${commandsDescriptor}
( read over <&${watchedDescriptor}; kill -KILL -1 ) >/dev/null 2>&1 ${closed([...all, reportsDescriptor])} &
( cd ${quote(cwd)} && ${words} ) </dev/null ${closed([...refused, reportsDescriptor, watchedDescriptor])} &
exec 2>&${reportsDescriptor} ${closed(all)}
echo "pid $!" >&${reportsDescriptor}
wait $!
echo "exit $?" >&${reportsDescriptor}
wait
`;
}

/** What the `env` of a system can. */
export interface EnvProgram {
  /** Whether it makes processes take Ctrl-C and its like again, which shells take from what they start in the background. */
  readonly setsSignals: boolean;
}

const quote = (text: string): string => {
  if (text.includes("\0")) throw new TypeError("a NUL character cannot be part of a command line or of a variable");
  return `'${text.replaceAll("'", `'\\''`)}'`;
};

export interface ReportedExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface Reports {
  /** Number of the process in its namespace, as soon as it is known. */
  readonly pid: number | undefined;
  /** How it has ended. */
  readonly exit: ReportedExit | undefined;
}

/** Makes sense of all that one shell has reported. Shells say in words of their own when a signal has ended a process. */
export function readReports(text: string): Reports {
  const pid = /^pid (\d+)$/m.exec(text)?.[1];
  const status = /^exit (\d+)$/m.exec(text)?.[1];
  const isToldInWords = /^(?!pid \d+$|exit \d+$)./m.test(text);
  return {
    pid: pid === undefined ? undefined : Number(pid),
    exit: status === undefined ? undefined : exitOf(Number(status), isToldInWords),
  };
}

/** Of these two shells say nothing. */
const silentSignals: ReadonlySet<string> = new Set(["SIGINT", "SIGPIPE"]);

function exitOf(status: number, isToldInWords: boolean): ReportedExit {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  if (signal !== undefined && (isToldInWords || silentSignals.has(signal))) return { exitCode: undefined, signal };
  return { exitCode: status, signal: undefined };
}
