import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSettings, settingKeys, settingsTable } from "./config.ts";

const fileWith = (content: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "lambent-config-")), "lambent.json");
  writeFileSync(file, content);
  return file;
};

describe("settings", () => {
  test("have defaults that need nothing from outside", () => {
    const settings = readSettings({}, undefined, {});
    expect(settings).toMatchObject({ host: "127.0.0.1", port: 4566, region: "us-east-1", account: "000000000000", auth: "off" });
    expect(settings.dataDirectory).toBe(join(process.cwd(), ".lambent"));
  });

  test("take a flag before a variable before the file", () => {
    const file = fileWith('{"port": 1, "region": "eu-west-1", "account": "111111111111"}');
    const settings = readSettings({ port: "3" }, file, { LAMBENT_PORT: "2", LAMBENT_REGION: "eu-west-2" });
    expect(settings).toMatchObject({ port: 3, region: "eu-west-2", account: "111111111111" });
  });

  test("name endpoints of services, from a list of the file too", () => {
    const given = { serviceEndpoints: "s3=http://127.0.0.1:9000, sqs=https://sqs.eu-west-1.amazonaws.com" };
    const endpoints = new Map([["s3", "http://127.0.0.1:9000"], ["sqs", "https://sqs.eu-west-1.amazonaws.com"]]);
    expect(readSettings(given, undefined, {}).serviceEndpoints).toEqual(endpoints);
    const file = fileWith('{"service-endpoint": ["s3=http://127.0.0.1:9000", "sqs=https://sqs.eu-west-1.amazonaws.com"]}');
    expect(readSettings({}, file, {}).serviceEndpoints).toEqual(endpoints);
  });

  test("have no data directory in memory", () => {
    expect(readSettings({ memory: "true" }, undefined, {}).dataDirectory).toBeUndefined();
  });

  test.each([
    [{ port: "70000" }, "--port: must be a whole number from 0 to 65535"],
    [{ account: "12" }, "--account: must have twelve digits"],
    [{ egress: "bridge" }, "--egress: must be one of auto, none, nat, host"],
    [{ egressAllow: "10.0.0.0/8, fd00::/8" }, "--egress-allow: must be IPv4 addresses or networks such as 10.1.0.0/16, none of loopback: fd00::/8"],
    [{ egressAllow: "10.0.0.0/33" }, "--egress-allow: must be IPv4 addresses or networks such as 10.1.0.0/16, none of loopback: 10.0.0.0/33"],
    [{ egressAllow: "127.0.0.1" }, "--egress-allow: must be IPv4 addresses or networks such as 10.1.0.0/16, none of loopback: 127.0.0.1"],
    [{ region: "mars" }, "--region: must be a region such as eu-west-1"],
    [{ serviceEndpoints: "s4=http://127.0.0.1" }, "--service-endpoint: must be SERVICE=URL with one of these services: lambda, s3,"],
    [{ serviceEndpoints: "s3" }, "--service-endpoint: must be SERVICE=URL"],
    [{ serviceEndpoints: "s3=127.0.0.1:9000" }, "--service-endpoint: must give s3 a URL that begins with http:// or https://"],
    [{ auth: "maybe" }, "--auth: must be one of on, off"],
  ])("refuse %j by name", (flags, message) => {
    expect(() => readSettings(flags, undefined, {})).toThrow(message);
  });

  test("refuse an unknown key of the file by name", () => {
    expect(() => readSettings({}, fileWith('{"prot": 1}'), {})).toThrow('there is no setting "prot"');
  });

  test("have a flag and a variable of their own each", () => {
    const keys = settingKeys();
    expect(new Set(keys.map((key) => settingsTable[key].flag)).size).toBe(keys.length);
    expect(new Set(keys.map((key) => settingsTable[key].variable)).size).toBe(keys.length);
  });
});
