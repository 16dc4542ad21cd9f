import { expect, test } from "vitest";
import { installByFirst } from "./version-managers.ts";

const ignore = (): void => undefined;

test("the first version manager that succeeds is enough", async () => {
  const lines: string[] = [];
  const commands = [["nowhere-to-be-found", []], ["sh", ["-c", "echo done"]], ["sh", ["-c", "echo never"]]] as const;
  await installByFirst("python3.13", commands, (line) => lines.push(line));
  expect(lines).toEqual(["done"]);
});

test("when none does, the fault has what each of them said", async () => {
  const commands = [["nowhere-to-be-found", []], ["sh", ["-c", "echo no such version >&2; exit 3"]]] as const;
  await expect(installByFirst("ruby3.4", commands, ignore)).rejects.toMatchObject({
    code: "RuntimeNotInstalled",
    message: expect.stringMatching(/^ruby3\.4 could not be installed: nowhere-to-be-found: .+\nsh: .+/s),
  });
});
