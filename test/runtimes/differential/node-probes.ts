// What Node.js functions are tried with beside AWS's clients for Node.js.
import type { Probe } from "./compare.ts";

const json = { AWS_LAMBDA_LOG_FORMAT: "JSON" };
const esm = (body: string): Probe["files"] => ({ "index.mjs": `export const handler = async (event, context) => { ${body} }` });
const streaming = (body: string): Probe["files"] => ({
  "index.mjs": `const sleep = (ms) => new Promise((done) => setTimeout(done, ms)); export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`,
});

const answers: readonly Probe[] = [
  ["undefined", "undefined"],
  ["null", "null"],
  ["a function", "() => 1"],
  ["a symbol", "Symbol('s')"],
  ["text", "'é\\u2028\\n\\ud800'"],
  ["numbers", "[NaN, -0, 1e21]"],
  ["a date", "new Date(0)"],
  ["what says how it is JSON", "({ toJSON: () => 'own' })"],
  ["bytes", "Buffer.from('a')"],
  ["a big integer", "1n"],
  ["a ring", "(() => { const ring = {}; ring.ring = ring; return ring })()"],
  ["an error that is returned", "new Error('returned')"],
].map(([name, value]) => ({ name: `answers ${name}`, files: esm(`return ${value}`) }));

const failures: readonly Probe[] = [
  ["an error", "throw new TypeError('no\\nway \\x7F')"],
  ["a class of its own", "class Mine extends Error { code = 7; more = { a: 1 } } throw new Mine('no')"],
  ["an error with a name", "const error = new Error('no'); error.name = 'Named'; throw error"],
  ["an error with a cause", "throw new Error('no', { cause: new Error('why') })"],
  ["an aggregate", "await Promise.any([Promise.reject(new Error('a'))])"],
  ["text", "throw 'text'"],
  ["a number", "throw 7"],
  ["null", "throw null"],
  ["undefined", "throw undefined"],
  ["an object", "throw { a: 1 }"],
  ["an object like an error", "throw { name: 'Like', message: 'm', stack: 's' }"],
  ["an error without a stack", "const error = new Error('no'); delete error.stack; error.stack = undefined; throw error"],
  ["an error whose message is no text", "const error = new Error('no'); error.message = 10n; throw error"],
  ["an error that cannot be read", "throw Object.defineProperty(new Error('no'), 'message', { get() { throw new Error('unreadable') } })"],
  ["an error of another realm", "(await import('node:vm')).runInNewContext(\"throw new TypeError('other realm')\")"],
].map(([name, body]) => ({ name: `fails with ${name}`, files: esm(body ?? "") }));

const otherHandlers: readonly Probe[] = [
  { name: "answers from a handler that is not async", files: { "index.js": "exports.handler = () => ({ a: 1 })" } },
  { name: "answers with a promise", files: { "index.js": "exports.handler = () => Promise.resolve(1)" } },
  { name: "answers with something to wait for", files: { "index.js": "exports.handler = () => ({ then: (done) => done(1) })" } },
  { name: "fails in a handler that is not async", files: { "index.js": "exports.handler = () => { throw new RangeError('sync') }" } },
  { name: "fails in JSON", files: esm("throw new RangeError('no')"), environment: json },
  { name: "ends its process", files: esm("process.exit(3)") },
  { name: "ends its process well", files: esm("process.exit(0)") },
  { name: "takes a handler of a default export", files: { "index.mjs": "export default { handler: async () => 1 }" } },
  { name: "takes a nested handler in a folder", files: { "src/app.js": "exports.a = { b: async () => 1 }" }, handler: "src/app.a.b" },
  { name: "takes a handler of an ES module by package.json", files: { "package.json": '{"type":"module"}', "index.js": "export const handler = await Promise.resolve(async () => 1)" } },
];

const initFailures: readonly Probe[] = [
  { name: "a missing module", files: {} },
  { name: "a missing import", files: { "index.js": "require('nowhere')" } },
  { name: "a missing import of an ES module", files: { "index.mjs": "import 'nowhere'" } },
  { name: "a missing file of an ES module", files: { "index.mjs": "import './nowhere.mjs'" } },
  { name: "a missing export", files: { "index.js": "exports.other = 1" } },
  { name: "an export that is no function", files: { "index.js": "exports.handler = 1" } },
  { name: "a handler without a dot", files: esm("return 1"), handler: "index" },
  { name: "a handler that climbs", files: esm("return 1"), handler: "../index.handler" },
  { name: "a syntax error", files: { "index.js": "exports.handler = (" } },
  { name: "a syntax error of an ES module", files: { "index.mjs": "export const = 1" } },
  { name: "an error while loading", files: { "index.mjs": "throw new RangeError('early')" } },
  { name: "text while loading", files: { "index.mjs": "throw 'early'" } },
  { name: "an exit while loading", files: { "index.mjs": "process.exit(4)" } },
  { name: "a handler with callbacks", files: { "index.js": "exports.handler = (event, context, callback) => callback(null, 1)" } },
  { name: "requests to be streamed", files: { "index.js": "exports.handler = async () => 1; exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request'" } },
  { name: "an error while loading, in JSON", files: { "index.mjs": "throw new RangeError('early')" }, environment: json },
].map((probe) => ({ ...probe, name: `fails its start with ${probe.name}` }));

