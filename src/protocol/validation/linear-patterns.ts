// Patterns of AWS's models that a backtracking engine runs in exponential, cubic or quadratic time on hostile values,
// each with one that matches the same strings in linear time. Tests compare them and look for patterns that are missing.

const text = String.raw`[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]`;
const word = String.raw`[\p{L}\p{M}\p{S}\p{N}\p{P}]`;
const path = String.raw`(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)`;
const headerValue = String.raw`[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*`;
/** A blank is one of its characters already, so only the tabs before it are apart. */
const linearHeaderValue = String.raw`\t*[\x20-\x7E][\t\x20-\x7E]*`;

const linear: ReadonlyMap<string, string> = new Map([
  // eventbridge and pipes: headers of HTTP targets
  [`^${headerValue}$`, linearHeaderValue],
  [`${headerValue}|${path}`, `${linearHeaderValue}|${path}`],
  [
    String.raw`^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$`,
    String.raw`\t*[^\x00-\x1F:\x7F][^\x00-\x08\x0A-\x1F:\x7F]*`,
  ],
  // ecr: filters of repository names
  [String.raw`^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$`, String.raw`[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*`],
  [String.raw`^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$`, String.raw`[a-z0-9A-Z][\.\-\w]*[a-z0-9A-Z]`],
  // cognito-idp: addresses and message templates
  [`${word}+@${word}+`, `${word}(?:(?!@)${word})*@${word}+`],
  [String.raw`${text}*\{####\}${text}*`, String.raw`(?:(?!\{####\})${text})*\{####\}${text}*`],
  [
    String.raw`${text}*\{##${text}*##\}${text}*`,
    String.raw`(?:(?!\{##)${text})*\{##(?:(?!##\})${text})*##\}${text}*`,
  ],
  // iot: template versions; what the bare dot matches is a digit or is none
  ["^[1-9]+.[0-9]+", "[1-9]+(?![1-9]).[0-9]+|[1-9]{2}[0-9]+"],
  // s3: the source of a copy
  [String.raw`\/?.+\/.+`, String.raw`.(?:(?!\/).)*\/.+`],
]);

export const linearPatterns: Iterable<readonly [slow: string, linear: string]> = linear;

export const linearEquivalent = (pattern: string): string => linear.get(pattern) ?? pattern;
