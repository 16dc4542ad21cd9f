// Our own Python bootstrap beside awslambdaric from PyPI.
import { awslambdaric } from "../clients/awslambdaric.ts";
import { locate } from "../../harness/build-cache.ts";
import { execFileSync } from "node:child_process";
import type { Probe } from "./compare.ts";
import { describeDifference } from "./probes.case.ts";

const handler = (...body: readonly string[]): string => ["def handler(event, context):", ...body.map((line) => `    ${line}`)].join("\n");
const app = (...body: readonly string[]): Probe["files"] => ({ "app.py": handler(...body) });
const json = { AWS_LAMBDA_LOG_FORMAT: "JSON" };

const answers: readonly Probe[] = [
  ["null", "None"],
  ["text", "'é\\u2028\\u2029\\x7f\\n'"],
  ["numbers", "[1, 2.5, 10**30, float('nan'), float('inf'), -0.0]"],
  ["a decimal", "[__import__('decimal').Decimal('1.10'), __import__('decimal').Decimal('1E+3'), __import__('decimal').Decimal('NaN')]"],
  ["bytes", "b'\\xff\\x00raw'"],
  ["bytes inside", "{'a': b'text'}"],
  ["bytes inside that are no text", "{'a': b'\\xff'}"],
  ["keys that are no text", "{1: 1, None: 2, True: 3, 1.5: 4}"],
  ["a key that cannot be", "{(1, 2): 3}"],
  ["tuples", "(1, (2, 3))"],
  ["a set", "{1}"],
  ["a date", "__import__('datetime').date(2026, 1, 31)"],
].map(([name, value]) => ({ name: `answers ${name}`, files: app(`return ${value}`) }));

const failures: readonly Probe[] = [
  { name: "an exception below", files: { "app.py": `def below(value):\n    return value['x'] + 1\n${handler("return below({})")}` } },
  { name: "an exception without a message", files: app("raise ValueError") },
  { name: "a class of its own", files: { "app.py": `class Mine(Exception):\n    pass\n${handler("raise Mine('n\\né', 2)")}` } },
  { name: "an exception with a cause", files: app("try:", "    1 / 0", "except ZeroDivisionError as error:", "    raise KeyError('k') from error") },
  { name: "an expression of many lines", files: app("return sum([", "    1,", "    None,", "])") },
  { name: "an assertion", files: app("assert event == 1, 'no'") },
  { name: "an exit", files: app("import sys", "sys.exit(3)") },
  { name: "an exit without a status", files: app("import sys", "sys.exit()") },
  { name: "a response in a ring", files: app("ring = []", "ring.append(ring)", "return ring") },
  { name: "an exception, in JSON", files: app("raise ValueError('é')"), environment: json },
  { name: "a client context that is no JSON", files: app("return 1"), clientContext: "{" },
];

const initFailures: readonly Probe[] = [
  { name: "a missing module", files: {}, handler: "nowhere.handler" },
  { name: "a missing module in a folder", files: {}, handler: "pkg/nowhere.handler" },
  { name: "a missing import", files: { "app.py": "import nowhere" } },
  { name: "a missing name", files: { "app.py": "from os import nothing_of_this_name" } },
  { name: "a missing function", files: { "app.py": "" } },
  { name: "a handler without a dot", files: app("return 1"), handler: "app" },
  { name: "a built-in module", files: {}, handler: "sys.handler" },
  { name: "a syntax error", files: { "app.py": "x = 1\ndef handler(:\n    pass" } },
  { name: "wrong indentation", files: { "app.py": "if True:\npass" } },
  { name: "an exception while loading", files: { "app.py": "def early():\n    raise KeyError('early')\nearly()" } },
  { name: "an exit while loading", files: { "app.py": "import sys\nsys.exit(4)" } },
  { name: "an exception while loading, in JSON", files: { "app.py": "raise KeyError('early')" }, environment: json },
].map((probe) => ({ ...probe, name: `fails its start with ${probe.name}` }));

