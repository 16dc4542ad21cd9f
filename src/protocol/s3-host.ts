// Buckets in host names: `photos.s3.eu-west-1.amazonaws.com/a.jpg` is `/photos/a.jpg` in path style.
import type { WireRequest } from "./wire.ts";

// The bucket may hold dots, so the last label that is S3's own ends it; `localhost` is what local endpoints are called.
const virtualHost = /^(.+)\.(?:s3(?:[.-][a-z0-9.-]+)?|localhost)(?::\d+)?$/i;

export function withBucketInPath(request: WireRequest): WireRequest {
  // WriteGetObjectResponse has its route before the host, where others have their bucket.
  if ("x-amz-request-route" in request.headers) return request;
  const bucket = virtualHost.exec(request.headers["host"] ?? "")?.[1];
  // `s3.localhost` and `s3.eu-west-1.localhost` name the service, not a bucket.
  if (bucket === undefined || /^s3([.-]|$)/.test(bucket)) return request;
  return { ...request, path: `/${bucket}${request.path}` };
}
