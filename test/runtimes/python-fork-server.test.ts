// Python forked into a container, beside the same function started there: what the kernel and the language say of both
// has to be the same. LAMBENT_TEST_PYTHONS=all takes every interpreter of this machine in place of three.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemIds } from "../../src/core/ids.ts";
import { ociMissing, openOciDriver } from "../harness/oci-driver.ts";
import { type Guest, GuestHost, installed, runtimes } from "./guest-host.ts";

const some = ["3.8", "3.11", "3.13"];
const every = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"];
const ids = await installed(...(process.env["LAMBENT_TEST_PYTHONS"] === "all" ? every : some).map((version) => `python${version}`));

/** All that a process can learn of how it was started. */
const probe = `
import os, sys
modules = sorted(sys.modules)
def read(path):
    with open(path) as lines: return lines.read()
def of_kernel():
    import re, resource, signal
    status = dict(line.split(":", 1) for line in read("/proc/self/status").splitlines())
    names = "Umask Uid Gid Groups CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Seccomp_filters Speculation_Store_Bypass SpeculationIndirectBranch Cpus_allowed Mems_allowed_list SigBlk SigIgn ShdPnd SigCgt Threads TracerPid CoreDumping THP_enabled".split()
    return {
        "status": {name: status.get(name) for name in names},
        "namespaces": sorted(name for name in os.listdir("/proc/self/ns") if os.readlink("/proc/self/ns/" + name) == os.readlink("/proc/1/ns/" + name)),
        "cgroup": read("/proc/self/cgroup") == read("/proc/1/cgroup"),
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")},
        "mounts": [re.sub(r",?[ug]id=\\d+", "", line).split()[4:] for line in read("/proc/self/mountinfo").splitlines() if "/var/task" not in line and "/tmp" not in line],
        "descriptors": {fd: os.readlink("/proc/self/fd/" + fd).split(":")[0] for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd)},
        "oom": read("/proc/self/oom_score_adj"), "command": read("/proc/self/cmdline"), "name": read("/proc/self/comm"),
        "exe": os.readlink("/proc/self/exe"), "root": os.readlink("/proc/self/root"), "cwd": os.getcwd(), "keys": os.path.exists("/proc/keys") and "",
        "scheduler": [os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)], "signals": {str(number): str(signal.getsignal(number)).split(" at ")[0] for number in signal.Signals},
        "sessions": os.getsid(0) == os.getpgid(0),
    }
def of_language():
    import locale, threading, gc, time, warnings
    return {
        "modules": modules, "path": sys.path, "argv": sys.argv, "orig_argv": getattr(sys, "orig_argv", None), "flags": str(sys.flags), "xoptions": sys._xoptions,
        "environ": dict(os.environ), "executable": sys.executable, "prefix": [sys.prefix, sys.exec_prefix, sys.base_prefix],
        "encoding": [sys.getfilesystemencoding(), sys.stdout.encoding, sys.stdout.line_buffering, sys.stdout.write_through, locale.setlocale(locale.LC_ALL), locale.getpreferredencoding()],
        "threads": threading.active_count(), "main": threading.current_thread() is threading.main_thread(), "gc": [gc.isenabled(), gc.get_threshold()],
        "zone": [time.tzname, time.timezone], "recursion": sys.getrecursionlimit(), "switch": sys.getswitchinterval(), "finders": [str(finder).split(" object")[0] for finder in sys.meta_path if "reloaded" not in str(finder)], "hooks": [sys.excepthook is sys.__excepthook__, sys.gettrace(), sys.getprofile()],
        "packages": len(__import__("site").getsitepackages()), "descriptors": [os.get_inheritable(fd) for fd in (0, 1, 2, 3, 4)],
    }
def handler(event, context):
    if event == "parent": return os.getppid()
    if event == "kernel": return of_kernel()
    if event == "language": return of_language()
    if event == "random":
        import random, uuid, tempfile, ssl, secrets
        return [random.random(), str(uuid.uuid4()), tempfile.mktemp(), ssl.RAND_bytes(8).hex(), secrets.token_hex(4)]
    if event == "ctypes":
        import ctypes
        compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
        numbers = (ctypes.c_int * 3)(3, 1, 2)
        ctypes.CDLL(None).qsort(numbers, 3, 4, compare(lambda a, b: a[0] - b[0]))
        return list(numbers)
    if isinstance(event, dict) and "exit" in event: os._exit(event["exit"])
    if isinstance(event, dict) and "signal" in event:
        import signal
        signal.signal(event["signal"], signal.SIG_DFL) if event["signal"] != 9 else None
        os.kill(os.getpid(), event["signal"])
    if isinstance(event, dict) and "run" in event:
        scope = {}
        exec(event["run"], scope)
        return scope["result"]
`;

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // Its process has gone.
    return "";
  }
};

