// `lambent logs NAME` and `lambent logs NAME -f` against a live server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke } from "../harness/functions.ts";
import { createFunction, startTestLambent, temporaryFolder, type TestLambent } from "../harness/lambent.ts";
import { run } from "../harness/program.ts";

const bin = fileURLToPath(new URL("../../bin/lambent.js", import.meta.url));

let lambent: TestLambent;
let place: readonly string[];
beforeAll(async () => {
  lambent = await startTestLambent();
  place = ["--port", new URL(lambent.endpoint).port, "--data", temporaryFolder("no-server")];
  await createFunction(lambent.lambda, "talker", { "index.mjs": "export const handler = async ({ lines }) => { for (const line of lines) console.log(line); };" });
});
afterAll(() => lambent[Symbol.asyncDispose]());

/** Prints the lines in an invoke of its own. */
const print = (...lines: string[]) => invoke(lambent.lambda, "talker", { lines }, { LogType: "None" });
const timed = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
/** Without its time, and without what the platform and the runtime put before it. */
const wordsOf = (line: string): string => line.replace(timed, "").split("\t").at(-1) ?? "";

test("shows every line in order, the platform's too, each with its time", async () => {
  await print("one", "two");
  await print("three");
  const { stdout } = await run(process.execPath, [bin, "logs", "talker", ...place], {});
  const lines = stdout.trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(timed);
  expect(lines.map(wordsOf).filter((word) => ["one", "two", "three"].includes(word))).toEqual(["one", "two", "three"]);
  const kinds = lines.flatMap((line) => /^(?:INIT_START|START|END|REPORT)/.exec(line.replace(timed, "")) ?? []);
  expect(kinds).toEqual(["INIT_START", "START", "END", "REPORT", "START", "END", "REPORT"]);
  const times = lines.map((line) => line.slice(0, 24));
  expect(times).toEqual(times.toSorted());
});

test("shows the last lines only, when so many are asked for", async () => {
  await print("last");
  const { stdout } = await run(process.execPath, [bin, "logs", "talker", "-n", "3", ...place], {});
  expect(stdout.trimEnd().split("\n").map((line) => line.replace(timed, ""))).toEqual([
    expect.stringMatching(/\tlast$/),
    expect.stringMatching(/^END /),
    expect.stringMatching(/^REPORT /),
  ]);
});

test("says that a function has logged nothing: its name may be misspelt", async () => {
  const { stdout, stderr } = await run(process.execPath, [bin, "logs", "talkre", ...place], {});
  expect(stdout).toBe("");
  expect(stderr).toBe("lambent: talkre has logged nothing in us-east-1 of account 000000000000\n");
});

test("with -f shows what comes while it runs, and ends on SIGINT", async () => {
  await print("before");
  const child = spawn(process.execPath, [bin, "logs", "talker", "-f", ...place], { stdio: ["ignore", "pipe", "inherit"] });
  const words: string[] = [];
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const readUntil = async (word: string): Promise<void> => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      words.push(wordsOf(next.value));
      if (words.at(-1) === word) return;
    }
    throw new Error(`${word} did not come`);
  };
  const ended = once(child, "exit");
  try {
    await readUntil("before");
    for (const word of ["first", "second"]) {
      await print(word);
      await readUntil(word);
    }
    for (const word of ["first", "second"]) expect(words.filter((seen) => seen === word)).toHaveLength(1);
  } finally {
    child.kill("SIGINT");
  }
  await ended;
});

test("with -f ends when the server stops, and does not hold that up", async () => {
  const own = await startTestLambent();
  await createFunction(own.lambda, "short", { "index.mjs": "export const handler = async () => console.log('followed');" });
  await invoke(own.lambda, "short");
  const follower = spawn(process.execPath, [bin, "logs", "short", "-f", "--port", new URL(own.endpoint).port, ...place.slice(2)], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(follower, "exit");
  for await (const line of createInterface(follower.stdout)) if (line.endsWith("followed")) break;
  const startedMs = performance.now();
  await own.running.stop(20_000);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(await ended).toEqual([0, null]);
});

test("shows a message of several lines as several lines", async () => {
  await print("upper\n  lower");
  const { stdout } = await run(process.execPath, [bin, "logs", "talker", "-n", "3", ...place], {});
  expect(stdout).toMatch(/\tINFO\tupper\n {2}lower\n\S+ END /);
  expect(stdout).not.toContain("\r");
});

test("with -n 0 shows nothing of the past, and a number that is none is refused", async () => {
  expect((await run(process.execPath, [bin, "logs", "talker", "-n", "0", ...place], {})).stdout).toBe("");
  await expect(run(process.execPath, [bin, "logs", "talker", "-n", "few", ...place], {})).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("must be a whole number") });
});

test("of another account and of a function that never ran are empty; a server that is not there is said to be missing", async () => {
  const other = await run(process.execPath, [bin, "logs", "talker", "--account", "111111111111", ...place], {});
  expect(other.stdout).toBe("");
  expect((await run(process.execPath, [bin, "logs", "nobody", ...place], {})).stdout).toBe("");
  await expect(run(process.execPath, [bin, "logs", "talker", ...place.slice(2), "--port", "1"], {})).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("nothing answers at http://127.0.0.1:1"),
  });
});
