import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../cli/zip.ts";
import type { CodeSignature } from "../../functions/function-version.ts";
import { readSignature } from "./code-signature.ts";
import { inspectArchive } from "./inspect-archive.ts";
import { signPackage } from "./sign-package.ts";
import { attachSignature, readSignedZip, signaturePath } from "./signed-zip.ts";
import { removeTree } from "./tree-files.ts";

const profileVersionArn = "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/mine/abcdefghij";
const jobArn = "arn:aws:signer:eu-west-1:000000000000:/signing-jobs/1";
const keys = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
const claims = { profileVersionArn, jobArn, signedAtMs: 1_000_000, expiresAtMs: 9_000_000 };

let scratch: string;
let files = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "lambent-signature-"));
});
afterAll(() => removeTree(scratch));

const fresh = (): string => join(scratch, `${(files += 1)}.zip`);

async function stored(zip: Buffer): Promise<string> {
  const path = fresh();
  await writeFile(path, zip);
  return path;
}

async function signed(zip: Buffer, privateKey: KeyObject = keys.privateKey): Promise<Buffer> {
  const target = fresh();
  expect(await signPackage(await stored(zip), target, { ...claims, privateKey })).toBe("signed");
  return readFile(target);
}

const read = async (zip: Buffer, key: KeyObject | undefined = keys.publicKey): Promise<CodeSignature> =>
  readSignature(await stored(zip), async (arn) => (arn === profileVersionArn ? key : undefined));

const plain = (): Promise<Buffer> => zipOf({ "index.js": "exports.handler = () => 1;", "lib/a.txt": "a".repeat(1000) }, 0o100755);
const broken = { kind: "broken" };

describe("a signed package", () => {
  test("is sound, tells who signed it, and unpacks to what was signed and the signature", async () => {
    const zip = await signed(await plain());
    expect(await read(zip)).toEqual({ kind: "sound", profileVersionArn, jobArn, expiresAtMs: 9_000_000 });
    expect(await inspectArchive(await stored(zip))).toMatchObject({ isSigned: true });
    expect(await inspectArchive(await stored(await plain()))).toMatchObject({ isSigned: false });
  });

  test("gives back the zip that was signed, byte for byte", async () => {
    const [zip, target] = [await plain(), fresh()];
    await attachSignature(await stored(zip), "a.b.c", target);
    expect(await readSignedZip(target)).toEqual({ signature: "a.b.c", digest: createHash("sha384").update(zip).digest() });
  });

  test("by a profile that is not known here says nothing, by another key than the profile's is broken", async () => {
    const zip = await signed(await plain());
    expect(await readSignature(await stored(zip), async () => undefined)).toEqual({ kind: "unknown", profileVersionArn });
    const other = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    expect(await read(await signed(await plain(), other.privateKey))).toEqual(broken);
  });

  test("with any bit of it changed is never sound", async () => {
    const zip = await signed(await plain());
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const changed = Buffer.from(zip);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect((await read(changed)).kind).not.toBe("sound");
      }),
      { numRuns: 300 },
    );
  });

  test("that was cut anywhere is never sound", async () => {
    const zip = await signed(await plain());
    for (let length = 0; length < zip.length; length += 7) expect(await read(zip.subarray(0, length))).toEqual(broken);
  });

  test("with the signature of another is broken", async () => {
    const [one, other] = [await stored(await signed(await plain())), await stored(await zipOf({ "index.js": "2" }))];
    const target = fresh();
    await attachSignature(other, (await readSignedZip(one))?.signature ?? "", target);
    expect(await read(await readFile(target))).toEqual(broken);
  });
});

test("a signed package is not signed again", async () => {
  const path = await stored(await signed(await plain()));
  expect(await signPackage(path, fresh(), { ...claims, privateKey: keys.privateKey })).toBe("signed-already");
});

test("a zip whose directory has more than it counts is not signed: its signature would not be found", async () => {
  const zip = withEntry(await plain(), "more.js", "last");
  zip.writeUInt16LE(2, zip.length - 14);
  zip.writeUInt16LE(2, zip.length - 12);
  const target = fresh();
  expect(await signPackage(await stored(zip), target, { ...claims, privateKey: keys.privateKey })).toBe("not-signable");
  expect(existsSync(target)).toBe(false);
});

