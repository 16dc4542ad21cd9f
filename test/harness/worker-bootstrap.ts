// A runtime client of a few lines for OS-only runtimes whose workers all poll at the same time.

/** As many workers as AWS_LAMBDA_MAX_CONCURRENCY says; `handler` is called with the event and the request id. */
export const workerBootstrap = (handler: string, before = ""): string => `#!${process.execPath}
const base = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/";
const post = (path, body) => fetch(base + path, { method: "POST", body });
let inFlight = 0;
const meetings = [];
/** Resolves once so many invokes run at the same time. */
const meet = (count) => new Promise((resolve) => {
  meetings.push({ count, resolve });
  for (const meeting of meetings) if (inFlight >= meeting.count) meeting.resolve();
});
${before}
const handler = ${handler};
async function work() {
  for (;;) {
    const next = await fetch(base + "invocation/next");
    const id = next.headers.get("lambda-runtime-aws-request-id");
    const attempt = { "Lambda-Runtime-Invocation-Id": next.headers.get("lambda-runtime-invocation-id") };
    const event = await next.json();
    inFlight += 1;
    const result = await handler(event, id);
    inFlight -= 1;
    const sent = await fetch(base + "invocation/" + id + "/response", { method: "POST", headers: attempt, body: JSON.stringify(result ?? null) });
    if (!sent.ok) console.log("refused", await sent.text());
  }
}
for (let worker = 0; worker < Number(process.env.AWS_LAMBDA_MAX_CONCURRENCY); worker += 1) work();
`;
