// One environment of a live engine whose guest speaks HTTP, brought into any state of the lifecycle table. A test plays
// the guest; time stands still.
import { systemIds, type RequestId } from "../../src/core/ids.ts";
import type { InvokeOutcome } from "../../src/engine/engine.ts";
import type { EnvironmentState } from "../../src/engine/environment/lifecycle.ts";
import type { Runtime } from "../../src/engine/runtimes/runtime.ts";
import type { FunctionConfiguration } from "../../src/functions/function-version.ts";
import { functionVersion, startTestEngine, textOf, type TestEngine } from "./engine.ts";
import { RawClient, ask, type Answer, type Asked, type GuestAddress } from "./guest-http.ts";
import type { ScriptedGuest } from "./scripted-driver.ts";

const httpRuntime: Runtime = {
  id: "provided.al2023",
  channel: "http",
  runtimeDir: undefined,
  languageDir: undefined,
  version: "provided:al2023.v1",
  versionHash: "ab".repeat(32),
  launch: () => ({ program: "/bin/true", args: [], environment: {} }),
};

const runtimeApi = "/2018-06-01/runtime";
const extensionApi = "/2020-01-01/extension";

export function addressOf(guest: ScriptedGuest): GuestAddress {
  const [hostname = "", port = ""] = String(guest.launch.environment["AWS_LAMBDA_RUNTIME_API"]).split(":");
  return { hostname, portNumber: Number(port) };
}

/** Polls, and answers `"done"`, until it is ended. */
export async function serve(guest: ScriptedGuest): Promise<void> {
  while (!guest.ended) {
    const event = await ask(addressOf(guest), `${runtimeApi}/invocation/next`, { method: "GET" }).catch(() => undefined);
    const requestId = event?.headers["lambda-runtime-aws-request-id"];
    if (event === undefined || requestId === undefined) return;
    await ask(addressOf(guest), `${runtimeApi}/invocation/${String(requestId)}/response`, { body: '"done"' }).catch(() => undefined);
  }
}

/** `done`, the type of the function error, or of the fault. */
export const outcomeOf = (invoke: Promise<InvokeOutcome>): Promise<string> =>
  invoke.then(
    ({ payload, errorType }) => errorType ?? textOf(payload).replaceAll('"', ""),
    (error: unknown) => (error instanceof Error ? error.name : "unknown"),
  );

export class HttpEnvironment {
  readonly engine: TestEngine;
  /** Of the invoke that was begun last. */
  outcome: Promise<string> | undefined;
  requestId: RequestId = systemIds.requestId();
  /** Of its internal extension, if there is one. */
  identifier = systemIds.uuid();
  #poll: RawClient | undefined;

  constructor(configuration: Partial<FunctionConfiguration> = {}) {
    this.engine = startTestEngine({ runtime: httpRuntime });
    this.engine.catalog.put(functionVersion("f", configuration));
  }

  get guest(): ScriptedGuest {
    return this.engine.driver.last;
  }

  get address(): GuestAddress {
    return addressOf(this.guest);
  }

  ask(path: string, asked?: Asked): Promise<Answer> {
    return ask(this.address, `${runtimeApi}${path}`, asked);
  }

  /** The runtime's process is there, silent, and inside an invoke. */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve) => (this.engine.driver.onStart = () => resolve()));
    this.begin();
    await started;
  }

  begin(): void {
    this.requestId = systemIds.requestId();
    this.outcome = outcomeOf(this.engine.invoke("f", { requestId: this.requestId }));
  }

  /** Registers an internal extension that is told of invokes, which gives the environment a time to shut down. */
  async register(): Promise<void> {
    const headers = { "Lambda-Extension-Name": "inside" };
    const registered = await ask(this.address, `${extensionApi}/register`, { headers, body: '{"events":["INVOKE"]}' });
    this.identifier = String(registered.headers["lambda-extension-identifier"]);
    // It takes its time, too.
    this.guest.terminate = () => {};
  }

  async pollExtension(): Promise<void> {
    const client = new RawClient(this.address);
    await client.write(`GET ${extensionApi}/event/next HTTP/1.1\r\nHost: HOST\r\nLambda-Extension-Identifier: ${this.identifier}\r\n\r\n`);
    await this.seen();
  }

  /** Asks for an event without waiting for it. */
  async poll(): Promise<RawClient> {
    const client = new RawClient(this.address);
    this.#poll = client;
    await client.write(`GET ${runtimeApi}/invocation/next HTTP/1.1\r\nHost: HOST\r\n\r\n`);
    await this.seen();
    return client;
  }

  /** The event that the poll has brought is with the guest. */
  async event(): Promise<void> {
    await this.#poll?.received(/\r\n\r\n\{\}$/);
  }

  async respond(): Promise<void> {
    await this.ask(`/invocation/${this.requestId}/response`, { body: '"first"' });
  }

  async beginResponse(): Promise<RawClient> {
    const client = new RawClient(this.address);
    const head = `POST ${runtimeApi}/invocation/${this.requestId}/response HTTP/1.1\r\nHost: HOST\r\n`;
    await client.write(`${head}Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`);
    await client.received(/\r\n\r\n/);
    return client;
  }

  /** Everything that was sent before has been read: what is sent later has been answered, twice. */
  async seen(): Promise<void> {
    for (let time = 0; time < 2; time += 1) await ask(this.address, "/ping", { method: "GET" });
  }

  /** Brings a new environment into `state`. */
  async reach(state: EnvironmentState): Promise<void> {
    await routes[state](this);
  }
}

/** How each state is come by. */
const routes: Readonly<Record<EnvironmentState, (environment: HttpEnvironment) => Promise<void>>> = {
  initialising: (environment) => environment.start(),
  async initialised(environment) {
    await environment.start();
    await environment.register();
    await environment.poll();
  },
  async idle(environment) {
    await environment.reach("responded");
    await environment.outcome;
    await environment.poll();
  },
  async invoking(environment) {
    await environment.start();
    await environment.poll();
    await environment.event();
  },
  async responding(environment) {
    await environment.reach("invoking");
    await environment.beginResponse();
  },
  async responded(environment) {
    await environment.reach("invoking");
    await environment.respond();
  },
  async held(environment) {
    await environment.reach("initialised");
    await environment.pollExtension();
    await environment.event();
    await environment.respond();
    await environment.poll();
  },
  async resetting(environment) {
    await environment.reach("held");
    environment.engine.clock.advance(3000);
  },
  async reset(environment) {
    await environment.reach("invoking");
    environment.engine.clock.advance(3000);
    await environment.outcome;
    await gone(environment);
  },
  async reinitialising(environment) {
    await environment.reach("reset");
    await environment.start();
  },
  async reinitialised(environment) {
    await environment.reach("reinitialising");
    await environment.register();
    await environment.poll();
  },
  async stopping(environment) {
    await environment.reach("held");
    void environment.engine.engine.stop(0);
  },
  async stopped(environment) {
    await environment.reach("idle");
    await environment.engine.engine.stop(0);
  },
};

/** Resolves when no process is left and nobody listens. */
async function gone({ address, guest }: HttpEnvironment): Promise<void> {
  while (!guest.ended) await new Promise((resolve) => setImmediate(resolve));
  for (;;) if ((await ask(address, "/ping", { method: "GET" }).catch(() => undefined)) === undefined) return;
}