describe("a signed package is refused with", () => {
  test("bytes before it, behind it or in its comment", async () => {
    const zip = await signed(await plain());
    expect(await read(Buffer.concat([Buffer.from("#!"), zip]))).toEqual(broken);
    expect(await read(Buffer.concat([zip, Buffer.from("x")]))).toEqual(broken);
    const commented = Buffer.concat([zip, Buffer.from("x")]);
    commented.writeUInt16LE(1, zip.length - 2);
    expect(await read(commented)).toEqual(broken);
  });

  test.each([
    ["an entry more", "evil.js"],
    ["an entry of the same name", "index.js"],
    ["an entry whose name differs by case", "INDEX.js"],
    ["an entry where a folder is", "lib"],
    ["a second signature", signaturePath],
  ])("%s, behind the signature or before it", async (_, name) => {
    for (const position of ["last", "first"] as const) {
      const changed = withEntry(await signed(await plain()), name, position);
      expect(await read(changed)).toEqual(broken);
    }
  });

  test("an entry that its directory leaves out", async () => {
    const changed = withEntry(await signed(await plain()), "hidden.js", "unlisted");
    expect(await read(changed)).toEqual(broken);
  });

  test("an entry fewer", async () => {
    expect(await read(withoutFirstRecord(await signed(await plain())))).toEqual(broken);
  });

  test("another mode", async () => {
    const zip = await signed(await plain());
    const changed = Buffer.from(zip);
    const record = zip.readUInt32LE(zip.length - 6);
    changed.writeUInt32LE(0o100644 * 0x1_0000, record + 38);
    expect(changed.equals(zip)).toBe(false);
    expect(await read(changed)).toEqual(broken);
  });
});

describe("no signature is", () => {
  const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  test.each([
    ["nothing", ""],
    ["words", "not a signature"],
    ["one without an algorithm", `${b64({ alg: "none", typ: "lambent-code-signature", kid: profileVersionArn })}.${b64({})}.`],
    ["one by a shared secret", `${b64({ alg: "HS256", typ: "lambent-code-signature", kid: profileVersionArn })}.${b64({})}.AAAA`],
    ["claims of other types", `${b64({ alg: "ES384", typ: "lambent-code-signature", kid: profileVersionArn })}.${b64({ jti: 1, exp: "x", sha384: [] })}.AAAA`],
    ["claims that are no object", `${b64({ alg: "ES384", typ: "lambent-code-signature", kid: profileVersionArn })}.${b64(null)}.AAAA`],
  ])("%s", async (_, signature) => {
    const target = fresh();
    await attachSignature(await stored(await plain()), signature, target);
    expect(await read(await readFile(target))).toEqual(broken);
  });

  test("one that is spelt in another way", async () => {
    const parts = (await readSignedZip(await stored(await signed(await plain()))))?.signature ?? "";
    const target = fresh();
    await attachSignature(await stored(await plain()), `${parts}=`, target);
    expect(await read(await readFile(target))).toEqual(broken);
  });
});

test.each([
  ["empty", async () => zipOf({})],
  ["with a comment", async () => Buffer.concat([(await plain()).subarray(0, -2), Buffer.from([1, 0, 65])])],
  ["with bytes before it", async () => Buffer.concat([Buffer.from("x"), await plain()])],
  ["that is none", async () => Buffer.from("no zip")],
])("a zip %s is not signed", async (_, make) => {
  expect(await signPackage(await stored(await make()), fresh(), { ...claims, privateKey: keys.privateKey })).toBe("not-signable");
});

interface Parts {
  readonly content: Buffer;
  readonly records: Buffer;
  readonly entries: number;
}

function cut(zip: Buffer): Parts {
  const offset = zip.readUInt32LE(zip.length - 6);
  return { content: zip.subarray(0, offset), records: zip.subarray(offset, zip.length - 22), entries: zip.readUInt16LE(zip.length - 12) };
}

function joined({ content, records, entries }: Parts): Buffer {
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(records.length, 12);
  end.writeUInt32LE(content.length, 16);
  return Buffer.concat([content, records, end]);
}

/** As `zip -u` would: a stored entry behind the others, its record first, last or nowhere in the directory. */
function withEntry(zip: Buffer, name: string, position: "first" | "last" | "unlisted"): Buffer {
  const { content, records, entries } = cut(zip);
  const [nameBytes, body] = [Buffer.from(name), Buffer.from("evil")];
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(crc32(body), 10);
  fields.writeUInt32LE(body.length, 14);
  fields.writeUInt32LE(body.length, 18);
  fields.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, nameBytes, body]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(content.length, 10);
  const record = Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 3]), fields, rest, nameBytes]);
  const directory = { first: [record, records], last: [records, record], unlisted: [records] }[position];
  return joined({ content: Buffer.concat([content, local]), records: Buffer.concat(directory), entries: position === "unlisted" ? entries : entries + 1 });
}

function withoutFirstRecord(zip: Buffer): Buffer {
  const { content, records, entries } = cut(zip);
  const length = 46 + records.readUInt16LE(28) + records.readUInt16LE(30) + records.readUInt16LE(32);
  return joined({ content, records: records.subarray(length), entries: entries - 1 });
}
