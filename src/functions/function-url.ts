// A URL by which a function or an alias is reached over plain HTTP: its configuration, and how its host names it.
// Written along with the function (documents.ts), so the catalog's news tells of it.
import type { Region } from "../core/context.ts";
import type { Ids } from "../core/ids.ts";
import { Collection } from "../store/collection.ts";

/** Document `function-urls/NAME:QUALIFIER`: one a function (`$LATEST`) and one an alias. */
export interface FunctionUrlRecord {
  readonly functionName: string;
  /** `$LATEST` or an alias, never a version. */
  readonly qualifier: string;
  /** 32 lower-case letters and digits: the first label of the host. */
  readonly urlId: string;
  readonly authType: "NONE" | "AWS_IAM";
  /** Undefined: never sent, BUFFERED. */
  readonly invokeMode: "BUFFERED" | "RESPONSE_STREAM" | undefined;
  /** Undefined: no CORS headers are added and no preflight is answered. */
  readonly cors: FunctionUrlCors | undefined;
  /** Unix epoch milliseconds. */
  readonly createdMs: number;
  readonly lastModifiedMs: number;
}

/** Members as AWS's API has them; those that were not sent are undefined. */
export interface FunctionUrlCors {
  readonly AllowCredentials?: boolean | undefined;
  readonly AllowHeaders?: readonly string[] | undefined;
  readonly AllowMethods?: readonly string[] | undefined;
  readonly AllowOrigins?: readonly string[] | undefined;
  readonly ExposeHeaders?: readonly string[] | undefined;
  /** Seconds. */
  readonly MaxAge?: number | undefined;
}

export const functionUrls = new Collection<FunctionUrlRecord>("function-urls");

const urlIdLength = 32;

/** 192 random bits, of which the last 32 digits to the base of 36 hold 165. */
export const newUrlId = (ids: Ids): string =>
  BigInt(`0x${ids.hex(24)}`).toString(36).padStart(urlIdLength, "0").slice(-urlIdLength);

/**
 * `http://ID.lambda-url.REGION.localhost:PORT/`: scheme and port are those of `endpoint`, by which the caller reached us.
 * Every name below localhost is this machine's (RFC 6761).
 */
export function formatFunctionUrl(urlId: string, region: Region, endpoint: string): string {
  const { protocol, port } = new URL(endpoint);
  return `${protocol}//${urlId}.lambda-url.${region}.localhost${port === "" ? "" : `:${port}`}/`;
}
