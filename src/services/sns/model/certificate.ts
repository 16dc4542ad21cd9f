// A certificate for a key, signed by itself: what verifiers of SNS's messages download. X.509 in DER by hand, since
// Node.js reads certificates and makes none. RFC 5280, section 4.1.
import { type KeyObject, sign } from "node:crypto";

interface Certified {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly commonName: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** Unix epoch milliseconds; valid for `years` from then on, to 2049 at most. */
  readonly fromMs: number;
  readonly years: number;
}

/** PEM. */
export function selfSignedCertificate({ privateKey, publicKey, commonName, serial, fromMs, years }: Certified): string {
  const until = new Date(fromMs);
  until.setUTCFullYear(Math.min(until.getUTCFullYear() + years, 2049));
  const name = sequence(der(0x31, sequence(commonNameId, der(0x0c, Buffer.from(commonName)))));
  const contents = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    // A first byte of one keeps it positive, and as short as DER wants it.
    der(0x02, Buffer.from(`01${serial}`, "hex")),
    sha256WithRsa,
    name,
    sequence(utcTime(new Date(fromMs)), utcTime(until)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", contents, privateKey);
  const bytes = sequence(contents, sha256WithRsa, der(0x03, Buffer.of(0), signature));
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** Tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

/** In as few bytes as it takes. */
function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.of(bytes);
  return bytes < 0x100 ? Buffer.of(0x81, bytes) : Buffer.of(0x82, bytes >> 8, bytes & 0xff);
}

const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);
const utcTime = (date: Date): Buffer => der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\..*/g, "").slice(2)}Z`));
/** 1.2.840.113549.1.1.11, without parameters. */
const sha256WithRsa = sequence(Buffer.from("06092a864886f70d01010b", "hex"), Buffer.from("0500", "hex"));
/** 2.5.4.3 */
const commonNameId = Buffer.from("0603550403", "hex");
