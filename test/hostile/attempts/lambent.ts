// Lambent itself, from inside: its API without credentials, with the role's, with others'; what is for people only.
import { DeleteFunctionCommand, GetFunctionCommand, LambdaClient, ListFunctionsCommand, PutResourcePolicyCommand } from "@aws-sdk/client-lambda";
import { vi } from "vitest";
import { arnOf } from "../../harness/functions.ts";
import { createFunction } from "../../harness/lambent.ts";
import { containedInOci, refusedByAll, refusedInOci, type Attempt, type Family } from "../attempt.ts";
import type { Scene } from "../scene.ts";

const targetName = (mark: string): string => `target-${mark}`;

/** A function that is there to be used by who may not. */
const withTarget = {
  prepare: async ({ guarded }: Scene, mark: string) => {
    await createFunction(guarded.lambda, targetName(mark), { "index.mjs": "export const handler = async () => 'the answer of the target';" });
    return { target: targetName(mark) };
  },
  clean: ({ guarded }: Scene, mark: string) => guarded.lambda.send(new DeleteFunctionCommand({ FunctionName: targetName(mark) })).catch(() => undefined),
} satisfies Pick<Attempt, "prepare" | "clean">;

export const lambent: Family = {
  name: "Lambent from inside",
  attempts: [
    {
      name: "the API unsigned",
      tries: "calls Lambda's API where functions reach it, without a signature",
      attack: (_facts, { ask, api }) => ask(api.host, api.port, { path: "/2015-03-31/functions/" }),
      harm: ({ answer }) => (answer.includes("Functions") ? "lists functions" : undefined),
      expected: refusedByAll,
    },
    {
      name: "the API with a key that all know",
      tries: "signs with the key that works while authentication is off: the account's number",
      onOpenServer: true,
      attack: (_facts, { call }) => {
        Object.assign(process.env, { AWS_ACCESS_KEY_ID: "000000000000", AWS_SECRET_ACCESS_KEY: "lambent" });
        return call("GET", "/2015-03-31/functions/");
      },
      harm: ({ answer }) => (answer.includes("Functions") ? "lists functions" : undefined),
      expected: refusedByAll,
    },
    {
      name: "the API with a guessed secret",
      tries: "signs with its key and another secret, and with no session token",
      attack: (_facts, { call }) => {
        process.env["AWS_SECRET_ACCESS_KEY"] = "guessed";
        return call("GET", "/2015-03-31/functions/");
      },
      harm: ({ answer }) => (answer.includes("Functions") ? "lists functions" : undefined),
      expected: refusedByAll,
    },
    {
      name: "a function that denies it",
      tries: "invokes, with its role's credentials, a function whose policy denies that",
      prepare: async (scene, mark) => {
        const more = await withTarget.prepare(scene, mark);
        const statement = { Sid: "no", Effect: "Deny", Principal: "*", Action: "lambda:InvokeFunction", Resource: arnOf(targetName(mark)) };
        const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
        await scene.guarded.lambda.send(new PutResourcePolicyCommand({ ResourceArn: arnOf(targetName(mark)), Policy }));
        return more;
      },
      clean: withTarget.clean,
      attack: ({ more }, { call }) => call("POST", `/2015-03-31/functions/${more["target"]}/invocations`, "{}"),
      harm: ({ answer }) => (answer.includes("answer of the target") ? "gets its answer" : undefined),
      expected: refusedByAll,
    },
    {
      name: "another account's function",
      tries: "names another account in the ARN that it invokes with its role's credentials",
      attack: (_facts, { call }) => call("POST", "/2015-03-31/functions/arn:aws:lambda:us-east-1:111122223333:function:target/invocations", "{}"),
      harm: () => undefined,
      expected: refusedByAll,
    },
    {
      name: "its own account's functions",
      tries: "deletes another function of its account with its role's credentials: roles have no policies yet, so all of an account's own is theirs",
      ...withTarget,
      attack: ({ more }, { call }) => call("DELETE", `/2015-03-31/functions/${more["target"]}`),
      harm: async ({ scene, facts }) => {
        const command = new GetFunctionCommand({ FunctionName: facts.more["target"] });
        return scene.guarded.lambda.send(command).then(() => undefined, () => "has deleted another function");
      },
      expected: { process: "not contained", oci: "not contained" },
    },
    {
      name: "credentials after the end",
      tries: "gives its credentials away, to be used when its environment has ended",
      attack: (_facts, { api }) => {
        const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
        return JSON.stringify({ endpoint: `http://${api.host}:${api.port}`, id: AWS_ACCESS_KEY_ID, secret: AWS_SECRET_ACCESS_KEY, token: AWS_SESSION_TOKEN });
      },
      harm: () => undefined,
      harmAtEnd: async ({ answer }) => {
        const { endpoint, id, secret, token }: Record<string, string> = JSON.parse(JSON.parse(answer).answer);
        const credentials = { accessKeyId: id ?? "", secretAccessKey: secret ?? "", sessionToken: token ?? "" };
        const client = new LambdaClient({ endpoint: endpoint ?? "", region: "us-east-1", credentials, maxAttempts: 1 });
        const work = (): Promise<boolean> => client.send(new ListFunctionsCommand({})).then(() => true, () => false);
        // They go when the environment is gone as a whole, a moment after its processes.
        return vi.waitUntil(async () => !(await work()), { timeout: 3000, interval: 50 }).then(() => undefined, () => "its credentials still work");
      },
      expected: { process: "contained", oci: "contained" },
    },
    {
      name: "the main port",
      tries: "calls the API at the main port of a server without authentication",
      onOpenServer: true,
      attack: ({ api }, { ask }) => ask(api.host, api.port, { path: "/2015-03-31/functions/" }),
      harm: ({ answer, facts }) => (answer.includes(facts.mark) ? "uses the API as an operator" : undefined),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "the main port by another name",
      tries: "calls it under a host name that a web page could have pointed here (DNS rebinding)",
      onOpenServer: true,
      attack: ({ api }, { ask }) => ask(api.host, api.port, { path: "/2015-03-31/functions/", headers: { Host: "rebound.example" } }),
      harm: ({ answer, facts }) => (answer.includes(facts.mark) ? "uses the API as an operator" : undefined),
      expected: refusedByAll,
    },
    {
      name: "code from a path of the host",
      tries: "makes a folder of the host the code of its function, as `lambent dev` does, at the main port of a server without authentication",
      onOpenServer: true,
      attack: ({ api, host, mark }, { hear }) => {
        const body = JSON.stringify({ function: mark, folder: host.folder });
        return hear({ host: api.host, port: api.port }, `POST /_lambent/dev HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
      },
      harm: ({ answer }) => (/HTTP\/1\.1 2/.test(answer) ? "runs code of the host" : undefined),
      // The listener for functions, which is what they reach by that number, does not know the path.
      expected: containedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "code from a path, signed",
      tries: "the same with its role's credentials, at the functions' listener and at the main port",
      attack: ({ api: main, host, mark }, { call }) => {
        const body = JSON.stringify({ function: mark, folder: host.folder });
        return Promise.any([call("POST", "/_lambent/dev", body), call("POST", "/_lambent/dev", body, main)]).catch((error: AggregateError) => Promise.reject(error.errors[0]));
      },
      harm: ({ answer }) => (answer.includes('"answer":"2') ? "runs code of the host" : undefined),
      expected: refusedByAll,
    },
    {
      name: "a debugger",
      tries: "opens a debugger's port on its own function, with its role's credentials",
      attack: ({ api: main, mark }, { call }) =>
        Promise.any([call("POST", "/_lambent/debug", JSON.stringify({ function: mark })), call("POST", "/_lambent/debug", JSON.stringify({ function: mark }), main)]).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: ({ answer }) => (answer.includes('"answer":"2') ? "debugs" : undefined),
      expected: refusedByAll,
    },
    {
      name: "logs of others",
      tries: "reads another function's log by Lambent's own route, with its role's credentials",
      attack: ({ api: main, victim }, { call }) =>
        Promise.any([call("GET", `/_lambent/logs?function=${victim.name}`), call("GET", `/_lambent/logs?function=${victim.name}`, "", main)]).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: ({ answer }) => (answer.includes('"answer":"2') ? "reads the victim's log" : undefined),
      expected: refusedByAll,
    },
    {
      name: "a forged link to code",
      tries: "asks for the code of others by a link of the kind that GetFunction gives, with a signature of its own",
      attack: (_facts, { ask, api }) => ask(api.host, api.port, { path: `/_lambent/blobs/${"0".repeat(64)}?expires=9999999999999&signature=${"0".repeat(64)}` }),
      harm: ({ answer }) => (answer.includes('"answer":"2') ? "gets code" : undefined),
      expected: refusedByAll,
    },
  ],
};
