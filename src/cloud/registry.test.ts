import { describe, expect, test } from "vitest";
import type { CallContext, Principal } from "../core/context.ts";
import { Fault } from "../core/faults.ts";
import { unsupported } from "../protocol/operation.ts";
import type { ServiceWire } from "../protocol/protocol.ts";
import { ServiceRegistry } from "./registry.ts";

const context = (principal: Principal): CallContext => ({ principal, account: "123456789012", region: "eu-west-1" }) as CallContext;
const anonymous = context({ kind: "anonymous" });
const role = context({ kind: "role", accessKeyId: "ASIA", roleArn: "arn:aws:iam::123456789012:role/service/r", sessionName: "s", functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:s" });
const wire = async (): Promise<ServiceWire> => Promise.reject(new Error("not asked for"));

function registryWith(name: string, validate: () => void = () => {}): ServiceRegistry {
  const registry = new ServiceRegistry();
  const Echo = async (input: object): Promise<object> => ({ echoed: input });
  registry.register({ service: { name, operations: { Echo, Later: unsupported } }, wire, validator: async () => ({ validate }) });
  return registry;
}

const refusal = async (call: () => Promise<object>): Promise<unknown> => Promise.resolve().then(call).then(() => "no refusal", (error: unknown) => error);

describe("an operation", () => {
  test("runs with the input of another service", async () => {
    expect(await registryWith("lambda").call("lambda", "Echo", { a: 1 }, anonymous)).toEqual({ echoed: { a: 1 } });
  });

  test.each(["Later", "Unheard", "constructor", "__proto__"])("%s that has no handler is refused by name", async (operation) => {
    const error = await refusal(() => registryWith("lambda").call("lambda", operation, {}, anonymous));
    expect(error).toMatchObject({ code: "NotImplementedException", status: 501, message: `Lambent does not serve the operation lambda:${operation} yet.` });
  });

  test("of a service that is not served is refused by name", async () => {
    const unsent = { input: {}, unknownMembers: [] };
    expect(await refusal(() => registryWith("lambda").dispatch("sqs", "SendMessage", unsent, anonymous))).toMatchObject({ status: 501, message: "Lambent does not serve the service sqs yet." });
    expect(await refusal(() => registryWith("lambda").call("sqs", "SendMessage", {}, anonymous))).toMatchObject({
      status: 501,
      message: "Lambent does not serve the service sqs yet and was not told where one is: start it with --service-endpoint sqs=URL.",
    });
  });

  test("of a service that is not served goes elsewhere when a service of ours asks for it, and no request does", async () => {
    const elsewhere = { call: async (...call: unknown[]): Promise<object> => ({ call }) };
    const registry = new ServiceRegistry(elsewhere);
    expect(await registry.call("s3", "GetObject", { Key: "k" }, anonymous)).toEqual({ call: ["s3", "GetObject", { Key: "k" }, anonymous] });
    expect(await refusal(() => registry.dispatch("s3", "GetObject", { input: {}, unknownMembers: [] }, anonymous))).toMatchObject({ status: 501 });
  });

  test("is loaded with the others of its service on the first request, over the wire or from another service", async () => {
    const asked: string[] = [];
    const lazy = (name: string): ServiceRegistry => {
      const registry = new ServiceRegistry();
      const operations = async () => {
        asked.push(name);
        return { Echo: async (input: object): Promise<object> => ({ echoed: input }) };
      };
      registry.register({ service: { name, operations }, wire: async () => ({}) as ServiceWire, validator: async () => ({ validate: () => {} }) });
      return registry;
    };
    const inside = lazy("inside");
    expect(asked).toEqual([]);
    for (const n of [1, 2]) expect(await inside.call("inside", "Echo", { n }, anonymous)).toEqual({ echoed: { n } });
    expect(await refusal(() => inside.call("inside", "Unheard", {}, anonymous))).toMatchObject({ status: 501 });
    const outside = lazy("outside").find("outside");
    await outside?.wire();
    outside?.requireOperation("Echo");
    expect(() => outside?.requireOperation("Unheard")).toThrow("Lambent does not serve the operation outside:Unheard yet.");
    expect(asked).toEqual(["inside", "outside"]);
  });

  test("is validated before it runs", async () => {
    const invalid = new Fault({ code: "ValidationException", status: 400, message: "1 validation error detected" });
    const registry = registryWith("lambda", () => {
      throw invalid;
    });
    expect(await refusal(() => registry.call("lambda", "Echo", {}, anonymous))).toBe(invalid);
  });

  test("is refused to a caller whom its service throttles, before it is looked at", async () => {
    const throttle = new Fault({ code: "TooManyRequestsException", status: 429, message: "Rate Exceeded." });
    const asked: unknown[] = [];
    const registry = new ServiceRegistry();
    registry.register({
      service: { name: "lambda", operations: { Echo: async () => ({}) } },
      wire,
      validator: async () => Promise.reject(new Error("not asked for")),
      admit(operation, { account }) {
        asked.push([operation, account]);
        throw throttle;
      },
    });
    expect(await refusal(() => registry.call("lambda", "Echo", {}, anonymous))).toBe(throttle);
    expect(asked).toEqual([["Echo", anonymous.account]]);
  });

  test("of Lambent's administration is refused to roles", async () => {
    expect(await registryWith("lambda").call("lambda", "Echo", {}, role)).toBeDefined();
    expect(await registryWith("admin").call("admin", "Echo", {}, anonymous)).toBeDefined();
    expect(await refusal(() => registryWith("admin").call("admin", "Echo", {}, role))).toMatchObject({
      code: "AccessDeniedException",
      message: "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: admin:Echo",
    });
  });
});

describe("a codec", () => {
  test("is loaded on the first request, once", async () => {
    let loads = 0;
    const registry = new ServiceRegistry();
    const codec = { service: "lambda" } as ServiceWire;
    const load = async (): Promise<ServiceWire> => {
      loads += 1;
      return codec;
    };
    registry.register({ service: { name: "lambda", operations: {} }, wire: load, validator: async () => ({ validate: () => {} }) });
    const service = registry.find("lambda");
    expect(loads).toBe(0);
    expect(await Promise.all([service?.wire(), service?.wire()])).toEqual([codec, codec]);
    expect(service?.wire()).toBe(codec);
    expect(loads).toBe(1);
  });

  test("that failed to load is tried again", async () => {
    let loads = 0;
    const registry = new ServiceRegistry();
    const load = async (): Promise<ServiceWire> => {
      loads += 1;
      if (loads === 1) throw new Error("no memory");
      return { service: "lambda" } as ServiceWire;
    };
    registry.register({ service: { name: "lambda", operations: {} }, wire: load, validator: async () => ({ validate: () => {} }) });
    const service = registry.find("lambda");
    await expect(service?.wire()).rejects.toThrow("no memory");
    expect(await service?.wire()).toMatchObject({ service: "lambda" });
  });
});
