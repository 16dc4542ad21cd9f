// Faults about layers that the command line can meet and AWS's API cannot. All texts are ours.
import { Fault } from "../../core/faults.ts";

const refused = (status: number, message: string): Fault => new Fault({ code: "LayerRequestRefused", status, message });

export const selectorInvalid = (text: string): Fault =>
  refused(400, `${JSON.stringify(text)} names no layer: give NAME, NAME:VERSION or NAME@RANGE, e.g. tools, tools:3 or tools@^1.4.`);

export const versionRequired = (text: string): Fault =>
  refused(400, `${JSON.stringify(text)} is not one version of a layer: give NAME:VERSION, e.g. tools:3.`);

export const semanticVersionInvalid = (text: string): Fault =>
  refused(400, `${JSON.stringify(text)} is no semantic version, as 1.4.2 or 2.0.0-beta.1 is.`);

export const layerUnknown = (selector: string): Fault => refused(404, `There is no layer version ${selector}.`);

export const nothingInRange = (name: string, range: string, tags: readonly string[]): Fault =>
  refused(404, `No version of ${name} is tagged within ${range}; tagged are: ${tags.length === 0 ? "none" : tags.join(", ")}.`);

export const tagTaken = (name: string, tag: string, version: number): Fault =>
  refused(409, `${tag} is ${name}:${version} already. Whoever relies on it must not get another: take a new one, or remove it first.`);

export const methodNotAllowed = (method: string): Fault => refused(405, `${method} is not for this path.`);

export const contentLost = (sha256: string): Fault =>
  new Fault({ code: "ServiceException", status: 500, message: `The content ${sha256} of the layer is not in the store.` });
