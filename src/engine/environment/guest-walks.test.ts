// Guests that say anything in any order to a live environment over HTTP, beside a model of what AWS's runtime answers: each
// reply is the one that the model gives, each invoke has the outcome that the model gives, and the next guest is served.
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { settle } from "../../../test/harness/engine.ts";
import { RawClient } from "../../../test/harness/guest-http.ts";
import { parseReplies, verdictOf } from "../../../test/harness/guest-replies.ts";
import { HttpEnvironment, outcomeOf, serve } from "../../../test/harness/http-environment.ts";

type State = "Started" | "Ready" | "Running" | "InvocationResponse" | "ResponseSent" | "Exited";

const said = [
  "next",
  "response",
  "response with a wrong id",
  "response of another attempt",
  "response in an odd mode",
  "response too large",
  "response cut short",
  "response with broken chunks",
  "stream",
  "stream with an error",
  "stream cut short",
  "stream begun",
  "error",
  "error with an odd type",
  "error cut short",
  "init error",
  "nothing that exists",
  "no HTTP",
] as const;

type Said = (typeof said)[number];

/** What the guest does that answers its event, and the outcome of the invoke. */
const answers: Readonly<Partial<Record<Said, readonly [reply: string, outcome: string]>>> = {
  response: ["202", "done"],
  "response in an odd mode": ["400 InvalidFunctionResponseMode", "Runtime.InvalidResponseModeHeader"],
  "response too large": ["413 RequestEntityTooLarge", "Function.ResponseSizeTooLarge"],
  "response cut short": ["400 TruncatedHTTPRequest", "Runtime.TruncatedResponse"],
  "response with broken chunks": ["400 TruncatedHTTPRequest", "Runtime.TruncatedResponse"],
  stream: ["202", "done"],
  "stream with an error": ["202", "Function.Mine"],
  "stream cut short": ["400 TruncatedHTTPRequest", "Runtime.TruncatedResponse"],
  error: ["202", "Function.Mine"],
  "error with an odd type": ["202", "Runtime.Unknown"],
  "error cut short": ["400 TruncatedHTTPRequest", "Runtime.TruncatedResponse"],
};

/** What is wrong in any state. */
const mistakes: Readonly<Partial<Record<Said, string>>> = {
  "response of another attempt": "400 InvalidInvocationId",
  "nothing that exists": "404 NotFound",
  "no HTTP": "400 MalformedHTTPRequest",
};

class Model {
  state: State = "Started";
  /** Of the event that is with the guest, or was last. */
  outcome: string | undefined;

  /** The reply; undefined: none comes yet. */
  hear(words: Said): string | undefined {
    const mistake = mistakes[words];
    if (mistake !== undefined) return mistake;
    const refused = "403 InvalidStateTransition";
    if (words === "init error") {
      if (this.state !== "Started") return refused;
      this.state = "Exited";
      return "202";
    }
    if (words === "next") return this.#next(refused);
    // Before the first event there is no id that would be right.
    if (words === "response with a wrong id") return this.state === "Started" ? refused : "400 InvalidRequestID";
    if (this.state !== "Running") return refused;
    if (words === "stream begun") {
      this.state = "InvocationResponse";
      return undefined;
    }
    const [reply, outcome] = answers[words] ?? ["", ""];
    this.state = "ResponseSent";
    this.outcome = outcome;
    return reply;
  }

  #next(refused: string): string | undefined {
    if (this.state === "Started" || this.state === "ResponseSent") {
      // The next event waits already.
      this.state = "Running";
      this.outcome = undefined;
      return "200";
    }
    // The same one again.
    return this.state === "Running" ? "200" : refused;
  }
}

