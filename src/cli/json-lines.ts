// Answers of a running Lambent that come a line at a time, each an object.
import { CommandError } from "./command-error.ts";

/** Ends without a word when `signal` aborts. Fault: CommandError when the connection breaks off. */
export async function* jsonLinesOf<Line>(response: Response, signal?: AbortSignal): AsyncGenerator<Line> {
  let rest = "";
  try {
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as Line;
    }
  } catch (error) {
    if (signal?.aborted === true) return;
    // fetch's name for a connection that broke: https://fetch.spec.whatwg.org/#concept-network-error
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError("the connection to Lambent broke off: it was killed, or cannot read its logs", { cause: error });
  }
}
