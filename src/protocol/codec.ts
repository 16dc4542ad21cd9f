// What a body format does, JSON, XML, CBOR or form alike: compile, once a shape, a function that reads or writes it.
import type { Shape } from "./shape.ts";

/** What reading leaves behind besides the value. */
export interface Notes {
  /** Paths of members that the request carries and the schema lacks. */
  readonly unknownMembers: string[];
  /** Nesting at the moment; a reader that goes down counts up. */
  depth: number;
}

export const newNotes = (): Notes => ({ unknownMembers: [], depth: 0 });

export type ReadBody = (body: Uint8Array, notes: Notes) => unknown;
export type WriteBody = (value: unknown) => Uint8Array | string;

export interface BodyCodec {
  readonly contentType: string;
  reader(shape: Shape): ReadBody;
  writer(shape: Shape): WriteBody;
}

export const pathTo = (at: string, key: string): string => (at === "" ? key : `${at}.${key}`);
