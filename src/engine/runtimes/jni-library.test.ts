import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { describe, expect, test } from "vitest";
import { jniLibrary } from "./jni-library.ts";

const plan = { javaClass: "some.place.Caller", functions: ["setenv", "getenv", "chdir"] };

describe("a library of native methods", () => {
  test.skipIf(process.platform !== "linux" || !["x64", "arm64"].includes(process.arch))("hands on what comes behind Java's own two arguments", () => {
    const folder = mkdtempSync(join(tmpdir(), "lambent-jni-"));
    try {
      const path = join(folder, "lib.so");
      writeFileSync(path, jniLibrary({ architecture: process.arch === "x64" ? "x86_64" : "aarch_64", ...plan }));
      const library = koffi.load(path);
      const setenv = library.func("int Java_some_place_Caller_setenv(void *environment, void *class, const char *name, const char *value, int overwrites)");
      const getenv = library.func("const char *Java_some_place_Caller_getenv(void *environment, void *class, const char *name)");
      expect(setenv(null, null, "LAMBENT_JNI_TEST", "told", 1)).toBe(0);
      expect(setenv(null, null, "LAMBENT_JNI_TEST", "told again", 0)).toBe(0);
      expect(getenv(null, null, "LAMBENT_JNI_TEST")).toBe("told");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("for the other processor has its instructions, and reaches the address that the loader fills in", () => {
    const file = jniLibrary({ architecture: "aarch_64", ...plan });
    expect(file.readUInt16LE(18)).toBe(183);
    const code = file.indexOf(Buffer.from("e00302aae10303aae20304aa", "hex"));
    const load = file.readUInt32LE(code + 12);
    expect([load >>> 24, load & 31, file.readUInt32LE(code + 16)]).toEqual([0x58, 16, 0xd61f0200]);
    // The word is the last but two of the second segment, which is one page further than in the file.
    const word = code + 12 + ((load >>> 5) & 0x7_ffff) * 4;
    expect(word).toBe(file.length - 3 * 8 + 0x1_0000);
  });
});