/** The bytes of one request, and whether the connection is then half closed. */
function requestOf(words: Said, requestId: string): readonly [text: string, ends: boolean] {
  const head = (path: string, ...fields: readonly string[]): string =>
    `${[`POST /2018-06-01/runtime/${path} HTTP/1.1`, "Host: HOST", ...fields].join("\r\n")}\r\n`;
  const whole = (text: string): string => `Content-Length: ${text.length}\r\n\r\n${text}`;
  const response = `invocation/${requestId}/response`;
  const error = `invocation/${requestId}/error`;
  const streamed = head(response, "Lambda-Runtime-Function-Response-Mode: streaming", "Transfer-Encoding: chunked");
  const type = "Lambda-Runtime-Function-Error-Type: Function.Mine";
  switch (words) {
    case "next":
      return ["GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: HOST\r\n\r\n", false];
    case "response":
      return [head(response) + whole('"done"'), false];
    case "response with a wrong id":
      return [head("invocation/wrong/response") + whole('"wrong"'), false];
    case "response of another attempt":
      return [head(response, "Lambda-Runtime-Invocation-Id: wrong") + whole('"wrong"'), false];
    case "response in an odd mode":
      return [head(response, "Lambda-Runtime-Function-Response-Mode: odd") + whole('"odd"'), false];
    case "response too large":
      return [head(response) + whole("x".repeat(6_291_557)), false];
    case "response cut short":
      return [`${head(response)}Content-Length: 10\r\n\r\nabc`, true];
    case "response with broken chunks":
      return [`${head(response, "Transfer-Encoding: chunked")}\r\n3\r\nabcd\r\n`, false];
    case "stream":
      return [`${streamed}\r\n4\r\n"don\r\n2\r\ne"\r\n0\r\n\r\n`, false];
    case "stream with an error":
      return [`${streamed}\r\n1\r\nx\r\n0\r\n${type}\r\nLambda-Runtime-Function-Error-Body: e30=\r\n\r\n`, false];
    case "stream cut short":
      return [`${streamed}\r\n4\r\n"do`, true];
    case "stream begun":
      return [`${streamed}\r\n1\r\nx\r\n`, false];
    case "error":
      return [head(error, type) + whole("{}"), false];
    case "error with an odd type":
      return [head(error, "Lambda-Runtime-Function-Error-Type: odd") + whole("{}"), false];
    case "error cut short":
      return [`${head(error, type)}Content-Length: 10\r\n\r\n{`, true];
    case "init error":
      return [head("init/error", type) + whole("{}"), false];
    case "nothing that exists":
      return [head("invocation/previous") + whole(""), false];
    case "no HTTP":
      return ["\u0016\u0003\u0001 hello\r\n\r\n", false];
    default:
      return words satisfies never;
  }
}

const opened: HttpEnvironment[] = [];

afterEach(() => Promise.all(opened.splice(0).map(({ engine }) => engine.engine.stop(0))));

/** Says it on a connection of its own. Resolves with the reply, or with nothing when none is due. */
async function say(environment: HttpEnvironment, words: Said, isAnswered: boolean): Promise<string | undefined> {
  const client = new RawClient(environment.address);
  const [text, ends] = requestOf(words, environment.requestId);
  await client.write(text);
  if (ends) client.end();
  if (!isAnswered) {
    await environment.seen();
    return undefined;
  }
  return parseReplies(await client.received(/\r\n\r\n[^]*\}$|page not found"/)).map(verdictOf).join(", ");
}

async function walk(environment: HttpEnvironment, steps: readonly Said[]): Promise<void> {
  const model = new Model();
  for (const words of steps) {
    // There is an event for whoever asks.
    if (words === "next" && model.state === "ResponseSent") environment.begin();
    const before = model.state;
    const expected = model.hear(words);
    // It is tried again inside the invoke.
    if (model.state === "Exited") environment.engine.driver.onStart = (guest) => void serve(guest);
    expect([before, words, await say(environment, words, expected !== undefined)]).toEqual([before, words, expected]);
    if (model.state === "Exited") {
      expect(await environment.outcome).toBe("done");
      return;
    }
    if (before === "Running" && model.state === "ResponseSent") expect(await environment.outcome).toBe(model.outcome);
  }
  await part(environment, model);
}

/** Whatever is open comes to its end, and a guest that behaves is served in the same environment. */
async function part(environment: HttpEnvironment, model: Model): Promise<void> {
  const { engine, outcome } = environment;
  engine.driver.onStart = (guest) => void serve(guest);
  if (model.state === "Running" || model.state === "InvocationResponse") {
    engine.clock.advance(3000);
    expect(await outcome).toBe("Sandbox.Timedout");
  } else {
    environment.guest.exit({ exitCode: 1 });
    await settle();
    expect(await outcome).toBe(model.state === "Started" ? "done" : model.outcome);
  }
  expect(await outcomeOf(engine.invoke("f"))).toBe("done");
}

describe("a guest in disorder", () => {
  test("hears what AWS's runtime would say, and harms one invoke at most", { timeout: 120_000 }, async () => {
    const steps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant<Said>("next") }, { weight: 10, arbitrary: fc.constantFrom(...said) }), {
      minLength: 3,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const environment = new HttpEnvironment();
        opened.push(environment);
        await environment.start();
        await walk(environment, list);
      }),
      { numRuns: 300, seed: 20_180_601 },
    );
  });
});
