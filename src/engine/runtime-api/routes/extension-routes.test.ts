// The Extensions API over HTTP, before the state machine of a real set of extensions.
import { afterEach, describe, expect, test } from "vitest";
import { RawClient, ask, openFront, raw, type Answer, type OpenedFront } from "../../../../test/harness/guest-http.ts";
import { systemIds } from "../../../core/ids.ts";
import { Extensions } from "../../environment/extensions.ts";
import type { ExtensionEvent } from "../extensions-port.ts";

const described = { functionName: "f", functionVersion: "7", handler: "index.handler", accountId: "123456789012" };
const invoke: ExtensionEvent = {
  eventType: "INVOKE",
  deadlineMs: 1,
  requestId: "r",
  invokedFunctionArn: "arn",
  tracing: { type: "X-Amzn-Trace-Id", value: "Root=1-2;Sampled=1" },
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Opened extends OpenedFront {
  readonly extensions: Extensions;
}

async function open(...launched: readonly string[]): Promise<Opened> {
  const extensions = new Extensions(systemIds, described, () => {});
  extensions.launch(launched);
  const opened = await openFront("initialising", extensions);
  closers.push(() => opened.front.close());
  return { ...opened, extensions };
}

const register = (opened: Opened, name: string, body = '{"events":["INVOKE"]}', headers: Record<string, string> = {}): Promise<Answer> =>
  ask(opened, "/2020-01-01/extension/register", { headers: { "Lambda-Extension-Name": name, ...headers }, body: Buffer.from(body) });

const poll = (opened: Opened, identifier: string): Promise<Answer> =>
  ask(opened, "/2020-01-01/extension/event/next", { method: "GET", headers: { "Lambda-Extension-Identifier": identifier } });

const identifierOf = ({ headers }: Answer): string => String(headers["lambda-extension-identifier"]);

const faultOf = ({ status, body }: Answer): unknown => [status, JSON.parse(body)];

const fault = (errorType: string, errorMessage: string): unknown => [403, { errorMessage, errorType }];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("register", () => {
  test("tells an extension its identifier and the function, and the account when asked", async () => {
    const opened = await open("a");
    const answer = await register(opened, "a");
    expect(answer.status).toBe(200);
    expect(identifierOf(answer)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(JSON.parse(answer.body)).toEqual({ functionName: "f", functionVersion: "7", handler: "index.handler" });
    const features = { "Lambda-Extension-Accept-Feature": "some_non_existing_feature, accountId," };
    expect(JSON.parse((await register(opened, "i", "{}", features)).body)).toEqual(described);
  });

  test("finds the file of an extension by the bytes of its name", async () => {
    const opened = await open("übung");
    expect((await register(opened, Buffer.from("übung").toString("latin1"))).status).toBe(200);
    expect(opened.extensions.views).toMatchObject([{ name: "übung", kind: "external", state: "Registered" }]);
  });

  test.each<[string, string, string, unknown]>([
    ["no name", "", "{}", fault("Extension.InvalidExtensionName", "Empty extension name")],
    ["no body", "i", "", fault("InvalidRequestFormat", "unexpected end of JSON input")],
    ["no JSON", "i", "{", fault("InvalidRequestFormat", "The request is not JSON")],
    ["no object", "i", "[]", fault("InvalidRequestFormat", "The request is not a JSON object")],
    ["no list", "i", '{"events":"INVOKE"}', fault("InvalidRequestFormat", "events is not a list of strings")],
    ["no strings", "i", '{"events":[1]}', fault("InvalidRequestFormat", "events is not a list of strings")],
    [
      "keys",
      "i",
      '{"events":[],"configurationKeys":["a"]}',
      fault("InvalidRequestFormat", "configurationKeys are deprecated; use environment variables instead"),
    ],
    ["another event", "i", '{"events":["invoke"]}', fault("Extension.InvalidEventType", "invoke: ErrorInvalidEventType")],
    [
      "SHUTDOWN from within",
      "i",
      '{"events":["SHUTDOWN"]}',
      fault("Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"),
    ],
  ])("refuses %s", async (_, name, body, expected) => {
    const opened = await open("a");
    expect(faultOf(await register(opened, name, body))).toEqual(expected);
    expect(opened.extensions.views).toHaveLength(1);
  });

  test("refuses a second time, an eleventh, and what is late", async () => {
    const opened = await open("a");
    await register(opened, "a");
    expect(faultOf(await register(opened, "a"))).toEqual(
      fault(
        "Extension.InvalidExtensionState",
        "State transition from Registered to Registered failed for extension a. Error: State transition is not allowed",
      ),
    );
    await register(opened, "i");
    expect(faultOf(await register(opened, "i"))).toEqual(
      fault("Extension.InvalidExtensionState", "Extension with this name already registered"),
    );
    for (let more = 0; more < 8; more += 1) expect((await register(opened, `i${more}`)).status).toBe(200);
    expect(faultOf(await register(opened, "i8"))).toEqual(fault("Extension.TooManyExtensions", "Extension limit (10) reached"));
    opened.extensions.closeRegistration();
    expect(faultOf(await register(opened, "i8"))).toEqual(fault("Extension.RegistrationClosed", "Extension registration closed already"));
  });

  test("keeps no body that is longer than a registration can be", async () => {
    const opened = await open();
    expect((await register(opened, "i", " ".repeat(1024 * 1024 + 1))).status).toBe(413);
  });
});

describe("event/next", () => {
  test("waits for an event and gives it", async () => {
    const opened = await open("a");
    const identifier = identifierOf(await register(opened, "a"));
    const polled = poll(opened, identifier.toUpperCase());
    await until(() => opened.extensions.isSettled);
    opened.extensions.dispatch(invoke);
    const { status, headers, body } = await polled;
    expect([status, headers["content-type"], JSON.parse(body)]).toEqual([200, "application/json", invoke]);
    expect(headers["lambda-extension-event-identifier"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("waits once only, and a lost connection loses no event", async () => {
    const opened = await open("a");
    const identifier = identifierOf(await register(opened, "a"));
    const first = new RawClient(opened);
    void first.write(`GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: HOST\r\nLambda-Extension-Identifier: ${identifier}\r\n\r\n`);
    await until(() => opened.extensions.isSettled);
    expect(faultOf(await poll(opened, identifier))).toEqual(
      fault(
        "Extension.InvalidExtensionState",
        `State transition from Ready to Ready failed for extension ${identifier}. Error: State transition is not allowed`,
      ),
    );
    first.reset();
    await first.closed;
    // The server has noticed once another connection was served after it.
    await ask(opened, "/ping", { method: "GET" });
    opened.extensions.dispatch(invoke);
    expect(JSON.parse((await poll(opened, identifier)).body)).toEqual(invoke);
  });

  test.each([
    ["event/next", "GET"],
    ["init/error", "POST"],
    ["exit/error", "POST"],
  ])("and %s want to know who asks", async (path, method) => {
    const opened = await open();
    const asked = (headers: Record<string, string>): Promise<Answer> => ask(opened, `/2020-01-01/extension/${path}`, { method, headers });
    expect(faultOf(await asked({}))).toEqual(fault("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"));
    expect(faultOf(await asked({ "Lambda-Extension-Identifier": "me" }))).toEqual(
      fault("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"),
    );
    const stranger = systemIds.uuid();
    const message = path === "event/next" ? `Unknown extension ${stranger}` : "Unknown Lambda-Extension-Identifier";
    const known = { "Lambda-Extension-Identifier": stranger, "Lambda-Extension-Function-Error-Type": "E" };
    expect(faultOf(await asked(known))).toEqual(fault("Extension.UnknownExtensionIdentifier", message));
  });
});

describe("an error of an extension", () => {
  test.each(["init", "exit"])("at %s has a type, and is accepted again", async (phase) => {
    const opened = await open("a");
    const identifier = identifierOf(await register(opened, "a"));
    const report = (headers: Record<string, string>): Promise<Answer> =>
      ask(opened, `/2020-01-01/extension/${phase}/error`, { headers: { "Lambda-Extension-Identifier": identifier, ...headers }, body: "{}" });
    expect(faultOf(await report({}))).toEqual(fault("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found"));
    for (let time = 0; time < 2; time += 1) {
      expect(await report({ "Lambda-Extension-Function-Error-Type": "Extension.Mine" })).toMatchObject({ status: 202, body: '{"status":"OK"}' });
    }
    expect(opened.extensions.views).toMatchObject([{ state: phase === "init" ? "InitError" : "ExitError", errorType: "Extension.Mine" }]);
  });

  test("lets go of its own waiting poll", async () => {
    const opened = await open("a");
    const identifier = identifierOf(await register(opened, "a"));
    const polled = poll(opened, identifier);
    await until(() => opened.extensions.isSettled);
    const headers = { "Lambda-Extension-Identifier": identifier, "Lambda-Extension-Function-Error-Type": "E" };
    await ask(opened, "/2020-01-01/extension/exit/error", { headers });
    expect(faultOf(await polled)).toEqual(
      fault(
        "Extension.InvalidExtensionState",
        `State transition from ExitError to Ready failed for extension ${identifier}. Error: Concurrent state modification`,
      ),
    );
  });
});

describe("where extensions are not run", () => {
  test("they are told so", async () => {
    const opened = await openFront();
    closers.push(() => opened.front.close());
    const head = "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: HOST\r\nLambda-Extension-Name: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    expect(await raw(opened, [head], false)).toMatch(/^HTTP\/1\.1 501 [^]*The Extensions API is not supported yet/);
  });
});
