// What the resolver of sandboxes answers by itself, byte by byte as RFC 1035 has it, and what it leaves to others.
import { expect, test } from "vitest";
import { answerOfLocalhost } from "./local-names.ts";

/** As resolvers ask, with an additional record that is none of the question. */
const question = (name: string, type = 1, flags = 0x0100): Buffer => {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const header = Buffer.from([0xab, 0xcd, flags >> 8, flags & 0xff, 0, 1, 0, 0, 0, 0, 0, 1]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1]), Buffer.from("additional")]);
};
const ofQuestion = (name: string, type = 1): Buffer => question(name, type).subarray(12, -"additional".length);

test.each(["localhost", "abc.lambda-url.us-east-1.LocalHost"])("%s is the IPv4 loopback", (name) => {
  const header = Buffer.from([0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  expect(answerOfLocalhost(question(name))).toEqual(Buffer.concat([header, ofQuestion(name), record]));
});

test("has nothing of other types", () => {
  const header = Buffer.from([0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]);
  expect(answerOfLocalhost(question("a.localhost", 28))).toEqual(Buffer.concat([header, ofQuestion("a.localhost", 28)]));
});

test.each([
  ["another name", question("localhost.example.com")],
  ["a name that ends alike", question("notlocalhost")],
  ["an answer", question("localhost", 1, 0x8180)],
  ["a pointer", Buffer.concat([question("a").subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])])],
  ["cut short", question("localhost").subarray(0, 23)],
  ["without its type", question("localhost").subarray(0, 24)],
  ["nothing", Buffer.alloc(0)],
])("leaves alone: %s", (_what, bytes) => {
  expect(answerOfLocalhost(bytes)).toBeUndefined();
});
