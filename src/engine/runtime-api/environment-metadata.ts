// What an environment may ask about where it runs, and the token with which its processes ask.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-metadata-endpoint.html
import type { Ids } from "../../core/ids.ts";

export interface EnvironmentMetadata {
  /** AWS_LAMBDA_METADATA_TOKEN. Keeps out whoever makes a function fetch a URL of theirs. */
  readonly token: string;
  /** `use1-az1`. */
  readonly availabilityZoneId: string;
}

export const createEnvironmentMetadata = (region: string, ids: Ids): EnvironmentMetadata => ({
  token: ids.uuid(),
  availabilityZoneId: zoneIdOf(region),
});

const directions: Readonly<Record<string, string>> = {
  north: "n",
  northeast: "ne",
  east: "e",
  southeast: "se",
  south: "s",
  southwest: "sw",
  west: "w",
  northwest: "nw",
  central: "c",
};

/**
 * By AWS's way to shorten regions, as in `euc1-az1` of eu-central-1. One machine is in one zone: always the first.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html
 */
function zoneIdOf(region: string): string {
  const [area = "", ...rest] = region.split("-");
  const short = rest.map((part) => directions[part] ?? (/^\d/.test(part) ? part : part.slice(0, 1)));
  return `${area}${short.join("")}-az1`;
}
