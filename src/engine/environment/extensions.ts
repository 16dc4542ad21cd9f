// The extensions of one environment: who there is, what each may do now, and whom the environment waits for. Knows
// neither processes nor time: the environment starts, ends and times them, and says what happened.
// Facts: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
import type { Ids } from "../../core/ids.ts";
import type { FunctionVersion } from "../../functions/function-version.ts";
import type {
  ExtensionError,
  ExtensionEvent,
  ExtensionEventType,
  ExtensionPoll,
  ExtensionRegistration,
  ExtensionsPort,
  RegisteredExtension,
} from "../runtime-api/extensions-port.ts";
import { nextExtensionState, type ExtensionState } from "./extension-lifecycle.ts";
import {
  concurrentExtensionChange,
  extensionNameTaken,
  invalidExtensionEvent,
  registrationClosed,
  shutdownNotForInternal,
  tooManyExtensions,
  unknownExtension,
} from "./faults.ts";

/** Internal and external ones together. */
export const mostExtensions = 10;

/** As `/register` tells it. */
export type ExtensionFunction = Omit<RegisteredExtension, "identifier">;

export const extensionFunction = ({ id, version, configuration }: FunctionVersion): ExtensionFunction => ({
  functionName: id.name,
  functionVersion: version,
  handler: configuration.handler ?? "",
  accountId: id.account,
});

/** One extension as logs and telemetry show it. */
export interface ExtensionView {
  readonly name: string;
  /** External: a file of /opt/extensions, a process of its own. Internal: speaks from within the runtime's process. */
  readonly kind: "external" | "internal";
  readonly state: ExtensionState;
  readonly events: readonly ExtensionEventType[];
  /** What it reported, or why it could not be started. */
  readonly errorType: string | undefined;
}

/** Why an environment fails on account of an extension. */
export type ExtensionFailure = "Extension.InitError" | "Extension.ExitError" | "Extension.Crash" | "Extension.LaunchError";

interface Extension extends ExtensionView {
  readonly identifier: string;
  state: ExtensionState;
  events: readonly ExtensionEventType[];
  errorType: string | undefined;
  poll: ExtensionPoll | undefined;
  /** Dispatched to it and not taken yet. */
  pending: ExtensionEvent | undefined;
}

export class Extensions implements ExtensionsPort {
  readonly #ids: Ids;
  readonly #function: ExtensionFunction;
  readonly #onProgress: () => void;
  readonly #events: readonly ExtensionEventType[];
  readonly #byIdentifier = new Map<string, Extension>();
  readonly #byName = new Map<string, Extension>();
  #isOpen = true;
  #failure: ExtensionFailure | undefined;

  /** `onProgress`: one of them registered or asked for its next event, so that fewer may be awaited. `events`: what there is. */
  constructor(ids: Ids, described: ExtensionFunction, onProgress: () => void, events: readonly ExtensionEventType[] = ["INVOKE", "SHUTDOWN"]) {
    this.#ids = ids;
    this.#function = described;
    this.#onProgress = onProgress;
    this.#events = events;
  }

  // What the environment says.

  /** External ones, about to be started. Those past the limit are not, and `failure` says so. */
  launch(names: readonly string[]): void {
    for (const name of names) {
      const isTooMany = this.#byName.size >= mostExtensions;
      this.#add(name, "external");
      if (isTooMany) this.launchFailed(name, "TooManyExtensions");
    }
  }

  /** An external one could not be executed. */
  launchFailed(name: string, errorType: "PermissionDenied" | "TooManyExtensions" | "UnknownError"): void {
    const extension = this.#named(name);
    this.#move(extension, "launch-error");
    extension.errorType = errorType;
    this.#failure ??= "Extension.LaunchError";
  }

  /** The runtime has asked for its first event. */
  closeRegistration(): void {
    this.#isOpen = false;
  }

