// Which of Node.js's own modules a boot ahead loads for code that speaks to others over the network: twenty of the fifty
// milliseconds in which a bundle with the AWS SDK loads are those.
import { anySource, type AskedReading, javaScriptFiles } from "./own-sources.ts";

/** What the AWS SDK loads, and most of it any other client, too. */
const ofTheNetwork = ["child_process", "crypto", "fs/promises", "http", "https", "http2", "os", "stream", "zlib"].map((name) => `node:${name}`).join(",");

/** A literal that names such a module, or the SDK that needs them. A wrong yes costs time that nobody waits for. */
const namesNetwork = /["'`](?:(?:node:)?(?:https?|http2)|@(?:aws-sdk|smithy)\/[\w./-]{1,100})["'`]/;
const networkSources: AskedReading = {
  files: javaScriptFiles,
  mostBytes: 4 * 1024 * 1024,
  names: (source) => namesNetwork.test(source.toString("latin1")),
};

/** Names for the bootstrap's LAMBENT_PRELOAD; undefined: the code asks for nothing that takes long. */
export const modulesAhead = async (roots: readonly string[]): Promise<string | undefined> =>
  (await anySource(roots, networkSources)) ? ofTheNetwork : undefined;
