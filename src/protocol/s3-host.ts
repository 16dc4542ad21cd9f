// Buckets in host names: `photos.s3.eu-west-1.amazonaws.com/a.jpg` is `/photos/a.jpg` in path style.
import type { WireRequest } from "./wire.ts";

// A bucket may hold dots, so the last label that is S3's own ends it; `localhost` is what local endpoints are called.
const bucketBeforeS3 = /^(.+)\.s3(?:[.-][a-z0-9.-]+)?(?::\d+)?$/i;
const bucketBeforeLocalhost = /^(?!s3\.)(.+)\.localhost(?::\d+)?$/i;

export function withBucketInPath(request: WireRequest): WireRequest {
  // WriteGetObjectResponse has its route before the host, where others have their bucket.
  if ("x-amz-request-route" in request.headers) return request;
  const host = request.headers["host"] ?? "";
  const bucket = (bucketBeforeS3.exec(host) ?? bucketBeforeLocalhost.exec(host))?.[1];
  return bucket === undefined ? request : { ...request, path: `/${bucket}${request.path}` };
}
