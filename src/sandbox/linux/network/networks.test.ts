// Networks as functions have them, with a piece of the Internet beside this machine that the test makes. Linux and root.
import { execFile, execFileSync, spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import koffi from "koffi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import { openNetworks, type Networks, type NetworksOptions, type SandboxNetwork } from "./networks.ts";

const run = promisify(execFile);
const canNat = process.platform === "linux" && process.getuid?.() === 0 && spawnSync("nft", ["--version"]).status === 0 && spawnSync("unshare", ["-n", "true"]).status === 0;

/** Runs on one machine at a time: each has a device, by whose name it has addresses. */
const mostRuns = 60;

const listen = async <Listener extends Server | HttpServer>(server: Listener, host = "127.0.0.1"): Promise<{ server: Listener; port: number }> => {
  server.listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
};
const greet = (words: string): Server => createServer((socket) => socket.end(words));

/** What a program in the network gets to hear at an address. */
async function hear({ namespace }: SandboxNetwork, host: string, port: number): Promise<string> {
  const script = `exec 3<>/dev/tcp/${host}/${port} && cat <&3`;
  const heard = await run("nsenter", [`--net=${namespace}`, "bash", "-c", script], { timeout: 10_000 }).catch((error: { stderr: string }) => error);
  if ("stdout" in heard && heard.stdout !== "") return heard.stdout;
  return /Connection refused|No route to host|Network is unreachable/.exec(heard.stderr)?.[0] ?? heard.stderr;
}

test.skipIf(canNat)("has no networks to test (needs Linux, root and nft)", (context) => context.skip());

describe.skipIf(!canNat)("the network of a sandbox", () => {
  const functions = createHttpServer((_request, response) => response.end("functions' listener"));
  const closers: (() => void)[] = [];
  let functionsPort: number;
  let internetPort: number;
  /** For documentation (RFC 5737), so nobody's. */
  let onInternet: string;
  let between: { readonly host: string; readonly internet: string };
  const open = (options: Partial<NetworksOptions> = {}): Promise<Networks> =>
    openNetworks({ egress: "nat", allowed: [], functions: () => ({ port: functionsPort, take: (socket) => void functions.emit("connection", socket) }), clock: systemClock, ...options });

  beforeAll(async () => {
    functionsPort = (await listen(functions)).port;
    const internet = spawn("unshare", ["-n", "bash", "-c", "ip link set lo up; echo in; read go; exec python3 -u -c \"$PROGRAM\" $go"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PROGRAM: `import socket, sys\ns = socket.create_server((sys.argv[1], 0))\nprint(s.getsockname()[1])\nwhile True:\n  c, a = s.accept()\n  c.sendall(a[0].encode())\n  c.close()` },
    });
    closers.push(() => internet.kill("SIGKILL"));
    const pid = internet.pid ?? 0;
    await once(internet.stdout, "data");
    const ip = (...args: readonly string[]): void => void execFileSync("ip", args);
    const place = Array.from({ length: mostRuns }, (_, index) => index).find((index) => spawnSync("ip", ["link", "add", `lbt${index}`, "type", "veth", "peer", "name", "eth0", "netns", String(pid)]).status === 0);
    if (place === undefined) throw new Error("no device can be made");
    const device = `lbt${place}`;
    onInternet = `203.0.113.${place + 1}`;
    between = { host: `169.254.250.${4 * place + 1}`, internet: `169.254.250.${4 * place + 2}` };
    closers.push(() => spawnSync("ip", ["link", "del", device]));
    ip("addr", "add", `${between.host}/30`, "dev", device);
    ip("link", "set", device, "up");
    ip("route", "add", `${onInternet}/32`, "via", between.internet);
    const inside = ["nsenter", `--net=/proc/${pid}/ns/net`, "ip"];
    for (const args of [["addr", "add", `${between.internet}/30`, "dev", "eth0"], ["addr", "add", `${onInternet}/32`, "dev", "lo"], ["link", "set", "eth0", "up"]]) execFileSync(inside[0] ?? "", [...inside.slice(1), ...args]);
    internet.stdin.write(`${onInternet}\n`);
    const [port] = await once(internet.stdout, "data");
    internetPort = Number(String(port));
  });
  afterAll(() => {
    for (const close of closers.toReversed()) close();
    functions.close();
  });

  test("has the Runtime API and the functions' listener of its own loopback interface, and a way to what listens inside", async () => {
    const networks = await open();
    const [one, other] = await Promise.all([networks.take("one"), networks.take("other")]);
    const [ours, theirs] = [greet("Runtime API of one"), greet("Runtime API of other")];
    expect(await one.listen(ours)).toEqual({ host: "127.0.0.1", port: 9001 });
    await other.listen(theirs);
    expect(await hear(one, "127.0.0.1", 9001)).toBe("Runtime API of one");
    expect(await hear(other, "127.0.0.1", 9001)).toBe("Runtime API of other");
    // Of another run.
    ours.close();
    await once(ours, "close");
    expect(await hear(one, "127.0.0.1", 9001)).toBe("Connection refused");
    const next = greet("Runtime API again");
    await one.listen(next);
    expect(await hear(one, "127.0.0.1", 9001)).toBe("Runtime API again");

    const { stdout } = await run("nsenter", [`--net=${one.namespace}`, "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${functionsPort}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`]);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*functions' listener$/);

    const listening = spawn("nsenter", [`--net=${one.namespace}`, "python3", "-uc", 'import socket\ns = socket.create_server(("127.0.0.1", 0))\nprint(s.getsockname()[1])\ns.accept()[0].sendall(b"inside")'], { stdio: ["ignore", "pipe", "inherit"] });
    const [port] = await once(listening.stdout, "data");
    const socket = await one.connect(Number(String(port)));
    const [told] = await once(socket, "data");
    expect(String(told)).toBe("inside");
    await expect(one.connect(9)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    for (const server of [next, theirs]) server.close();
    for (const network of [one, other]) network.close();
    await networks.stop();
  });

  test("reaches the Internet and names, and neither this machine, nor other sandboxes, nor what is private", async () => {
    const networks = await open();
    const [one, other] = await Promise.all([networks.take("one"), networks.take("other")]);
    const api = greet("Runtime API of other");
    await other.listen(api);
    const everywhere = await listen(greet("a service of this machine"), "0.0.0.0");
    const onLoopback = await listen(greet("a service of its loopback"));
    // As this machine, or whatever is before it, appears there.
    expect(await hear(one, onInternet, internetPort)).toBe(between.host);
    const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address));
    expect(own).toContain(between.host);
    for (const address of own) expect([address, await hear(one, address, everywhere.port)]).toEqual([address, "Connection refused"]);
    expect(await hear(one, "127.0.0.1", onLoopback.port)).toBe("Connection refused");
    expect(await hear(one, "169.254.169.254", 80)).toBe("Connection refused");
    expect(await hear(one, between.internet, 80)).toBe("Connection refused");
    expect(await hear(one, "10.1.2.3", 80)).toBe("Connection refused");
    // Any of a server's sandboxes, this one among them.
    for (let last = 16; last < 28; last += 1) expect(await hear(one, `169.254.64.${last}`, 9001)).toBe("Connection refused");
    expect(await hear(one, "fd00::1", 80)).toMatch(/unreachable|No route/);
    expect(networks.resolvConf).toContain("nameserver 169.254.78.1");
    expect(await hear(one, "169.254.78.1", 80)).toBe("Connection refused");
    for (const { server } of [everywhere, onLoopback]) server.close();
    api.close();
    await networks.stop();
  });

  test("reaches private addresses that are allowed, this machine's own among them", async () => {
    const networks = await open({ allowed: [between.host] });
    const network = await networks.take("one");
    const { server, port } = await listen(greet("a database"), between.host);
    expect(await hear(network, between.host, port)).toBe("a database");
    expect(await hear(network, between.internet, 80)).toBe("Connection refused");
    server.close();
    network.close();
    await networks.stop();
  });

  test("may have no way out", async () => {
    const networks = await open({ egress: "none" });
    const network = await networks.take("one");
    const api = greet("Runtime API");
    await network.listen(api);
    expect(await hear(network, "127.0.0.1", 9001)).toBe("Runtime API");
    expect(await hear(network, onInternet, internetPort)).toBe("Network is unreachable");
    expect([networks.egress, networks.resolvConf]).toEqual(["none", ""]);
    api.close();
    await networks.stop();
  });

  test("is made anew where one that was made ahead of need has failed", async () => {
    let isBroken = true;
    const notNow = (): undefined => {
      if (isBroken) throw new Error("not now");
    };
    const networks = await open({ egress: "none", functions: notNow });
    await expect(networks.take("one")).rejects.toMatchObject({ code: "SandboxStartFailed", message: expect.stringContaining("not now") });
    isBroken = false;
    (await networks.take("two")).close();
    await networks.stop();
  });

  test("is made by a new thread when one cannot return from a sandbox", async () => {
    const homes = (): readonly number[] =>
      readdirSync("/proc/self/fd").map(Number).filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith("net:");
        } catch {
          // That of the folder itself.
          return false;
        }
      });
    const before = homes();
    const networks = await open({ egress: "none" });
    // Its way home is a descriptor of the process, so that it can be misled here for a while.
    const [home, ...others] = homes().filter((fd) => !before.includes(fd));
    if (home === undefined || others.length > 0) throw new Error("one descriptor leads home");
    const duplicate = koffi.load(null).func("int dup2(int from, int to)");
    const [way, nowhere] = [openSync(`/proc/self/fd/${home}`, "r"), openSync("/dev/null", "r")];
    duplicate(nowhere, home);
    const taken = [await networks.take("one")];
    duplicate(way, home);
    for (const fd of [way, nowhere]) closeSync(fd);
    // More than were made ahead by the first thread.
    for (let count = 0; count < 20; count += 1) taken.push(await networks.take(`${count}`));
    for (const network of taken) network.close();
    await networks.stop();
    await expect.poll(homes).toEqual(before);
  });

  test("asks the host's name servers, but not for names below localhost", async () => {
    const networks = await open();
    const network = await networks.take("one");
    const ask = async (name: string): Promise<string> => {
      const question = `import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(8)\ns.sendto(bytes.fromhex("abcd01000001000000000000${name}0000010001"), ("169.254.78.1", 53))\nprint(s.recv(512).hex())`;
      return (await run("nsenter", [`--net=${network.namespace}`, "python3", "-c", question])).stdout.trim();
    };
    expect(await ask("076578616d706c6503636f6d")).toMatch(/^abcd/);
    expect(await ask("0161096c6f63616c686f7374")).toMatch(/^abcd8180.*7f000001$/);
    await networks.stop();
  });

  test("servers that start and stop at one time do not take each other's for what is left over", async () => {
    for (let round = 0; round < 2; round += 1) {
      const opened = await Promise.all([open(), open(), open()]);
      expect(opened.map(({ egress }) => egress)).toEqual(["nat", "nat", "nat"]);
      const tables = (await run("nft", ["list", "tables", "inet"])).stdout;
      expect(tables.match(/lambent\d+$/gm)?.length).toBeGreaterThanOrEqual(3);
      await Promise.all(opened.map((networks) => networks.stop()));
    }
  });

  test("leaves nothing on a machine, and the next server removes what a killed one has left", async () => {
    // A machine of its own, as far as networks go: servers of this one come and go as they like.
    const script = "mount -t sysfs none /sys; ip link set lo up; ip link add eth0 type veth peer name peer; ip addr add 192.0.2.9/24 dev eth0; ip link set peer up; ip link set eth0 up; ip route add default via 192.0.2.1; echo up; exec sleep 1000";
    const machine = spawn("unshare", ["-nm", "bash", "-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    closers.push(() => machine.kill("SIGKILL"));
    await once(machine.stdout, "data");
    const on = (...command: readonly string[]): string[] => ["-t", String(machine.pid), "-n", "-m", ...command];
    const state = (): string => execFileSync("nsenter", on("sh", "-c", "ls /sys/class/net; nft list tables; cat /proc/sys/net/ipv4/conf/*/forwarding"), { encoding: "utf8" });
    const serve = (then: string): ChildProcessByStdio<null, Readable, null> => {
      const code = `
        import { openBestNetworks } from ${JSON.stringify(new URL("networks.ts", import.meta.url).href)};
        import { systemClock } from ${JSON.stringify(new URL("../../../core/clock.ts", import.meta.url).href)};
        const networks = await openBestNetworks({ allowed: [], functions: () => undefined, clock: systemClock });
        await networks.take("one");
        console.log(networks.egress, networks.warning?.includes("table ip filter") === true);
        ${then}`;
      return spawn("nsenter", on(process.execPath, "--input-type=module-typescript", "-e", code), { stdio: ["ignore", "pipe", "inherit"] });
    };
    const before = state();
    const killed = serve("setInterval(() => undefined, 1000);");
    expect(String(await once(killed.stdout, "data"))).toBe("nat false\n");
    expect(state()).toMatch(/lambent0\n[\s\S]*table inet lambent0\n/);
    killed.kill("SIGKILL");
    await expect.poll(() => /^lambent0$/m.test(state()), { timeout: 10_000 }).toBe(false);
    expect(state()).not.toBe(before);
    await once(serve("await networks.stop();"), "exit");
    expect(state()).toBe(before);

    // As Docker has it.
    const filter = (...rule: readonly string[]): void => void execFileSync("nsenter", on("nft", ...rule));
    filter("add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }");
    const told = serve("await networks.stop();");
    expect(String(await once(told.stdout, "data"))).toBe("nat true\n");
    await once(told, "exit");
    filter('add rule ip filter FORWARD iifname "lambent*" accept');
    expect(String(await once(serve("await networks.stop();").stdout, "data"))).toBe("nat false\n");
  });
});
