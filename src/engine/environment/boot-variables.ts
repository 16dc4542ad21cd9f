// Variables that count before a program runs a line of its own: one that is booted already cannot be given them.

/** What the C library and the loader read, and what puts a function's own program before ours. */
const readBeforeAnyLanguage = /^(?:LD_|LC_|LANG|GLIBC_|MALLOC_|LOCPATH$|GCONV_PATH$|AWS_LAMBDA_EXEC_WRAPPER$)/;

/** `byLanguage`: Runtime.bootReads. */
export const isReadAtBoot = (name: string, byLanguage: RegExp | undefined): boolean => readBeforeAnyLanguage.test(name) || byLanguage?.test(name) === true;
