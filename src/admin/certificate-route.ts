// Certificates by which subscribers verify messages of SNS. Open to everybody, as AWS's are.
import type { ExtraRoute } from "../gateway/exchange.ts";
import { json } from "./json-bodies.ts";

export interface CertificateRouteParts {
  readonly certificates: {
    /** Where their links lead. */
    readonly path: string;
    /** PEM, by the last part of a link; undefined: there is none. */
    find(file: string): Promise<string | undefined>;
  };
}

export const certificateRoute = ({ certificates }: CertificateRouteParts): ExtraRoute => ({
  prefix: certificates.path,
  access: "open",
  respond: async ({ path }) => {
    const certificate = await certificates.find(path.slice(certificates.path.length));
    if (certificate === undefined) return json(404, { message: "There is no such certificate." });
    return { status: 200, headers: { "content-type": "application/x-pem-file" }, body: certificate };
  },
});
