// Faults about layers.
import { Fault } from "../../../core/faults.ts";
import { invalidParameter, notFound } from "./base.ts";

export const layerVersionTooLow = (): Fault => invalidParameter("Layer Version Cannot be less than 1");

export const layerResourceNotFound = (): Fault => notFound("The resource you requested does not exist.");

/** `arn` is the layer version's, in a call about that version. */
export const layerVersionNotFound = (arn: string): Fault => notFound(`Layer version ${arn} does not exist.`);

export const layerAccessDenied = (principal: string, action: string, arn: string): Fault =>
  new Fault({
    code: "AccessDeniedException",
    status: 403,
    message:
      `User: ${principal} is not authorized to perform: lambda:${action} on resource: ${arn} ` +
      `because no resource-based policy allows the lambda:${action} action`,
  });

export const tooManyLayers = (limit: number): Fault => invalidParameter(`Cannot reference more than ${limit} layers.`);

export const layerInOtherRegion = (region: string): Fault =>
  invalidParameter(`Layers are not in the same region as the function. Layers are expected to be in region ${region}.`);

/** `arn` is the layer version's, in the settings of a function. */
export const layerVersionMissing = (arn: string): Fault => invalidParameter(`Layer version ${arn} does not exist.`);

export const sameLayerTwice = (first: string, second: string): Fault =>
  invalidParameter(
    "Two different versions of the same layer are not allowed to be referenced in the same function. " +
      `${first} and ${second} are versions of the same layer.`,
  );

export const functionWithLayersTooLarge = (unzippedBytes: number, limit: number): Fault =>
  invalidParameter(
    `Function code combined with layers exceeds the maximum allowed size of ${limit} bytes. ` +
      `The actual size is ${unzippedBytes} bytes.`,
  );
