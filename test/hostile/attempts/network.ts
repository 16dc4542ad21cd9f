// Reaching what listens elsewhere: on the host's loopback and addresses, in other environments, where clouds keep credentials.
import { refusedByAll, refusedInOci, type Family } from "../attempt.ts";
import { leaks } from "../harms.ts";

export const network: Family = {
  name: "Network",
  attempts: [
    {
      name: "services on the host's loopback",
      tries: "connects to a service that listens on 127.0.0.1 of the host",
      attack: ({ host }, { ask }) => ask("127.0.0.1", host.loopbackPort),
      harm: leaks("host service"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "services on ::1",
      tries: "connects to a service that listens on ::1 of the host",
      attack: ({ host }, { ask }) => ask("::1", host.loopback6Port),
      harm: leaks("host service"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "services on the host's addresses",
      tries: "connects to a service of the host at each address that the host has in a network",
      attack: ({ host }, { ask }) => Promise.any(host.addresses.map((address) => ask(address, host.openPort))).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: leaks("host service"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "the host as its gateway",
      tries: "connects to a service of the host at the address that its own packets are routed by",
      attack: ({ host }, { fs, ask }) => {
        const routes = fs.readFileSync("/proc/net/route", "latin1").split("\n").map((line) => line.split("\t"));
        const gateways = routes.filter(([, , gateway = "0"]) => Number.parseInt(gateway, 16) > 0).map(([, , gateway = ""]) => gateway.match(/../g) ?? []);
        const addresses = [...gateways.map((bytes) => bytes.toReversed().map((byte) => Number.parseInt(byte, 16)).join(".")), "0.0.0.0", "127.0.0.2"];
        return Promise.any(addresses.map((address) => ask(address, host.openPort))).catch((error: AggregateError) => Promise.reject(error.errors[0]));
      },
      harm: leaks("host service"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "another environment's port",
      tries: "connects to what another environment listens on, by loopback and by every address that that has",
      attack: ({ victim }, { hear }) =>
        Promise.any(["127.0.0.1", ...victim.addresses].map((host) => hear({ host, port: victim.port }))).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: leaks("port"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "the metadata address",
      tries: "asks 169.254.169.254, where clouds give out the credentials of a machine",
      attack: ({ host }, { ask }) => ask("169.254.169.254", host.metadataPort, { path: "/latest/meta-data/iam/security-credentials/" }),
      harm: leaks("metadata"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "the metadata address in disguise",
      tries: "asks it as ::ffff:169.254.169.254, and as a number",
      attack: ({ host }, { ask }) =>
        Promise.any([ask("::ffff:169.254.169.254", host.metadataPort), ask("2852039166", host.metadataPort)]).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: leaks("metadata"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "the port of others' calls",
      tries: "listens at the address where functions reach Lambent, to get their calls",
      attack: (_facts, { net, api }) =>
        new Promise((resolve, reject) => {
          const server = net.createServer().on("error", reject);
          server.listen({ host: api.host, port: api.port, reusePort: true }, () => resolve("listens"));
        }),
      harm: async ({ scene, answer }) => (answer.includes("listens") && scene.driver === "process" ? "gets calls of others" : undefined),
      expected: refusedByAll,
    },
  ],
};
