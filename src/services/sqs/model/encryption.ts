// What nothing applies yet of the encryption of messages. It is refused by name, never stored (CONTRIBUTING.md, What we hold to).
import { settingNotApplied } from "../faults/queues.ts";

/** There is no KMS: a queue cannot be encrypted with one of its keys. Its period says how long such a key is reused. */
export function refuseKeys(attributes: Readonly<Record<string, string>>): void {
  const { KmsMasterKeyId = "", KmsDataKeyReusePeriodSeconds = "" } = attributes;
  if (KmsMasterKeyId !== "") throw settingNotApplied("KmsMasterKeyId", "there are no KMS keys; leave it out, messages are stored on this machine's disk only.");
  if (!["", "300"].includes(KmsDataKeyReusePeriodSeconds)) throw settingNotApplied("KmsDataKeyReusePeriodSeconds", "there are no KMS keys; leave it out.");
}
