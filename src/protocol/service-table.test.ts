import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isRecord } from "./scalar.ts";
import { services } from "./service-table.ts";
import { schemasOf } from "./shape.ts";

const constraints = new URL("../../data/constraints/", import.meta.url);

/** What the official client itself says about its service. */
async function configOf(load: () => Promise<object>): Promise<Record<string, unknown>> {
  const Client: unknown = Object.entries(await load()).find(([name]) => /^[A-Z]\w*Client$/.test(name))?.[1];
  if (typeof Client !== "function") throw new TypeError("no client class");
  const client: unknown = Reflect.construct(Client, [{ region: "eu-west-1" }]);
  if (!isRecord(client) || !isRecord(client["config"])) throw new TypeError("no client");
  return client["config"];
}

describe.each(services)("$name", (entry) => {
  test("is named on the wire as its official client names it", async () => {
    const config = await configOf(entry.load);
    const settings = isRecord(config["protocolSettings"]) ? config["protocolSettings"] : {};
    expect(settings).toMatchObject({ serviceTarget: entry.targetPrefix, version: entry.version });
    expect(config["defaultSigningName"]).toBe(entry.signingName);
    const namespace: unknown = settings["xmlNamespace"];
    // SQS's client has forgotten the one of its XML past; EC2's leaves out the slash that its service answers with.
    if (entry.xmlNamespace !== undefined && typeof namespace === "string") {
      expect(entry.xmlNamespace.replace(/\/$/, "")).toBe(namespace.replace(/\/$/, ""));
    }
  });

  test("speaks what its client speaks", async () => {
    const { protocol } = await configOf(entry.load);
    const speaks: unknown =
      isRecord(protocol) && typeof protocol["getShapeId"] === "function" ? protocol["getShapeId"]() : "";
    expect(entry.protocols.map((name) => `aws.protocols#${name}`)).toContain(speaks);
  });

  test("has XML answers only with a namespace, and constraints under its name", () => {
    const xml = entry.protocols.some((name) => ["awsQuery", "ec2Query", "restXml"].includes(name));
    expect(entry.xmlNamespace !== undefined).toBe(xml);
    expect(existsSync(new URL(`${entry.name}.json`, constraints))).toBe(true);
  });
});

test("protocols that begin by reading the body are asked last", () => {
  for (const { protocols } of services) {
    const [first, ...more] = protocols.filter((name) => name === "awsQuery" || name === "ec2Query");
    expect(more).toEqual([]);
    if (first !== undefined) expect(protocols.at(-1)).toBe(first);
  }
});

test("every client models its operations with schemas", async () => {
  const counts = await Promise.all(services.map(async ({ load }) => schemasOf(await load()).operations.length));
  expect(Math.min(...counts)).toBeGreaterThan(0);
});
