// Being somebody else: another environment's Runtime API, its events, its answers, its identity.
import { containedInOci, refusedByAll, type Family } from "../attempt.ts";
import { leaks } from "../harms.ts";
import { holdPrey, type Prey } from "../prey.ts";

const forged = "an answer that was forged";
const prey = new Map<string, Prey>();

export const identity: Family = {
  name: "Another's identity",
  attempts: [
    {
      name: "another's event",
      tries: "asks the Runtime API of another environment, at the address that it was told, for its next event",
      attack: ({ victim }, { ask }) => {
        const [host = "", port] = victim.runtimeApi.split(":");
        return ask(host, Number(port), { path: "/2018-06-01/runtime/invocation/next" });
      },
      harm: leaks("event"),
      expected: containedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "another's answer",
      tries: "answers an event of another environment in its place",
      prepare: async (scene, mark) => {
        const held = await holdPrey(scene.guarded, mark);
        prey.set(mark, held);
        return { runtimeApi: held.variable("AWS_LAMBDA_RUNTIME_API") };
      },
      attack: async ({ more }, { ask }) => {
        const [host = "", port] = (more["runtimeApi"] ?? "").split(":");
        const runtime = "/2018-06-01/runtime/invocation";
        const event = await ask(host, Number(port), { path: `${runtime}/next` });
        const id = /"lambda-runtime-aws-request-id":"([^"]+)"/.exec(event)?.[1] ?? "";
        return ask(host, Number(port), { method: "POST", path: `${runtime}/${id}/response`, body: '"an answer that was forged"' });
      },
      harm: async ({ facts }) => {
        const held = prey.get(facts.mark);
        held?.letGo();
        const answer = (await held?.answer)?.text;
        await held?.end();
        return answer?.includes(forged) === true ? "another's caller has got its answer" : undefined;
      },
      expected: containedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "another's extension",
      tries: "registers with another environment as an extension of it",
      attack: ({ victim }, { ask }) => {
        const [host = "", port] = victim.runtimeApi.split(":");
        return ask(host, Number(port), { method: "POST", path: "/2020-01-01/extension/register", headers: { "Lambda-Extension-Name": "spy" }, body: '{"events":["INVOKE"]}' });
      },
      harm: leaks(),
      expected: refusedByAll,
    },
    {
      name: "another's metadata",
      tries: "asks another environment's metadata endpoint with its own token",
      attack: ({ victim }, { ask }) => {
        const [host = "", port] = victim.runtimeApi.split(":");
        const headers = { Authorization: `Bearer ${process.env["AWS_LAMBDA_METADATA_TOKEN"]}` };
        return ask(host, Number(port), { path: "/2026-01-15/metadata/execution-environment", headers });
      },
      harm: leaks(),
      expected: { process: "refused", oci: "contained" },
      onHostNetwork: "refused",
    },
    {
      name: "guessed ports",
      tries: "looks which ports are listened at, and asks at each that is another environment's",
      attack: ({ victim }, { fs, each, hear }) => {
        const tables = each(["/proc/net/tcp", "/proc/net/tcp6"], (file) => fs.readFileSync(file, "latin1")).join("");
        const ports = [...tables.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:0000 0A/gm)].map(([, port = ""]) => Number.parseInt(port, 16));
        // The machine has others that are none of this attempt's business.
        return Promise.all(ports.filter((port) => port === victim.port).map((port) => hear({ port, host: "127.0.0.1" })));
      },
      harm: leaks("port"),
      expected: containedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "another's request id",
      tries: "answers with a request id that is not of its event",
      attack: (_facts, { ask, runtimeApi }) =>
        ask(runtimeApi.host, runtimeApi.port, { method: "POST", path: "/2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000000/response", body: "1" }),
      harm: leaks(),
      expected: refusedByAll,
    },
  ],
};
