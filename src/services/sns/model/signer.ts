// Signs messages: a key of each account and region, made for the first message and kept, with a certificate that
// subscribers verify by. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
import { createPrivateKey, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import type { Clock } from "../../../core/clock.ts";
import type { Scope } from "../../../core/context.ts";
import type { Ids } from "../../../core/ids.ts";
import { commitChangeOf } from "../../../store/change.ts";
import { Collection } from "../../../store/collection.ts";
import type { Records } from "../../../store/records.ts";
import { selfSignedCertificate } from "./certificate.ts";
import type { Message } from "./message.ts";
import { topicArn } from "./names.ts";
import type { TopicRecord } from "./topic.ts";

/** Document `signing-keys/current`; both in PEM. */
interface KeyRecord {
  /** Names the certificate in links; hexadecimal. */
  readonly name: string;
  readonly privateKey: string;
  readonly certificate: string;
}

const keyRecords = new Collection<KeyRecord>("signing-keys");
const current = "current";

export interface Signature {
  readonly version: "1" | "2";
  /** Base64. */
  readonly value: string;
  readonly certificateUrl: string;
}

interface SigningKey {
  readonly name: string;
  readonly key: KeyObject;
}

interface Signing {
  readonly scope: Scope;
  readonly topic: TopicRecord;
  readonly message: Message;
  /** As the subscriber gets it. */
  readonly text: string;
  /** Base of links in messages. */
  readonly endpoint: string;
}

/** Where certificates are served (admin/certificate-route.ts). */
export const certificatePath = "/_lambent/sns/";

export class Signer {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #keys = new Map<string, Promise<SigningKey>>();

  constructor(records: Records, clock: Clock, ids: Ids) {
    this.#records = records;
    this.#clock = clock;
    this.#ids = ids;
  }

  async sign({ scope, topic, message, text, endpoint }: Signing): Promise<Signature> {
    const { name, key } = await this.#keyOf(scope);
    const version = topic.attributes["SignatureVersion"] === "2" ? "2" : "1";
    const members: [string, string | undefined][] = [
      ["Message", text],
      ["MessageId", message.id],
      ["Subject", message.subject],
      ["Timestamp", new Date(message.sentAtMs).toISOString()],
      ["TopicArn", topicArn(scope, topic.name)],
      ["Type", "Notification"],
    ];
    const signed = members.flatMap(([member, value]) => (value === undefined ? [] : [`${member}\n${value}\n`])).join("");
    const value = await signAside(version === "2" ? "sha256" : "sha1", Buffer.from(signed), key);
    return { version, value: value.toString("base64"), certificateUrl: `${endpoint}${certificatePath}SimpleNotificationService-${name}.pem` };
  }

  /** PEM, by the last part of its link; undefined: there is none. */
  async certificate(file: string): Promise<string | undefined> {
    const name = /^SimpleNotificationService-([\da-f]{32})\.pem$/.exec(file)?.[1];
    if (name === undefined) return undefined;
    for (const scope of await this.#records.scopes()) {
      const stored = await this.#records.get(scope, keyRecords, current);
      if (stored?.record.name === name) return stored.record.certificate;
    }
    return undefined;
  }

  #keyOf({ account, region }: Scope): Promise<SigningKey> {
    const place = `${account}/${region}`;
    const known = this.#keys.get(place);
    if (known !== undefined) return known;
    const opening = this.#open({ account, region }).catch((error: unknown) => {
      // The next message tries again.
      this.#keys.delete(place);
      throw error;
    });
    this.#keys.set(place, opening);
    return opening;
  }

  #open(scope: Scope): Promise<SigningKey> {
    return commitChangeOf(this.#records, scope, `${scope.account}/${scope.region} signing key`, async () => {
      const stored = await this.#records.get(scope, keyRecords, current);
      const record = stored?.record ?? (await this.#make(scope));
      const result = { name: record.name, key: createPrivateKey(record.privateKey) };
      return { operations: stored === undefined ? [keyRecords.put(current, record, "absent")] : [], result };
    });
  }

  async #make({ region }: Scope): Promise<KeyRecord> {
    const { privateKey, publicKey } = await generateKeys("rsa", { modulusLength: 2048 });
    const name = this.#ids.hex(16);
    const certificate = selfSignedCertificate({ privateKey, publicKey, commonName: `sns.${region}.amazonaws.com`, serial: name, fromMs: this.#clock.now(), years: 20 });
    return { name, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }), certificate };
  }
}

const generateKeys = promisify(generateKeyPair);
/** Not on the thread that answers requests. */
const signAside = (algorithm: string, bytes: Uint8Array, key: KeyObject): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    sign(algorithm, bytes, key, (error, signature) => (error === null ? resolve(signature) : reject(error)));
  });
