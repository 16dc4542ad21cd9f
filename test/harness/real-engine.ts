// An engine with real processes: the process driver and the runtimes of this machine, on functions given as files.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { programFolders } from "../../src/config.ts";
import { systemClock } from "../../src/core/clock.ts";
import { systemIds } from "../../src/core/ids.ts";
import { createEngine } from "../../src/engine/create-engine.ts";
import type { InvokeOutcome, InvokeRequest, StreamedInvoke } from "../../src/engine/engine.ts";
import { createRuntimes } from "../../src/engine/runtimes/runtimes.ts";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { silentLogger } from "../../src/observe/logger.ts";
import { createProcessDriver } from "../../src/sandbox/process/driver.ts";
import type { SandboxDriver } from "../../src/sandbox/sandbox.ts";
import { concurrencyOf, functionId, functionVersion, TestCatalog } from "./engine.ts";
import { MemoryLogs } from "./memory-logs.ts";

/** Runs under the server's own Node.js. */
const ownNode = `nodejs${process.versions.node.split(".", 1)[0] ?? ""}.x`;

export interface RealEngine {
  readonly logs: MemoryLogs;
  /** Files by path; all of them may be executed. */
  readonly put: (name: string, files: Readonly<Record<string, string>>, configuration?: Partial<FunctionConfiguration>) => Promise<void>;
  /** A function whose files lie in a folder already; they are run where they are. */
  readonly putFolder: (name: string, folder: string, configuration?: Partial<FunctionConfiguration>) => void;
  readonly invoke: (name: string, payload?: unknown, request?: Partial<InvokeRequest>) => Promise<InvokeOutcome>;
  readonly stream: (name: string, payload?: unknown, request?: Partial<InvokeRequest>) => Promise<StreamedInvoke>;
  /** How many of this function there are, those that are being ended included. */
  readonly environments: (name: string) => number;
  readonly stop: () => Promise<void>;
}

/** Makes the driver over a folder of its own. */
export type OpenDriver = (directory: string, instanceId: string) => SandboxDriver;

const processDriver: OpenDriver = (directory, instanceId) => createProcessDriver({ directory, instanceId });

export async function startRealEngine(openDriver = processDriver): Promise<RealEngine> {
  const directory = await mkdtemp(join(tmpdir(), "lambent-engine-"));
  const catalog = new TestCatalog();
  const folders = new Map<string, string>();
  const logs = new MemoryLogs();
  /** Function by access key: each environment has one as long as it lives. */
  const issued = new Map<string, string>();
  const driver = openDriver(join(directory, "sandboxes"), systemIds.hex(4));
  const engine = createEngine({
    clock: systemClock,
    ids: systemIds,
    catalog,
    concurrency: concurrencyOf(catalog.account),
    runtimes: createRuntimes({ directory: join(tmpdir(), "lambent-test-runtimes"), ...programFolders(), log: silentLogger }),
    driver,
    code: { hold: async (sha256) => ({ path: folders.get(sha256) ?? join(directory, "code", sha256), release: () => {} }) },
    credentials: {
      issue: (_role, { sessionName }) => {
        const accessKeyId = systemIds.hex(8);
        issued.set(accessKeyId, sessionName);
        return { accessKeyId, secretAccessKey: "secret", sessionToken: "token" };
      },
      revoke: (accessKeyId) => void issued.delete(accessKeyId),
    },
    logs,
    endpoint: () => undefined,
    settings: { concurrency: 1000, quotas: "none", idleMs: 600_000, parallelStarts: 4, environmentMemoryBytes: 2 ** 40, prebootMemoryBytes: 2 ** 30 },
    onError: (error) => {
      throw error;
    },
  });
  return {
    logs,
    async put(name, files, configuration = {}) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(directory, "code", name, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
        await chmod(file, 0o755);
      }
      catalog.put(functionVersion(name, { runtime: ownNode, ...configuration, code: { sha256: name, sizeBytes: 1, unzippedBytes: 1 } }));
    },
    putFolder(name, folder, configuration = {}) {
      folders.set(name, folder);
      catalog.put(functionVersion(name, { runtime: ownNode, ...configuration, code: { sha256: name, sizeBytes: 1, unzippedBytes: 1 } }));
    },
    invoke: (name, payload, request) => engine.invoke(requestOf(name, payload, request)),
    stream: (name, payload, request) => engine.stream(requestOf(name, payload, request)),
    environments: (name) => [...issued.values()].filter((issuedTo) => issuedTo === name).length,
    async stop() {
      await engine.stop(0);
      await driver.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const requestOf = (name: string, payload: unknown = {}, request: Partial<InvokeRequest> = {}): InvokeRequest => ({
  function: functionId(name),
  qualifier: undefined,
  payload: Buffer.from(JSON.stringify(payload)),
  requestId: systemIds.requestId(),
  clientContext: undefined,
  trace: undefined,
  logTail: false,
  ...request,
});
