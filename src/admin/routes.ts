// What the command line needs and AWS has no API for: the `/_lambent/` routes. Of these, functions reach
// links to code only.
import { createReadStream } from "node:fs";
import type { FunctionRepository } from "../functions/repository.ts";
import type { ExtraRoute } from "../gateway/exchange.ts";
import type { Blobs } from "../store/blob.ts";
import { signingRoutes, type SigningParts } from "./signing-routes.ts";
import { downloadPath, type SignedDownloadLinks } from "./download-links.ts";
import { json } from "./json-bodies.ts";
import { certificateRoute, type CertificateRouteParts } from "./certificate-route.ts";
import { recordingRoutes, type RecordingRouteParts } from "./development/recording-routes.ts";
import { developmentRoutes, type DevelopmentRouteParts } from "./development/development-routes.ts";
import { eventRoutes, type EventRouteParts } from "./event-routes.ts";
import { layerRoutes, type LayerRouteParts } from "./layers/layer-routes.ts";
import { logRoute, type LogRouteParts } from "./log-routes.ts";

export interface AdminParts extends EventRouteParts, SigningParts, LayerRouteParts, DevelopmentRouteParts, RecordingRouteParts, LogRouteParts, CertificateRouteParts {
  readonly functions: FunctionRepository;
  readonly blobs: Blobs;
  readonly links: SignedDownloadLinks;
  readonly version: string;
}

export const adminRoutes = (parts: AdminParts): readonly ExtraRoute[] => [
  ...ownRoutes(parts),
  logRoute(parts),
  certificateRoute(parts),
  ...eventRoutes(parts),
  ...signingRoutes(parts),
  ...layerRoutes(parts),
  ...developmentRoutes(parts),
  ...recordingRoutes(parts),
];

const ownRoutes = ({ blobs, links, version }: AdminParts): readonly ExtraRoute[] => [
  { prefix: "/_lambent/health", access: "open", respond: async () => json(200, { status: "ok", version }) },
  {
    prefix: downloadPath,
    access: "link",
    respond: async ({ path, query }) => {
      const sha256 = links.blobOf(path, new URLSearchParams(query));
      const file = sha256 === undefined ? undefined : await blobs.path(sha256);
      if (file === undefined) return json(403, { message: "This link has expired or was not made here." });
      return { status: 200, headers: { "content-type": "application/zip" }, body: createReadStream(file) };
    },
  },
];
