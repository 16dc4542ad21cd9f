// As much of S3 as a fetch of an object needs, on a port of its own: what a test puts there, or an error of S3's.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface TestS3 extends AsyncDisposable {
  readonly endpoint: string;
  /** By path: `/bucket/key`, or `/bucket/key?versionId=v` for a version. `broken`: the connection ends in the middle. */
  readonly objects: Map<string, Uint8Array | "broken">;
  /** What is answered in place of NoSuchKey; `AccessDenied` is 403, everything else 404. */
  readonly refusals: Map<string, { readonly code: string; readonly message: string }>;
  readonly requests: IncomingMessage[];
}

const pathOf = (request: IncomingMessage): string => {
  const url = new URL(request.url ?? "/", "http://s3");
  const version = url.searchParams.get("versionId");
  return `${url.pathname}${version === null ? "" : `?versionId=${version}`}`;
};

export async function startTestS3(): Promise<TestS3> {
  const objects: TestS3["objects"] = new Map();
  const refusals: TestS3["refusals"] = new Map();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const path = pathOf(request);
    const object = objects.get(path);
    if (object === "broken") {
      response.writeHead(200, { "content-length": "1000" }).write("PK", () => response.destroy());
      return;
    }
    if (object !== undefined) {
      response.writeHead(200, { "content-length": object.byteLength }).end(object);
      return;
    }
    const { code, message } = refusals.get(path) ?? { code: "NoSuchKey", message: "The specified key does not exist." };
    response.writeHead(code === "AccessDenied" ? 403 : 404, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    refusals,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
