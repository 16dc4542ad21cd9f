// The services that this process serves, and the one way to run an operation of theirs: over the wire (gateway) and
// between services (Cloud) it is refused, validated, authorised and handled by the same lines.
import type { Cloud } from "../core/cloud.ts";
import { systemClock } from "../core/clock.ts";
import type { CallContext } from "../core/context.ts";
import type { FindPolicedResource } from "../core/policed-resource.ts";
import type { Service } from "../protocol/operation.ts";
import type { DecodedInput, ServiceWire } from "../protocol/protocol.ts";
import type { Validator } from "../protocol/validation/validator.ts";
import { type Authorise, authoriser } from "./authorise.ts";
import { operationNotServed, serviceNotConfigured, serviceNotServed } from "./faults.ts";

export type Admit = (operation: string, context: CallContext) => void;

type Operations = Service["operations"];

export interface ServiceParts {
  /** Operations of a service that not every instance is asked for are loaded on its first request, too. */
  readonly service: Pick<Service, "name"> & { readonly operations: Operations | (() => Promise<Operations>) };
  /** Codec and rules cost tens of milliseconds to load: asked for on the service's first request. */
  readonly wire: () => Promise<ServiceWire>;
  readonly validator: () => Promise<Validator>;
  /** Throws the fault that throttles a caller; left out: nobody is. */
  readonly admit?: Admit;
  /** Left out: the service's resources have no policies of their own. */
  readonly findResource?: FindPolicedResource;
}

export interface ServedService {
  readonly name: string;
  /** The codec; a promise only until it has been loaded once. */
  wire(): ServiceWire | Promise<ServiceWire>;
  /** Throws unless the operation has a handler here. Once the codec is loaded. */
  requireOperation(operation: string): void;
}

type AnyHandler = (input: Record<string, unknown>, context: CallContext) => Promise<object>;

interface Entry extends ServedService {
  handler(operation: string): AnyHandler | Promise<AnyHandler>;
  validator(): Validator | Promise<Validator>;
  readonly admit: Admit | undefined;
  readonly findResource: FindPolicedResource | undefined;
}

const nowhere: Cloud = {
  call: async (service) => {
    throw serviceNotConfigured(service);
  },
};

export class ServiceRegistry implements Cloud {
  readonly #services = new Map<string, Entry>();
  readonly #elsewhere: Cloud;
  readonly #authorise: Authorise;

  /** `elsewhere` runs what services ask of services that are not registered here. */
  constructor(elsewhere: Cloud = nowhere, authorise: Authorise = authoriser({ isEnforced: true, clock: systemClock })) {
    this.#elsewhere = elsewhere;
    this.#authorise = authorise;
  }

  register(parts: ServiceParts): void {
    const { name, operations } = parts.service;
    const table = typeof operations === "function" ? loadOnce(operations) : () => operations;
    const handlerIn = (loaded: Operations, operation: string): AnyHandler => {
      // hasOwn: an operation called `constructor` must not find Object's.
      const found = Object.hasOwn(loaded, operation) ? loaded[operation] : undefined;
      if (typeof found !== "function") throw operationNotServed(name, operation);
      // The table was typed against the client when the service was written; decoder and validator make the input fit.
      return found as AnyHandler;
    };
    const handler = (operation: string): AnyHandler | Promise<AnyHandler> => {
      const loaded = table();
      return loaded instanceof Promise ? loaded.then((known) => handlerIn(known, operation)) : handlerIn(loaded, operation);
    };
    this.#services.set(name, {
      name,
      wire: loadOnce(async () => (await Promise.all([parts.wire(), table()]))[0]),
      validator: loadOnce(parts.validator),
      requireOperation: (operation) => void handler(operation),
      handler,
      admit: parts.admit,
      findResource: parts.findResource,
    });
  }

  /** Undefined: this process does not serve it. */
  find(service: string): ServedService | undefined {
    return this.#services.get(service);
  }

  /** Throws what is refused before the handler, and hands on the handler's promise: another one around it costs turns. */
  dispatch(service: string, operation: string, decoded: DecodedInput, context: CallContext): Promise<object> {
    const entry = this.#services.get(service);
    if (entry === undefined) throw serviceNotServed(service);
    const handler = entry.handler(operation);
    // The first call between services, which no codec has come before.
    if (handler instanceof Promise) return handler.then(() => this.dispatch(service, operation, decoded, context));
    entry.admit?.(operation, context);
    const run = (validator: Validator): Promise<object> => {
      validator.validate(operation, decoded.input, decoded.unknownMembers);
      const authorising = this.#authorise({ service, operation, input: decoded.input, findResource: entry.findResource }, context);
      return authorising instanceof Promise ? authorising.then((allowed) => handler(decoded.input, allowed)) : handler(decoded.input, authorising);
    };
    const loading = entry.validator();
    return loading instanceof Promise ? loading.then(run) : run(loading);
  }

  async call(service: string, operation: string, input: object, context: CallContext): Promise<object> {
    if (!this.#services.has(service)) return this.#elsewhere.call(service, operation, input, context);
    return this.dispatch(service, operation, { input: { ...input }, unknownMembers: [] }, context);
  }
}

/** Loads at the first call and answers without a promise afterwards; a failed load is tried again. */
function loadOnce<T extends object>(load: () => Promise<T>): () => T | Promise<T> {
  let state: T | Promise<T> | undefined;
  return () => {
    state ??= load().then(
      (loaded) => (state = loaded),
      (error: unknown) => {
        state = undefined;
        throw error;
      },
    );
    return state;
  };
}