  /** Dispatches an event to whoever subscribed to it and lives; who is busy gets it with its next poll. */
  dispatch(event: ExtensionEvent): void {
    if (this.#byName.size === 0) return;
    for (const extension of this.#byName.values()) {
      if (!isLive(extension.state) || !extension.events.includes(event.eventType)) continue;
      extension.pending = event;
      this.#deliver(extension);
    }
  }

  /**
   * The process of an external one has ended. Returns why the environment fails of it: what was reported first, or a
   * crash, also with exit status 0.
   */
  exited(name: string): ExtensionFailure {
    this.#move(this.#named(name), "exit");
    this.#failure ??= "Extension.Crash";
    return this.#failure;
  }

  /** An external one outlived the time that it had to shut down. */
  shutdownFailed(name: string): void {
    this.#move(this.#named(name), "shutdown-failed");
  }

  /** After a reset nobody is there any more; registration is open again. */
  clear(): void {
    this.#byIdentifier.clear();
    this.#byName.clear();
    this.#isOpen = true;
    this.#failure = undefined;
  }

  // What the environment asks.

  /** Whether every external one has registered: the runtime is not started before. */
  get isRegistered(): boolean {
    for (const { state } of this.#byName.values()) if (state === "Started") return false;
    return true;
  }

  /** Whether every one waits for an event: init, or an invoke, is over for them. */
  get isSettled(): boolean {
    for (const { state, pending } of this.#byName.values()) if (state !== "Ready" || pending !== undefined) return false;
    return true;
  }

  /** Whether an invoke goes on after its answer, until those that were told of it are through. */
  get holdInvokes(): boolean {
    for (const { events } of this.#byName.values()) if (events.includes("INVOKE")) return true;
    return false;
  }

  /** Whether one speaks from within the runtime's process. */
  get hasInternal(): boolean {
    for (const { kind } of this.#byName.values()) if (kind === "internal") return true;
    return false;
  }

  /** What was reported first. */
  get failure(): ExtensionFailure | undefined {
    return this.#failure;
  }

  get views(): readonly ExtensionView[] {
    return [...this.#byName.values()];
  }

  /** External ones that are told of SHUTDOWN and may live until its deadline; the others are killed at once. */
  get shutdownSubscribers(): readonly string[] {
    return this.views
      .filter(({ kind, state, events }) => kind === "external" && isLive(state) && events.includes("SHUTDOWN"))
      .map(({ name }) => name);
  }

  /** What runtime and extensions have together to shut down. */
  get shutdownBudgetMs(): 0 | 500 | 2000 {
    if (this.#byName.size === 0) return 0;
    return this.views.some(({ kind }) => kind === "external") ? 2000 : 500;
  }

  /** Throws for an identifier that nobody has. */
  nameOf(identifier: string): string {
    return this.#identified(identifier, `Unknown extension ${identifier}`).name;
  }

  // What the extensions say.

  register({ name, events }: ExtensionRegistration): RegisteredExtension {
    const known = this.#byName.get(name);
    const kind = known?.kind === "external" ? "external" : "internal";
    const subscribed = subscriptions(events, this.#events, kind);
    const extension = kind === "external" && known !== undefined ? known : this.#admit(name);
    this.#move(extension, "register");
    extension.events = subscribed;
    this.#onProgress();
    return { identifier: extension.identifier, ...this.#function };
  }

  next(identifier: string, poll: ExtensionPoll): void {
    const extension = this.#identified(identifier, `Unknown extension ${identifier}`);
    // A client that lost its long poll asks again; while the first is there the table refuses a second.
    if (extension.state !== "Ready" || extension.poll !== undefined) this.#move(extension, "next");
    extension.poll = poll;
    if (extension.pending === undefined) this.#onProgress();
    this.#deliver(extension);
  }

  lost(identifier: string, poll: ExtensionPoll): void {
    const extension = this.#byIdentifier.get(identifier);
    if (extension?.poll === poll) extension.poll = undefined;
  }

  failInit(identifier: string, error: ExtensionError): void {
    this.#fail(identifier, error, "init-error");
  }

  failExit(identifier: string, error: ExtensionError): void {
    this.#fail(identifier, error, "exit-error");
  }

  #fail(identifier: string, { errorType }: ExtensionError, event: "init-error" | "exit-error"): void {
    const extension = this.#identified(identifier, "Unknown Lambda-Extension-Identifier");
    this.#move(extension, event);
    // Only the first error of each, and the first of all of them, counts.
    extension.errorType ??= errorType;
    this.#failure ??= event === "init-error" ? "Extension.InitError" : "Extension.ExitError";
    const poll = extension.poll;
    extension.poll = undefined;
    extension.pending = undefined;
    poll?.refuse(concurrentExtensionChange(extension.state, extension.identifier));
  }

  #deliver(extension: Extension): void {
    const { poll, pending } = extension;
    if (poll === undefined || pending === undefined) return;
    this.#move(extension, "deliver");
    extension.poll = undefined;
    extension.pending = undefined;
    poll.deliver(pending);
  }

  /** A new internal one. */
  #admit(name: string): Extension {
    if (!this.#isOpen) throw registrationClosed();
    if (this.#byName.size >= mostExtensions) throw tooManyExtensions();
    if (this.#byName.has(name)) throw extensionNameTaken();
    return this.#add(name, "internal");
  }

  #add(name: string, kind: ExtensionView["kind"]): Extension {
    const identifier = this.#ids.uuid();
    const extension: Extension = { identifier, name, kind, state: "Started", events: [], errorType: undefined, poll: undefined, pending: undefined };
    this.#byIdentifier.set(identifier, extension);
    this.#byName.set(name, extension);
    return extension;
  }

  #identified(identifier: string, otherwise: string): Extension {
    const extension = this.#byIdentifier.get(identifier);
    if (extension === undefined) throw unknownExtension(otherwise);
    return extension;
  }

  #named(name: string): Extension {
    const extension = this.#byName.get(name);
    if (extension === undefined) throw new TypeError(`no extension ${name} was started`);
    return extension;
  }

  /** INVARIANT: nothing else sets a state. What the table does not have throws before anything has changed. */
  #move(extension: Extension, event: Parameters<typeof nextExtensionState>[1]): void {
    // Who has no identifier yet is called by its name.
    const who = event === "register" ? extension.name : extension.identifier;
    extension.state = nextExtensionState(extension.state, event, who);
  }
}

/** Whether an event may still reach it. */
const isLive = (state: ExtensionState): boolean => state === "Registered" || state === "Ready" || state === "Running";

/** Without repeats, in the order sent. */
function subscriptions(wanted: readonly string[], events: readonly ExtensionEventType[], kind: ExtensionView["kind"]): readonly ExtensionEventType[] {
  const subscribed = new Set<ExtensionEventType>();
  for (const name of wanted) {
    const event = events.find((one) => one === name);
    if (event === undefined) throw invalidExtensionEvent(name);
    if (event === "SHUTDOWN" && kind === "internal") throw shutdownNotForInternal();
    subscribed.add(event);
  }
  return [...subscribed];
}
