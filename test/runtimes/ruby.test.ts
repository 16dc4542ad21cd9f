// Our own Ruby bootstrap against what a function observes on AWS, under every managed release that this machine has, and
// under Debian 12's Ruby 3.1, which AWS never had: it shows that nothing depends on a newer one.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FoundRuntime } from "../../src/engine/runtimes/language.ts";
import { createRubyLanguage, type RubyRelease } from "../../src/engine/runtimes/ruby.ts";
import type { Runtime } from "../../src/engine/runtimes/runtime.ts";
import { openFound } from "../../src/engine/runtimes/runtimes.ts";
import { type Guest, GuestHost, languageHost, type Reply } from "./guest-host.ts";

interface Tried extends RubyRelease {
  readonly found: FoundRuntime;
}

/** JSON logs under each that the machine has: what decides over them is not the interpreter. */
const releases: readonly RubyRelease[] = ["4.0", "3.4", "3.3", "3.2", "3.1"].map((release) => ({ release, hasJsonLogs: true }));
const language = createRubyLanguage(languageHost, releases);
const tried: readonly Tried[] = (
  await Promise.all(releases.map(async (release) => (await language.find(`ruby${release.release}`)).slice(0, 1).map((found) => ({ ...release, found }))))
).flat();

let host: GuestHost;
beforeAll(async () => {
  host = await GuestHost.open();
});
afterAll(() => host.close());

test.skipIf(tried.length > 0)("has no Ruby to test (none of 3.1 to 4.0 is installed)", (context) => context.skip());

