// The operator's own access key, kept beside the data and readable by its owner only. `lambent env` prints it.
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AccountId } from "../core/context.ts";

export interface Operator {
  readonly account: AccountId;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The form of IAM's long-term keys: `AKIA` and sixteen of A to Z and 2 to 7. */
const keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const operatorFile = (dataDirectory: string): string => join(dataDirectory, "operator.json");

/** Where nothing is verified any key does: one that names the account. */
export const openOperator = (account: AccountId): Operator => ({
  account,
  accessKeyId: account,
  secretAccessKey: "lambent",
});

function createOperator(account: AccountId): Operator {
  const letters = Array.from(randomBytes(16), (byte) => keyAlphabet[byte % keyAlphabet.length]);
  return {
    account,
    accessKeyId: `AKIA${letters.join("")}`,
    secretAccessKey: randomBytes(30).toString("base64"),
  };
}

/** Reads the operator of a data directory, or makes one at the first start. */
export async function loadOperator(dataDirectory: string, account: AccountId): Promise<Operator> {
  const file = operatorFile(dataDirectory);
  const known = await readOperator(dataDirectory);
  if (known !== undefined) return { ...known, account };
  const operator = createOperator(account);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  // Written aside, synced and linked: a crash leaves no half a key, and a key that is there is never replaced.
  const aside = `${file}.${process.pid}`;
  const handle = await open(aside, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(operator, undefined, 2)}\n`);
    await handle.sync();
    await link(aside, file);
  } finally {
    await handle.close();
    await rm(aside, { force: true });
  }
  return operator;
}

export async function readOperator(dataDirectory: string): Promise<Operator | undefined> {
  let text: string;
  try {
    text = await readFile(operatorFile(dataDirectory), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return JSON.parse(text) as Operator;
}
