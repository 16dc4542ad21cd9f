// `/_lambent/debug` and `/_lambent/dev`: what the commands of these names ask. Each lasts as long as its answer: who hangs
// up has ended it.
import type { CallContext } from "../../core/context.ts";
import { Fault } from "../../core/faults.ts";
import type { Debugging } from "../../engine/development/debugging.ts";
import type { Developing } from "../../engine/development/developing.ts";
import type { FunctionId } from "../../functions/function-version.ts";
import type { ExtraRoute } from "../../gateway/exchange.ts";
import type { WireResponse } from "../../protocol/wire.ts";
import { asJsonLines, readObject } from "../json-bodies.ts";
import { localOnly } from "../local-only.ts";

export interface DevelopmentRouteParts {
  readonly debugging: Pick<Debugging, "open">;
  readonly developing: Pick<Developing, "open">;
  /** Aborted when the instance stops. */
  readonly ending: AbortSignal;
}

export const developmentRoutes = ({ debugging, developing, ending }: DevelopmentRouteParts): readonly ExtraRoute[] => [
  // Body: `function`, `qualifier`, `port`. Answers with a DebugEvent a line.
  localOnly("/_lambent/debug", async (request, context) => {
    const { function: name, qualifier, port } = await readObject(request);
    const signal = AbortSignal.any([context.connection.signal, ending]);
    return eventLines(await debugging.open({ function: functionOf(name, context), qualifier: textOf(qualifier), port: portOf(port), signal }));
  }),
  // Body: `function`, `folder`. Answers with a DevelopEvent a line.
  localOnly("/_lambent/dev", async (request, context) => {
    const { function: name, folder } = await readObject(request);
    if (typeof folder !== "string") throw invalid("folder must be a path.");
    const signal = AbortSignal.any([context.connection.signal, ending]);
    return eventLines(await developing.open({ function: functionOf(name, context), folder, signal }));
  }),
];

export const invalid = (message: string): Fault => new Fault({ code: "ValidationException", status: 400, message });

export const eventLines = (events: AsyncIterable<object>): WireResponse => ({
  status: 200,
  headers: { "content-type": "application/x-ndjson" },
  body: asJsonLines(events),
});

export function functionOf(name: unknown, { account, region }: CallContext): FunctionId {
  if (typeof name !== "string" || !/^[\w-]{1,64}$/.test(name)) throw invalid("function must be the name of a function.");
  return { account, region, name };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw invalid("qualifier must be a version or an alias.");
}

function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1024 && value <= 65_535) return value;
  throw invalid("port must be a whole number from 1024 to 65535.");
}