describe.each(tried)("Ruby $release", ({ release, found }) => {
  const isNewerThan = (other: string): boolean => release.localeCompare(other, "en", { numeric: true }) > 0;
  /** A method as Ruby's traces quote it. */
  const quoted = (name: string, owner = "Object#"): string => (isNewerThan("3.3") ? `'${owner}${name}'` : `\`${name}'`);
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await openFound({ ...found, hash: "0" }, languageHost);
  });

  const start = (app: string, more: object = {}): Promise<Guest> => host.start({ runtime, files: { "app.rb": app }, handler: "app.handler", ...more });
  const handler = (body: string): string => `def handler(event:, context:)\n${body}\nend\n`;
  const run = async (body: string, event: unknown = {}, more: object = {}): Promise<Reply> => {
    const reply = await (await start(handler(body), more)).invoke(event);
    if (!("kind" in reply)) throw new Error(`exit ${JSON.stringify(reply)}`);
    return reply;
  };

  test("echoes an event, also a second time in the same process", async () => {
    const guest = await start(`$n = 0\n${handler("{ event: event, n: $n += 1, ruby: RUBY_VERSION }")}`);
    expect(await guest.invoke({ a: "ü" })).toMatchObject({ kind: "response", meta: { requestId: "request-1" }, payload: { event: { a: "ü" }, n: 1, ruby: expect.stringContaining(release) } });
    expect(await guest.invoke([1], { requestId: "request-2" })).toMatchObject({ meta: { requestId: "request-2" }, payload: { event: [1], n: 2 } });
  });

  test("finds a method of a module, in a file below folders", async () => {
    const files = { "lib/deep/app.rb": "module Deep\n  class Handler\n    def self.call(event:, context:) = self.name\n  end\nend" };
    expect(await (await start("", { files, handler: "lib/deep/app.Deep::Handler.call" })).invoke({})).toMatchObject({ payload: "Deep::Handler" });
  });

  test("finds a handler in a layer by its path", async () => {
    const guest = await host.start({ runtime, files: {}, layer: { "ruby/app.rb": handler("__FILE__.end_with?('ruby/app.rb')") }, handler: (paths) => `${paths.optRoot}/ruby/app.handler` });
    expect(await guest.invoke({})).toMatchObject({ payload: true });
  });

  test("gives the context its attributes", async () => {
    const guest = await start(
      handler(
        "c = context\n[c.aws_request_id, c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb, c.log_group_name, c.log_stream_name, c.client_context, c.identity, c.tenant_id, c.get_remaining_time_in_millis.between?(20000, 30000), c.deadline_ms.class, ENV['_X_AMZN_TRACE_ID']]",
      ),
    );
    const fixed = ["request-1", "probe", "7", "arn:probe", "1769", "/aws/lambda/probe", "2026/01/31/[7]0123456789abcdef"];
    const meta = { traceId: "Root=1-2-3", clientContext: '{"custom":{"k":1}}', cognitoIdentity: '{"cognitoIdentityId":"i"}', tenantId: "t" };
    expect(await guest.invoke({}, meta)).toMatchObject({ payload: [...fixed, { custom: { k: 1 } }, { cognitoIdentityId: "i" }, "t", true, "Integer", "Root=1-2-3"] });
    expect(await guest.invoke({})).toMatchObject({ payload: [...fixed, null, null, null, true, "Integer", null] });
  });

  test("reports an error with its class, message and the function's own frames, logs it, and goes on", async () => {
    const guest = await start(`def inner = raise("no way")\n${handler("inner")}`);
    const reply = await guest.invoke({});
    const frame = (line: number, name: string): unknown => expect.stringMatching(new RegExp(`/app\\.rb:${line}:in ${RegExp.escape(quoted(name))}$`));
    expect(reply).toMatchObject({
      kind: "error",
      meta: { errorType: "Function<UserException>", xrayCause: expect.stringContaining('"type":"Function<RuntimeError>"') },
      payload: { errorMessage: "no way", errorType: "Function<RuntimeError>", stackTrace: [frame(1, "inner"), frame(3, "handler")] },
    });
    expect(guest.output()).toMatch(/^Error raised from handler method\n\{\n {2}"errorMessage": "no way",\n {2}"errorType": "Function<RuntimeError>",\n {2}"stackTrace": \[\n {4}"/);
    expect(await guest.invoke({})).toMatchObject({ kind: "error" });
  });

  test.each([
    ["a name that nothing has", "nothing_here", "NameError", /^undefined local variable or method [`']nothing_here'/],
    ["a method that nil has not", "nil.shout", "NoMethodError", /^undefined method [`']shout' for nil/],
    ["an exit", "exit 3", "SystemExit", /^exit$/],
    ["recursion without an end", "handler(event: event, context: context)", "SystemStackError", /^stack level too deep$/],
    ["a file that is not there", "require 'nowhere'", "LoadError", /^cannot load such file -- nowhere$/],
  ])("reports %s and is not used again", async (_case, body, name, message) => {
    const guest = await start(handler(body));
    const errorType = `Function<${name}>`;
    expect(await guest.invoke({})).toMatchObject({ kind: "error", meta: { errorType }, payload: { errorType, errorMessage: expect.stringMatching(message) } });
    expect(await guest.process.exited).toMatchObject({ exitCode: 255 });
    expect(guest.output()).toMatch(/^Critical exception from handler\n\{\n/);
  });

  test("reports an answer that cannot be JSON, a message of any bytes, and an event that is none", async () => {
    expect((await run("Float::NAN")).payload).toMatchObject({ errorType: "Function<JSON::GeneratorError>" });
    expect((await run('raise "\\xff\\xfe".b')).payload).toMatchObject({ errorType: "Function<RuntimeError>", errorMessage: expect.any(String) });
    const guest = await start(handler("1"));
    expect(await guest.invokeRaw("{")).toMatchObject({ kind: "error", payload: { errorType: "Runtime<JSON::ParserError>" } });
    expect(await guest.process.exited).toMatchObject({ exitCode: 254 });
  });

  test.each([
    ["a missing file", { files: {}, handler: "nowhere.handler" }, "LoadError", /^cannot load such file -- nowhere$/],
    ["a name without a dot", { handler: "app" }, "ArgumentError", /^Invalid handler \["app"\], must be of form FILENAME\.METHOD or FILENAME\.CLASS\.METHOD where FILENAME corresponds /],
    ["a name of four parts", { handler: "a.b.c.d" }, "ArgumentError", /^Invalid handler \["a", "b", "c", "d"\], /],
    ["a missing dependency", { files: { "app.rb": "require 'nokogiri'" } }, "LoadError", /^cannot load such file -- nokogiri$/],
    ["a syntax error", { files: { "app.rb": "def handler(" } }, "SyntaxError", /syntax error/],
    ["an error while loading", { files: { "app.rb": "raise KeyError, 'early'" } }, "KeyError", /^early$/],
    ["an exit while loading", { files: { "app.rb": "exit 1" } }, "SystemExit", /^exit$/],
  ])("fails its start with %s", async (_case, plan, name, message) => {
    const guest = await start("", plan);
    expect(await guest.invoke({})).toMatchObject({ kind: "init-error", payload: { errorType: `Init<${name}>`, errorMessage: expect.stringMatching(message), stackTrace: expect.any(Array) } });
    expect(await guest.process.exited).toMatchObject({ exitCode: 252 });
    expect(guest.output()).toContain("Init error when loading handler \n{\n");
  });

  test.each([
    ["a missing method", "app.nothing", "NoMethodError", /^undefined method [`']nothing' for .*LambdaHandler/],
    ["a missing module", "app.No::Where.handler", "NameError", /^uninitialized constant Kernel::No$/],
  ])("says with its first event that the handler names %s", async (_case, name, errorName, message) => {
    const guest = await start(handler("1"), { handler: name });
    expect(await guest.invoke({})).toMatchObject({ kind: "error", payload: { errorType: `Function<${errorName}>`, errorMessage: expect.stringMatching(message) } });
  });

  test.each([
    ["exit!(4)", { exitCode: 4, signal: undefined }],
    ["Process.kill(:KILL, Process.pid); sleep", { exitCode: undefined, signal: "SIGKILL" }],
  ])("ends without an answer at %s", async (call, exit) => {
    expect(await (await start(handler(call))).invoke({})).toMatchObject(exit);
  });

  test("carries large events and responses", async () => {
    const event = "x".repeat(6 * 1024 * 1024 - 2);
    const reply = await run("event", event);
    expect(reply.payload === event).toBe(true);
  });

  test("answers what a handler gives to be read as it is", async () => {
    const reply = await run('StringIO.new("\\xff\\x00raw".b)');
    expect(reply).toMatchObject({ kind: "response", meta: { contentType: "application/unknown" } });
    expect(reply.body).toEqual(Buffer.from("\xff\x00raw", "latin1"));
  });

  test("lets a function read events and write answers in its own way", async () => {
    const app = "class AwsLambda::Marshaller\n  def self.marshall_request(raw) = raw['Lambda-Runtime-Aws-Request-Id'] + raw['Content-Type'] + raw.body\n  def self.marshall_response(value) = %(\"<#{value.gsub('\"', '')}>\")\nend\n";
    expect(await (await start(app + handler("event"))).invoke("e")).toMatchObject({ payload: "<request-1application/jsone>" });
  });

  test("prints lines as they are and logs as on AWS", async () => {
    const app = [
      "require 'logger'",
      "puts 'starting'",
      "LOG = Logger.new($stdout)",
      "FILE = Logger.new('/dev/stdout')",
      handler(
        [
          "puts 'a', ['b', 'ü']",
          "LOG.debug('d')",
          "LOG.info('prog') { 'i' }",
          "Logger.new($stderr, level: Logger::WARN).tap { |log| log.info('unseen') }.error(KeyError.new('gone'))",
          "$stderr.puts 'err'",
          "Logger.new($stdout, formatter: ->(*, message) { \"own #{message}\\n\" }).warn('w')",
          "FILE.info('plain')",
          "print 'raw'",
        ].join("\n"),
      ),
    ].join("\n");
    const guest = await start(app);
    await guest.invoke({});
    const lines = guest.output().split("\n");
    const stamp = String.raw`\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} #\d+\]`;
    expect(lines.slice(0, 4)).toEqual(["starting", "a", "b", "ü"]);
    expect(lines[4]).toMatch(new RegExp(`^D, ${stamp} DEBUG request-1 -- : d$`));
    expect(lines[5]).toMatch(new RegExp(`^I, ${stamp}  INFO request-1 -- prog: i$`));
    expect(lines[6]).toMatch(new RegExp(`^E, ${stamp} ERROR request-1 -- : gone \\(KeyError\\)$`));
    expect(lines.slice(7).filter((line) => line !== "")).toEqual(["err", "own w", expect.stringMatching(/ INFO -- : plain$/), "raw"]);
  });

  test("keeps messages of many lines whole, and off the output, where there is a log descriptor", async () => {
    const guest = await start(handler("puts 'a', [1, [nil]]\nputs\nLogger.new($stderr).info(\"one\\ntwo\")\nLogger.new(nil).info('too')\n$stdout.puts 'printed'\nsystem('test -e /proc/self/fd/62 || echo closed')\nraise ENV.fetch('_LAMBDA_TELEMETRY_LOG_FD', 'gone')"), { environment: { _LAMBDA_TELEMETRY_LOG_FD: "62" } });
    expect(await guest.invoke({})).toMatchObject({ payload: { errorMessage: "gone" } });
    const text = "a55a0003";
    expect(guest.logged().map(({ type, text: message }) => `${type} ${message}`)).toEqual([
      `${text} a\n1\n`,
      `${text} \n`,
      expect.stringMatching(new RegExp(`^${text} I, \\[.*\\]  INFO request-1 -- : one\ntwo\n$`)),
      expect.stringMatching(/ INFO request-1 -- : too\n$/),
      `${text} Error raised from handler method\n`,
      expect.stringMatching(new RegExp(`^${text} \\{\n {2}"errorMessage": "gone",\n`)),
    ]);
    expect(guest.output()).toBe("printed\nclosed\n");
  });

  test("logs JSON where the function asks for it, from its level on", async () => {
    const environment = { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "WARN" };
    const guest = await start(handler("log = Logger.new($stdout, progname: 'app')\nlog.info('unseen')\nlog.warn('w')\nbegin\n  raise KeyError, 'gone'\nrescue => e\n  log.error(e)\nend\nputs 'plain'"), { environment });
    await guest.invoke({});
    const lines = guest.output().trim().split("\n");
    expect(lines.pop()).toBe("plain");
    const common = { timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/), requestId: "request-1", logger: "app" };
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { ...common, level: "WARN", message: "w" },
      { ...common, level: "ERROR", message: "gone", errorType: "KeyError", errorMessage: "gone", stackTrace: expect.any(Array), location: expect.stringMatching(/app\.rb:.*handler:6$/) },
    ]);
  });

  test("has what AWS's client has loaded, without a require", async () => {
    expect((await run("[JSON.name, Logger.name, StringIO.name, Net::HTTP.name, URI('http://a/b').path, Time.parse('2026-01-31T00:00:00Z').iso8601]")).payload).toEqual(["JSON", "Logger", "StringIO", "Net::HTTP", "/b", "2026-01-31T00:00:00Z"]);
  });

  test("searches code, layers and Ruby's own libraries", async () => {
    const layer = { "ruby/lib/both.rb": "WHO = 'layer'", "ruby/lib/only.rb": "ONLY = 'layer'" };
    const files = { "both.rb": "WHO = 'code'", "set_of_mine.rb": "", "app.rb": `require 'both'\nrequire 'only'\nrequire 'digest'\n${handler("[WHO, ONLY, Digest::SHA256.name, $LOAD_PATH.grep(/guest-/)]")}` };
    expect(await (await start("", { files, layer })).invoke({})).toMatchObject({ payload: ["code", "layer", "Digest::SHA256", []] });
  });

  describe("RubyGems", () => {
    const gem = (name: string, version: string, source: string): Record<string, string> => ({
      [`specifications/${name}-${version}.gemspec`]: `Gem::Specification.new { |s| s.name = "${name}"; s.version = "${version}"; s.files = ["lib/${name}.rb"]; s.require_paths = ["lib"]; s.summary = "s"; s.authors = ["a"] }`,
      [`gems/${name}-${version}/lib/${name}.rb`]: source,
    });
    const under = (folder: string, files: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

    test("finds a function's bundled gems before those of a layer", async () => {
      const files = { "app.rb": `require 'mine'\nrequire 'layered'\n${handler("[MINE, LAYERED, Gem.loaded_specs['mine'].version.to_s]")}`, ...under(`vendor/bundle/ruby/${release}.0`, gem("mine", "2.0.0", "MINE = 'code'")) };
      const layer = under(`ruby/gems/${release}.0`, { ...gem("mine", "1.0.0", "MINE = 'layer'"), ...gem("layered", "1.0.0", "LAYERED = 'layer'") });
      expect(await (await start("", { files, layer })).invoke({})).toMatchObject({ payload: ["code", "layer", "2.0.0"] });
    });

    test("is not loaded for a function that brings no gems, until something asks for it", async () => {
      const loaded = "$LOADED_FEATURES.any? { |path| path.end_with?('/rubygems.rb') }";
      expect((await run(`before = ${loaded}\nversion = Gem::VERSION\n[before, ${loaded}, version.class]`)).payload).toEqual([false, true, "String"]);
      expect((await run(`gem 'json'\n${loaded}`)).payload).toBe(true);
      expect((await run("begin\n  gem 'nowhere'\nrescue LoadError => e\n  e.class.name\nend")).payload).toBe("Gem::MissingSpecError");
    });

    test("is there from the start where options of Ruby ask for it", async () => {
      const files = { "early.rb": "EARLY = Gem::VERSION", "app.rb": handler("EARLY.class") };
      expect(await (await start("", { files, environment: { RUBYOPT: "-rearly" } })).invoke({})).toMatchObject({ payload: "String" });
    });
  });

  test("takes UTF-8 for what it reads, also where the machine lacks the locale", async () => {
    const reply = await run("[Encoding.default_external.name, ENV['TEXT'].encoding.name, ENV['TEXT'] + 'ü', ENV['LC_CTYPE']]", {}, { environment: { TEXT: "ü", LANG: "en_US.UTF-8" } });
    expect(reply.payload).toEqual(["UTF-8", "UTF-8", "üü", null]);
  });

  test("runs a wrapper script with the original command line", async () => {
    const layer = { wrapper: '#!/bin/sh\nexport WRAPPED="$#"\nexec "$@"\n' };
    const wrapped = await run("ENV['WRAPPED']", {}, { layer, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } });
    expect(Number(wrapped.payload)).toBeGreaterThan(2);
  });

  test("keeps its channel from the programs that a function starts", async () => {
    const reply = await run("IO.popen(['/bin/sh', '-c', 'for fd in 3 4; do (true <&$fd) 2>/dev/null && echo $fd; done; true'], close_others: false, &:read)");
    expect(reply.payload).toBe("");
  });

  test("ends when it is asked to, with AWS's words", async () => {
    const guest = await start(handler("1"));
    await guest.invoke({});
    await guest.ready();
    guest.process.terminate();
    expect(await guest.process.exited).toMatchObject({ exitCode: 0 });
    expect(guest.output()).toMatch(/interrupted with a SIGTERM SIGNAL, gracefully shutting down\.\n$/);
  });
});
