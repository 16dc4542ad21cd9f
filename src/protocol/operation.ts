// How a service states what it does: a table, typed by the operations of its official client, of handlers and
// refusals. An operation that the installed client models and the table lacks fails the type check.
import type { CallContext } from "../core/context.ts";

/** Input after validation: members that the model requires are present. */
export type Valid<T> = T extends string | number | bigint | boolean | Date | Uint8Array | null | undefined
  ? T
  : T extends AsyncIterable<unknown>
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Valid<Item>[]
      : T extends object
        ? // In the client's types a required member is `m: X | undefined`, an optional one `m?: X | undefined`.
          {
            readonly [K in keyof T]: T extends Record<K, T[K]>
              ? Valid<Received<Exclude<T[K], undefined>>>
              : Valid<Received<Exclude<T[K], undefined>>> | Extract<T[K], undefined>;
          }
        : T;

/** Clients take a body in many forms (text, buffers, streams); a handler gets bytes, or a stream where it streams. */
type Received<T> = [ArrayBuffer] extends [T]
  ? Uint8Array
  : [string | Uint8Array] extends [T]
    ? AsyncIterable<Uint8Array>
    : T;

/** Clients wrap bodies that they give out; a handler returns plain bytes, or a stream where it streams. */
type Returned<T> = T extends Uint8Array
  ? Uint8Array
  : T extends { transformToByteArray(): unknown }
    ? AsyncIterable<Uint8Array> | Uint8Array
    : T;

interface CommandShape<Input extends object, Output extends object> {
  // The two phantom-like members that tell a client's command class apart from its other exports.
  readonly input: Input;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>;
}

type CommandOf<Client, Operation extends string> = `${Operation}Command` extends keyof Client
  ? Client[`${Operation}Command`]
  : never;

/** Names of the operations that a client module exports commands for. */
export type OperationNames<Client> = {
  [K in keyof Client]: K extends `${infer Operation}Command` ? (Operation extends "$" ? never : Operation) : never;
}[keyof Client];

export type InputOf<Client, Operation extends string> =
  CommandOf<Client, Operation> extends new (...args: never[]) => CommandShape<infer Input, object> ? Input : never;

export type OutputOf<Client, Operation extends string> =
  CommandOf<Client, Operation> extends new (...args: never[]) => CommandShape<object, infer Output>
    ? { [K in keyof Output as K extends "$metadata" ? never : K]: Returned<Output[K]> } & WithUnmodelledHeaders
    : never;

/** Key, beside an output's modelled members, of headers that AWS answers with and its model does not have. */
export const unmodelledHeaders = Symbol("unmodelled headers");

export interface WithUnmodelledHeaders {
  [unmodelledHeaders]?: Readonly<Record<string, string>>;
}

/** The output with such headers. Not as a member of its literal, which V8 makes slowly when the key is no name. */
export function withHeaders<Output extends object>(output: Output & WithUnmodelledHeaders, headers: Readonly<Record<string, string>>): Output & WithUnmodelledHeaders {
  output[unmodelledHeaders] = headers;
  return output;
}

export type Handler<Input, Output> = (input: Valid<Input>, context: CallContext) => Promise<Output>;

/** An operation that is refused by name until its issue lands. */
export interface Unsupported {
  readonly unsupported: true;
}
export const unsupported: Unsupported = { unsupported: true };

/** Complete by construction: one entry an operation of the client. */
export type OperationTable<Client> = {
  readonly [Operation in OperationNames<Client>]:
    | Handler<InputOf<Client, Operation>, OutputOf<Client, Operation>>
    | Unsupported;
};

/** A service as gateway and cloud run it: the table without its types. */
export interface Service {
  /** As in an ARN and in the name of `data/constraints/<name>.json`: `lambda`. */
  readonly name: string;
  readonly operations: Readonly<Record<string, Handler<never, object> | Unsupported>>;
}
