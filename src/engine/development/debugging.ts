// Which function versions are being debugged, and what that changes: each environment that starts meanwhile opens the
// inspector of its language behind a relay of its own, and its time stands still while a debugger is attached. In
// memory only: debugging ends with the one who asked for it.
import type { Clock } from "../../core/clock.ts";
import type { FunctionCatalog } from "../../functions/catalog.ts";
import { functionKey, latestVersion, type FunctionId, type FunctionVersion } from "../../functions/function-version.ts";
import type { Sandbox, SandboxDriver } from "../../sandbox/sandbox.ts";
import { SuspendableTimers } from "../environment/suspendable-timers.ts";
import type { Fleet } from "../placement/fleet.ts";
import type { Inspector, Runtimes } from "../runtimes/runtime.ts";
import type { Adaptation } from "./adaptation.ts";
import { debuggedAlready, noInspector } from "./faults.ts";
import { Feed } from "./feed.ts";
import { freePort, openInspectorRelay } from "./inspector-relay.ts";

export interface DebugRequest {
  readonly function: FunctionId;
  /** Undefined: `$LATEST`. Where an alias leads is asked once. */
  readonly qualifier: string | undefined;
  /** Of the first environment; the next ones follow. Undefined: what debuggers of the language expect. */
  readonly port: number | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** `port`: on 127.0.0.1. */
export type DebugEvent =
  | {
      readonly kind: "listening";
      readonly environment: string;
      readonly version: string;
      readonly port: number;
      readonly protocol: Inspector["protocol"];
      /** Folder of the code as the debugger sees it. */
      readonly taskRoot: string;
    }
  | { readonly kind: "attached" | "detached" | "closed"; readonly environment: string; readonly port: number };

export interface DebuggingParts {
  readonly clock: Clock;
  readonly catalog: FunctionCatalog;
  readonly runtimes: Pick<Runtimes, "resolve">;
  readonly driver: Pick<SandboxDriver, "open">;
  readonly renew: Fleet["renew"];
}

interface Session {
  readonly feed: Feed<DebugEvent>;
  readonly inspector: Inspector;
  readonly fromPort: number;
}

const versionKey = ({ id, version }: FunctionVersion): string => `${functionKey(id)}/${version}`;

export class Debugging {
  readonly #parts: DebuggingParts;
  /** By function version. */
  readonly #sessions = new Map<string, Session>();

  constructor(parts: DebuggingParts) {
    this.#parts = parts;
  }

  /**
   * Opens inspectors from now on until the signal: environments of the version are replaced, one at once. Faults: those
   * of resolving a function, InspectorUnknown, InspectorNotInstalled, DebuggedAlready.
   */
  async open({ function: id, qualifier, port, signal }: DebugRequest): Promise<AsyncIterable<DebugEvent>> {
    const { catalog, runtimes, renew } = this.#parts;
    const versions = (await catalog.targets(id, qualifier ?? latestVersion)).map(({ version }) => version);
    const feed = new Feed<DebugEvent>();
    const sessions: [FunctionVersion, Session][] = [];
    for (const version of versions) {
      const runtime = await runtimes.resolve(version.configuration.runtime, version.runtimeVersion);
      const { inspector } = runtime;
      if (inspector === undefined) throw noInspector(runtime.id);
      await inspector.prepare?.();
      sessions.push([version, { feed, inspector, fromPort: port ?? inspector.usualPort }]);
    }
    const taken = versions.find((version) => this.#sessions.has(versionKey(version)));
    if (taken !== undefined) throw debuggedAlready(id.name, taken.version);
    if (signal.aborted) {
      feed.close();
      return feed;
    }
    for (const [version, session] of sessions) this.#sessions.set(versionKey(version), session);
    for (const version of versions) renew(version, { spare: true });
    signal.addEventListener("abort", () => void this.#close(id, sessions), { once: true });
    return feed;
  }

  /** An Adapt. */
  adapt(version: FunctionVersion): Promise<Adaptation> | undefined {
    const session = this.#sessions.get(versionKey(version));
    return session === undefined ? undefined : this.#inspect(version, session);
  }

  /** Environments with inspectors are replaced by plain ones, also those of a deployment that came meanwhile. */
  async #close(id: FunctionId, sessions: readonly (readonly [FunctionVersion, Session])[]): Promise<void> {
    const { catalog, renew } = this.#parts;
    for (const [version, { feed }] of sessions) {
      this.#sessions.delete(versionKey(version));
      feed.close();
      renew(version, { spare: false });
    }
    for (const [{ version }] of sessions) {
      const [target] = await catalog.targets(id, version).catch(() => []);
      if (target !== undefined) renew(target.version, { spare: false });
    }
  }

  async #inspect({ version }: FunctionVersion, { feed, inspector, fromPort }: Session): Promise<Adaptation> {
    const timers = new SuspendableTimers(this.#parts.clock);
    let environment = "";
    let sandbox: Sandbox | undefined;
    const inspectorPort = await freePort();
    const relay = await openInspectorRelay({
      fromPort,
      connect: async () => sandbox?.connect(inspectorPort) ?? Promise.reject(new Error("the sandbox is not there yet")),
      clock: this.#parts.clock,
      onAttached(isAttached) {
        if (isAttached) timers.suspend();
        else timers.resume();
        feed.push({ kind: isAttached ? "attached" : "detached", environment, port: relay.port });
      },
    });
    return {
      timers,
      inspectorPort,
      driver: {
        open: async (spec) => {
          sandbox = await this.#parts.driver.open(spec);
          environment = spec.id;
          const { taskRoot } = sandbox.paths;
          feed.push({ kind: "listening", environment, version, port: relay.port, protocol: inspector.protocol, taskRoot });
          return sandbox;
        },
      },
      ended() {
        relay.close();
        feed.push({ kind: "closed", environment, port: relay.port });
      },
    };
  }
}