const everyMethod = "for (const level of ['trace', 'debug', 'info', 'log', 'warn', 'error', 'fatal']) console[level]('%s %j', level, { a: 1 });";
const logged: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ["text", everyMethod, {}],
  ["odd text", "console.log(); console.log(undefined); console.log('%'); console.log('a', undefined, null); console.log('two\\nlines'); console.error(new Error('no')); console.log({ a: { b: { c: {} } } }, [1])", {}],
  ["JSON", everyMethod, json],
  ["odd JSON", "console.log(); console.log(undefined); console.log('%'); console.log('a', undefined, null); console.log('two\\nlines'); console.log({ a: 1 }); console.log({ a: 1 }, 2); console.log([1]); console.log(1n); const ring = {}; ring.ring = ring; console.log(ring); console.log(null)", json],
  ["errors in JSON", "class Mine extends Error { code = 7 } console.error(new Mine('no')); console.error('failed', new Mine('no'), new Error('second')); console.warn({ inner: new Mine('deep') }); console.log(new Mine('first'), 1)", json],
  ["from a level on", everyMethod, { ...json, AWS_LAMBDA_LOG_LEVEL: "WARN" }],
  ["from an unknown level on", everyMethod, { ...json, AWS_LAMBDA_LOG_LEVEL: "LOUD" }],
];
const logs: readonly Probe[] = logged.map(([name, body, environment]) => ({ name: `logs ${name}`, files: esm(body), environment }));

const streams: readonly Probe[] = [
  ["chunks", "stream.write('a'); await sleep(5); stream.write(Buffer.from([98])); stream.end('c')"],
  ["nothing", "stream.end()"],
  ["with a type", "stream.setContentType('text/plain'); stream.end('a')"],
  ["with a prelude", "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' }, cookies: ['c'] }); stream.write('x'); stream.end()"],
  ["with a prelude and nothing else", "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); stream.write(''); stream.end()"],
  ["what is no text", "stream.write({ a: 1 }); stream.write([1]); stream.end()"],
  ["and returns", "stream.end('a'); return 'b'"],
  ["and goes on after its return", "setTimeout(() => stream.end('late'), 20)"],
  // The client does not wait for its connection when a handler fails, and may ask for the next event before it has answered.
  ["an error before the first byte", "await sleep(50); throw new RangeError('early')"],
  ["an error on the way", "stream.write('a'); await sleep(50); throw new RangeError('mid')"],
  ["text on the way", "stream.write('a'); await sleep(50); throw 'text'"],
  ["a type that comes late", "stream.write('a'); await sleep(50); stream.setContentType('text/plain')"],
  ["from a source", "const { pipeline } = await import('node:stream/promises'); const { Readable } = await import('node:stream'); await pipeline(Readable.from(['a', 'b']), stream)"],
].map(([name, body]) => ({ name: `streams ${name}`, files: streaming(body ?? "") }));

const contexts: readonly Probe[] = [
  {
    name: "the context",
    files: esm("return { ...context, logStreamName: typeof context.logStreamName, xRayTraceId: typeof context.xRayTraceId, names: Object.keys(context).sort(), left: context.getRemainingTimeInMillis() > 5000 }"),
    clientContext: '{"custom":{"k":1}}',
  },
  {
    name: "the global",
    files: esm("return [Object.keys(awslambda).sort(), awslambda.InvokeStore.getRequestId(), typeof awslambda.InvokeStore.getXRayTraceId(), awslambda.InvokeStore.hasContext()]"),
    differs: {},
  },
  { name: "no global", files: esm("return typeof globalThis.awslambda"), environment: { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: "true" } },
  {
    name: "the store of an invoke",
    files: esm("const { InvokeStore: store } = awslambda; const before = [store.get('k')]; store.set('k', 1); let refused; try { store.set(Symbol.for('_AWS_LAMBDA_REQUEST_ID'), 'x') } catch (error) { refused = error.message } const run = store.run({ own: 1 }, () => [store.get('own'), store.get('k'), store.getRequestId()]); return [before, refused, run, store.get('own'), store.getRequestId(), store.isProtectedKey(Symbol.for('_AWS_LAMBDA_TENANT_ID'))]"),
  },
];

/** They mean the same to both clients. */
export const nodeProbes: readonly Probe[] = [...answers, ...failures, ...otherHandlers, ...initFailures, ...logs, ...streams, ...contexts].map((probe) => ({ handler: "index.handler", ...probe }));