const logs = "import logging, sys\nlog = logging.getLogger('named')\n";
const logging: readonly Probe[] = [
  { name: "text", files: { "app.py": logs + handler("log.warning('w %s', 1)", "log.info('unseen')", "log.error('two\\nlines')", "logging.critical('c')") } },
  { name: "text at a level", files: { "app.py": logs + handler("for level in (5, 10, 15, 20, 30, 35, 40, 50): log.log(level, 'at %d', level)") }, environment: { AWS_LAMBDA_LOG_LEVEL: "DEBUG" } },
  { name: "an exception as text", files: { "app.py": logs + handler("try:", "    {}['x']", "except KeyError:", "    log.exception('failed')") } },
  { name: "JSON", files: { "app.py": logs + handler("log.warning('w %s', 'é')", "log.warning({'a': 1, 'b': {2}})", "log.warning({'a': 1}, 2) if False else None", "log.warning('extra', extra={'order': 7, 'location': 'x', 'tenantId': 'y', 'taskName': 'z', 'odd': object})") }, environment: json },
  { name: "JSON at a level", files: { "app.py": logs + handler("for level in (5, 10, 15, 20, 25, 30, 35, 40, 50, 60): log.log(level, 'at %d', level)") }, environment: { ...json, AWS_LAMBDA_LOG_LEVEL: "TRACE" } },
  { name: "an exception as JSON", files: { "app.py": logs + handler("try:", "    {}['x']", "except KeyError:", "    log.exception('failed', stack_info=False)", "try:", "    log.error('no trace', exc_info=True)", "except AttributeError as error:", "    return str(error)") }, environment: json },
  { name: "formatters of its own", files: { "app.py": `${logs}for h in logging.getLogger().handlers: h.setFormatter(logging.Formatter('own %(aws_request_id)s %(message)s\\n'))\n${handler("log.error('e')")}` } },
  { name: "a message that cannot be formatted", files: { "app.py": logs + handler("try:", "    log.warning('%d', 'text')", "except TypeError as error:", "    return str(error)") } },
  { name: "prints", files: app("print('a')", "print('b', end='')", "print('c', end='')") },
].map((probe) => ({ ...probe, name: `logs ${probe.name}` }));

const contexts: readonly Probe[] = [
  { name: "the context", files: app("return [repr(context).replace(context.log_stream_name, ''), sorted(name for name in dir(context) if not name.startswith('_')), context.w3c()]") },
  {
    name: "the client context",
    files: app("c = context.client_context", "return [repr(c), c.custom, c.env, c.client.app_title, c.client.installation_id, context.w3c(), hasattr(c, 'w3c')]"),
    clientContext: '{"custom":{"k":1},"env":{"e":"v"},"client":{"app_title":"t"},"w3c":{"traceparent":"p","other":1}}',
  },
  { name: "an empty client context", files: app("return repr(context.client_context)"), clientContext: "{}" },
  { name: "its variables", files: app("import os", "return {n: os.environ.get(n) for n in ('_HANDLER', '_X_AMZN_TRACE_ID', '_LAMBDA_TELEMETRY_LOG_FD', 'AWS_EXECUTION_ENV')}"), differs: { payload: "the trace is another of each invoke" } },
];

const known: readonly Probe[] = [
  {
    name: "logs by its context",
    files: app("context.log('a')", "context.log(4)"),
    differs: { lines: "with a log descriptor each is a message, and custom runtimes have none; on AWS as well" },
  },
  {
    name: "answers tuples with names",
    files: { "app.py": `import collections\nPoint = collections.namedtuple('Point', 'x y')\n${handler("return Point(1, 2)")}` },
    differs: { payload: "AWS's client makes an object of it; Python's own JSON, which is in C and needs no walk through every answer, a list" },
  },
];

const interpreter = (): string => execFileSync(locate("python3"), ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).toString().trim();

describeDifference({
  name: "our Python bootstrap and awslambdaric",
  async sides() {
    const { folder } = await awslambdaric.build();
    const runtime = `python${interpreter()}`;
    const bootstrap = `#!/bin/sh\nAWS_EXECUTION_ENV=AWS_Lambda_${runtime} PYTHONPATH=${folder}/packages exec ${locate("python3")} -X utf8 -B -m awslambdaric "$_HANDLER"\n`;
    return [{ runtime }, { runtime: "provided.al2023", bootstrap }];
  },
  probes: [...answers, ...failures, ...initFailures, ...logging, ...contexts, ...known].map((probe) => ({ handler: "app.handler", ...probe })),
});
