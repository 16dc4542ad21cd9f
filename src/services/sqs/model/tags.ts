// Tags of a queue.
import { invalidTag } from "../faults/queues.ts";
import { limits } from "../limits.ts";

type Tags = Readonly<Record<string, string>>;

/** Faults: too many, too long, reserved. */
export function checkTags(tags: Tags): Tags {
  const entries = Object.entries(tags);
  if (entries.length > limits.tags) throw invalidTag(`Too many tags added for queue: ${entries.length}, maximum allowed is ${limits.tags}.`);
  for (const [key, value] of entries) {
    if (key === "" || key.length > 128) throw invalidTag("Tag keys must be between 1 and 128 characters in length.");
    if (value.length > 256) throw invalidTag("Tag values must be between 0 and 256 characters in length.");
    if (/^aws:/i.test(key)) throw invalidTag("Tag keys that begin with aws: are reserved for AWS.");
  }
  return tags;
}
