import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSyscalls } from "../syscalls.ts";
import { endKilledInstances, enterInstance } from "./instances.ts";

const syscalls = loadSyscalls();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lambent-instances-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const killed = (): readonly string[] => {
  const ids: string[] = [];
  endKilledInstances(folder, syscalls, (id) => ids.push(id));
  return ids;
};

test("a server that lives is left alone, one that was killed is found once", () => {
  const leave = enterInstance(folder, "alive", syscalls);
  // What a killed server leaves: its file, which nobody has locked.
  writeFileSync(join(folder, "killed"), "");
  expect(killed()).toEqual(["killed"]);
  expect(killed()).toEqual([]);
  expect(readdirSync(folder)).toEqual(["alive"]);
  leave();
  expect(readdirSync(folder)).toEqual([]);
});

test("a server that is about to enter is not taken for one that was killed", () => {
  const leave = enterInstance(folder, "entering", { tryLock: (fd) => {
    expect(killed()).toEqual([]);
    return syscalls.tryLock(fd);
  } });
  expect([killed(), readdirSync(folder)]).toEqual([[], ["entering"]]);
  leave();
});

test("a server that could not be ended is tried again", () => {
  writeFileSync(join(folder, "stubborn"), "");
  expect(() => endKilledInstances(folder, syscalls, () => { throw new Error("no"); })).toThrow("no");
  expect(killed()).toEqual(["stubborn"]);
});

test("there may have been no server before", () => {
  rmSync(folder, { recursive: true });
  expect(killed()).toEqual([]);
  enterInstance(folder, "first", syscalls)();
});

test("a lock lasts until the last of its descriptors is closed", () => {
  const file = join(folder, "lock");
  const [first, second] = [openSync(file, "a"), openSync(file, "a")];
  expect(syscalls.tryLock(first)).toBe(true);
  expect(syscalls.tryLock(second)).toBe(false);
  closeSync(first);
  expect(syscalls.tryLock(second)).toBe(true);
  closeSync(second);
});