test.skipIf(ociMissing === undefined && ids.length > 0)(`has nothing to test: ${ociMissing ?? "no Python is installed"}`, (context) => context.skip());

test.skipIf(process.platform !== "linux" || ids.length === 0)("waits for a container's first process for so long only", async () => {
  const script = `
import os, sys, time
sys.path.insert(0, ${JSON.stringify(new URL("../../guest/python", import.meta.url).pathname)})
import _lambent_container as container
container.PATIENCE = 0.05
child = os.fork()
if child == 0: time.sleep(60)
try: container.FirstProcess(container.open_process(child)).await_program()
except OSError as error: print(type(error).__name__, error)
finally: os.kill(child, 9)
`;
  const { stdout } = await promisify(execFile)("python3", ["-c", script], { timeout: 10_000 });
  expect(stdout).toBe("TimeoutError [Errno 110] the container's first process runs no program\n");
});

describe.skipIf(ociMissing !== undefined).each(ids)("%s", (id) => {
  let folder: string;
  let host: GuestHost;
  const warnings: object[] = [];
  beforeAll(async () => {
    await runtimes.resolve(id);
    folder = await mkdtemp(join(tmpdir(), "lambent-forks-"));
    const driver = openOciDriver(join(folder, "sandboxes"), systemIds.hex(4), (warning) => warnings.push(warning));
    host = new GuestHost(folder, driver);
  }, 180_000);
  afterAll(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
    expect(warnings).toEqual([]);
  });

  const environment = { LD_LIBRARY_PATH: "/var/lang/lib:/var/task/lib:/opt/lib", LANG: "en_US.UTF-8", TZ: ":UTC" };
  const bootNames = ["LD_LIBRARY_PATH", "LANG", "LC_CTYPE", "PYTHONPATH"];
  const guests: Guest[] = [];
  const start = async (how: "forked" | "started", more: object = {}): Promise<Guest> => {
    const runtime = await runtimes.resolve(id);
    const bootVariables = how === "forked" ? bootNames : undefined;
    // The first of them finds no fork server yet.
    for (;;) {
      const guest = await host.start({ runtime, files: { "app.py": probe }, handler: "app.handler", environment, modulesAhead: "boto3", ...(bootVariables && { bootVariables }), ...more });
      const parent = await guest.invoke("parent");
      if (!("payload" in parent)) throw new Error(`${JSON.stringify(parent)} ${guest.output()}`);
      if ((parent.payload === 0) === (how === "forked") || warnings.length > 0) {
        guests.push(guest);
        return guest;
      }
      await guest.sandbox.close();
    }
  };
  const ask = async (guest: Guest, event: unknown): Promise<unknown> => {
    const reply = await guest.invoke(event);
    return "payload" in reply ? reply.payload : reply;
  };

  test("is as confined as a process that was started in such a container", async () => {
    expect(await ask(await start("forked"), "kernel")).toEqual(await ask(await start("started"), "kernel"));
  });

  test.each(["boto3", undefined])("finds the language as it is after a start, with %s loaded ahead", async (modulesAhead) => {
    expect(await ask(await start("forked", { modulesAhead }), "language")).toEqual(await ask(await start("started"), "language"));
  });

  test("shares no randomness with others of its kind, and has the modules that its server used for itself", async () => {
    const [one, other] = [await start("forked"), await start("forked")];
    const [drawn, drawnToo] = [await ask(one, "random"), await ask(other, "random")];
    for (const [at, value] of (Array.isArray(drawn) ? drawn : []).entries()) expect(drawnToo).not.toHaveProperty([at], value);
    expect(await ask(one, "ctypes")).toEqual([1, 2, 3]);
  });

  const both = async (event: unknown, more: object = {}): Promise<readonly unknown[]> =>
    Promise.all([start("forked", more), start("started", more)].map(async (guest) => ask(await guest, event)));

  describe("with the runtime's boto3", () => {
    const files = { "app.py": probe };
    const loaded = `
import sys, logging
root = [type(handler).__name__ for handler in logging.getLogger().handlers]
import boto3, botocore.client
client = boto3.client("s3", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
import json
result = [root, sorted(sys.modules), boto3.__file__, boto3.__spec__.origin, sorted(str(finder).split(" object")[0] for finder in sys.meta_path if "reloaded" not in str(finder)), client.meta.endpoint_url, json is sys.modules["botocore.client"].json if hasattr(sys.modules["botocore.client"], "json") else None]
`;
    const described = `
import hashlib, io, json, logging, os
import boto3, botocore.session
said = io.StringIO()
logger = logging.getLogger("botocore.loaders")
logger.setLevel(logging.DEBUG)
logger.addHandler(logging.StreamHandler(said))
def facts():
    loader = botocore.session.Session().get_component("data_loader")
    models = [loader.load_service_model(name, kind) for name in ("sqs", "s3", "polly") for kind in ("service-2", "endpoint-rule-set-1")]
    models += [loader.load_data(name) for name in ("endpoints", "partitions", "_retry")]
    seen = [[type(model).__name__, hashlib.sha256(json.dumps(model).encode()).hexdigest()] for model in models]
    for model in models: model["changed"] = True
    listed = loader.list_available_services("service-2")
    return [seen, listed, listed is loader.list_available_services("service-2"), boto3.Session().get_available_services(), boto3.Session().get_available_resources()]
first, second = facts(), facts()
os.makedirs("/tmp/models/own/2020-01-01")
with open("/tmp/models/own/2020-01-01/service-2.json", "w") as file: file.write("{}")
os.environ["AWS_DATA_PATH"] = "/tmp/models"
known = botocore.session.Session().get_available_services()
result = [first, second, [name for name in ("own", "sqs") if name in known], said.getvalue()]
`;
    test("has after an import the modules that a start would have loaded", async () => {
      const [forked, started] = await both({ run: loaded });
      expect(forked).toEqual(started);
    });

    test("has the descriptions of services that are in its files, each session its own", async () => {
      const [forked, started] = await both({ run: described });
      expect(started).toMatchObject([expect.anything(), expect.anything(), ["own", "sqs"], expect.stringContaining("Loading JSON file")]);
      expect(forked).toEqual(started);
    });

    test.each(["", "layer "])("loads all of it anew where the %scode brings a part", async (where) => {
      const own = { [where === "" ? "jmespath/__init__.py" : "python/jmespath/__init__.py"]: "OWN = True\nclass functions: Functions = object\ndef compile(text): return text\nOptions = exceptions = object\n" };
      const run = "import jmespath, boto3, botocore.session, logging\nresult = [jmespath.OWN, botocore.session.logging is logging, __import__('botocore.paginate').paginate.jmespath is jmespath]";
      const plan = where === "" ? { files: { ...files, ...own } } : { layer: own };
      const [forked, started] = await both({ run }, plan);
      expect(started).toEqual([true, true, true]);
      expect(forked).toEqual(started);
    });

    test("finds what the code puts before it on the path", async () => {
      const run = "import sys, urllib3\nsys.path.insert(0, '/var/task/vendored')\nimport boto3\nresult = [boto3.OWN, urllib3.__file__]";
      const [forked, started] = await both({ run }, { files: { ...files, "vendored/boto3.py": "OWN = 1" } });
      expect(forked).toEqual(started);
    });
  });

  test("finds libraries of code and layers that the loader is asked for", async () => {
    const run = "import ctypes\ntry: ctypes.CDLL('libown.so')\nexcept OSError as error: result = str(error)";
    const [forked, started] = await both({ run }, { files: { "app.py": probe, "lib/libown.so": "no library" } });
    expect(forked).toBe("/var/task/lib/libown.so: file too short");
    expect(forked).toEqual(started);
  });

  test("has nothing of another's variables in its memory", async () => {
    const [first, second] = [systemIds.hex(8), systemIds.hex(8)];
    // Never whole in the memory of who looks for it.
    const scan = `
import re
first, second, result = b"${first}", b"${second}", 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        begin, end, rights = re.match("([0-9a-f]+)-([0-9a-f]+) (..)", line).groups()
        if rights != "rw": continue
        memory.seek(int(begin, 16))
        bytes = memory.read(int(end, 16) - int(begin, 16))
        at = bytes.find(first)
        while at >= 0:
            result += bytes[at + len(first) : at + len(first) + len(second)] == second
            at = bytes.find(first, at + 1)
`;
    const owner = await start("forked", { environment: { ...environment, SECRET: first + second } });
    expect(await ask(owner, { run: scan })).toBeGreaterThan(0);
    expect(await ask(await start("forked"), { run: scan })).toBe(0);
  });

  test("goes when it is not needed for long, and comes again", async () => {
    const servers = (): readonly number[] =>
      readdirSync("/proc").map(Number).filter((pid) => {
        const about = (file: string): string => readIfThere(`/proc/${pid}/${file}`);
        // Not the one without boto3.
        const isOurs = about("environ").includes(`LAMBENT_FORK_SERVER=${process.pid}\0`) && about("environ").includes("LAMBENT_PRELOAD=");
        return pid > 0 && isOurs && /^Uid:\t0\t/m.test(about("status"));
      });
    const guest = await start("forked");
    const [server = 0, ...others] = servers();
    expect(others).toEqual([]);
    // As when its patience has ended.
    process.kill(server, "SIGALRM");
    expect(await ask(guest, { run: "result = 1" })).toBe(1);
    const last = await start("forked");
    expect(servers()).toEqual([server]);
    for (const each of guests.splice(0)) await each.sandbox.close();
    await last.sandbox.close();
    process.kill(server, "SIGALRM");
    await expect.poll(servers).toEqual([]);
    expect(await ask(await start("forked"), { run: "result = 2" })).toBe(2);
  });

  test("says why code cannot be loaded as a start does, time and again", async () => {
    const runtime = await runtimes.resolve(id);
    const files = { "broken.py": "def handler(:" };
    await start("forked");
    const said: unknown[] = [];
    for (const bootVariables of [undefined, ...Array.from({ length: 8 }, () => bootNames)]) {
      const guest = await host.start({ runtime, files, handler: "broken.handler", environment, ...(bootVariables && { bootVariables }) });
      const reply = await guest.ready();
      said.push([reply && "payload" in reply ? reply.payload : [reply, guest.output()], guest.logged().map(({ type, text }) => [type, text.replace(/\S*Z/, "TIME")])]);
    }
    expect(said[0]).toMatchObject([{ errorType: "Runtime.UserCodeSyntaxError" }, expect.anything()]);
    for (const other of said) expect(other).toEqual(said[0]);
  });

  test.each([
    [{ exit: 0 }, { exitCode: 0, signal: undefined }],
    [{ exit: 137 }, { exitCode: 137, signal: undefined }],
    [{ signal: 9 }, { exitCode: undefined, signal: "SIGKILL" }],
    [{ signal: 11 }, { exitCode: undefined, signal: "SIGSEGV" }],
  ])("ends by %j as it is told", async (event, exit) => {
    expect(await ask(await start("forked"), event)).toEqual({ ...exit, outOfMemory: false });
  });
});
