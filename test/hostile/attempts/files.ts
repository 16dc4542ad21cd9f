// Files of the host, and ways round where paths end: links, mounts, roots, handles, devices.
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { refusedInOci, type Family } from "../attempt.ts";
import { anyOf, holds, isInNewNamespace, isMountedOnHost, leaks } from "../harms.ts";
import { processesWith, unmountAll } from "../outside.ts";

export const files: Family = {
  name: "Files of the host",
  attempts: [
    {
      name: "a file of the host",
      tries: "reads a file of the server's user by its path",
      attack: ({ host }, { fs }) => fs.readFileSync(host.file, "latin1"),
      harm: leaks("host file"),
      expected: refusedInOci,
    },
    {
      name: "password hashes",
      tries: "reads /etc/shadow",
      attack: (_facts, { fs }) => fs.readFileSync("/etc/shadow", "latin1"),
      harm: ({ answer }) => (answer.includes(readFileSync("/etc/shadow", "latin1").split("\n")[0] ?? "") ? "knows the host's password hashes" : undefined),
      expected: refusedInOci,
    },
    {
      name: "the server's data directory",
      tries: "reads the operator's access key where the server keeps it",
      attack: ({ host }, { fs }) => fs.readFileSync(`${host.dataDirectory}/operator.json`, "latin1"),
      harm: ({ scene, answer }) => {
        const { secretAccessKey }: { secretAccessKey: string } = JSON.parse(readFileSync(join(scene.guarded.folder, "operator.json"), "utf8"));
        return answer.includes(secretAccessKey) ? "has the operator's access key" : undefined;
      },
      expected: refusedInOci,
    },
    {
      name: "code of other functions",
      tries: "reads the code of all functions where the server has unpacked it",
      attack: ({ host, victim }, { fs, path, each }) => {
        const code = `${host.dataDirectory}/code`;
        const names = fs.readdirSync(code, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("index.mjs"));
        return each(names, (name) => fs.readFileSync(path.join(code, name), "latin1")).filter((text) => text.includes(victim.needle));
      },
      harm: leaks("code"),
      expected: refusedInOci,
    },
    {
      name: "paths above the root",
      tries: "reads a file of the host by ../ from every folder that it has, and by /proc/self/root",
      attack: ({ host }, { fs, each, tmp }) => {
        const above = "/..".repeat(20);
        return each([`${tmp}${above}`, `${process.env["LAMBDA_TASK_ROOT"]}${above}`, `/proc/self/root${above}`, "/proc/1/root", "/proc/self/cwd/../../.."], (root) => fs.readFileSync(root + host.file, "latin1"));
      },
      harm: leaks("host file"),
      expected: refusedInOci,
    },
    {
      name: "a symbolic link",
      tries: "reads a file of the host through a symbolic link in its /tmp",
      attack: ({ host }, { fs, tmp }) => {
        fs.symlinkSync(host.file, `${tmp}/link`);
        return fs.readFileSync(`${tmp}/link`, "latin1");
      },
      harm: leaks("host file"),
      expected: refusedInOci,
    },
    {
      name: "a hard link",
      tries: "makes a hard link in its /tmp to a file of the host, and reads that",
      attack: ({ host }, { fs, tmp }) => {
        fs.linkSync(host.file, `${tmp}/link`);
        return fs.readFileSync(`${tmp}/link`, "latin1");
      },
      harm: leaks("host file"),
      expected: refusedInOci,
    },
    {
      name: "links for the clean-up",
      tries: "leaves symbolic links to folders of the host in its /tmp, in folders without rights, so that the server deletes or opens them up",
      attack: ({ host }, { fs, tmp }) => {
        fs.mkdirSync(`${tmp}/closed/inner`, { recursive: true });
        fs.symlinkSync(`${host.folder}/kept`, `${tmp}/closed/inner/kept`);
        fs.symlinkSync(`${host.folder}/kept`, `${tmp}/kept`);
        fs.chmodSync(`${tmp}/closed/inner`, 0);
        fs.chmodSync(`${tmp}/closed`, 0);
      },
      harm: () => undefined,
      harmAtEnd: ({ facts }) => (existsSync(`${facts.host.folder}/kept/file`) && (statSync(facts.host.file).mode & 0o777) === 0o600 ? undefined : "the clean-up went astray"),
      expected: { process: "contained", oci: "contained" },
    },
    {
      name: "a file handle",
      tries: "opens a file of the host by its number in the file system, with open_by_handle_at",
      attack: ({ host }, { program }) => program("by-handle", process.env["LAMBDA_TASK_ROOT"] ?? "", host.fileHandle),
      harm: leaks("host file"),
      expected: refusedInOci,
    },
    {
      name: "leaving a chroot",
      tries: "changes its root to a folder and walks out of it above",
      attack: ({ host }, { program, tmp }) => program("chroot", `${tmp}/root`, host.file.slice(1)),
      harm: leaks("host file"),
      expected: refusedInOci,
    },
    {
      name: "a mount",
      tries: "mounts a tmpfs",
      attack: ({ mark }, { program, tmp }) => program("tmpfs", `${tmp}/${mark}`),
      harm: isMountedOnHost,
      clean: unmountAll,
      expected: refusedInOci,
    },
    {
      name: "a bind mount",
      tries: "shows itself a folder at another place, with other options",
      attack: ({ mark }, { program, tmp }) => program("bind", "/etc", `${tmp}/${mark}`),
      harm: isMountedOnHost,
      clean: unmountAll,
      expected: refusedInOci,
    },
    {
      name: "move_mount",
      tries: "clones a mount with open_tree and puts it elsewhere with move_mount",
      attack: ({ mark }, { program, tmp }) => program("move-mount", "/usr", `${tmp}/${mark}`),
      harm: isMountedOnHost,
      clean: unmountAll,
      expected: refusedInOci,
    },
    {
      name: "umount",
      tries: "takes away the mounts that hide or protect something: /proc, /var/task, /etc/hosts, /tmp",
      attack: (_facts, { program }) => Promise.any(["/proc/sys", "/proc/kcore", "/var/task", "/etc/hosts", "/tmp", "/proc"].map((target) => program("umount", target))).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: () => undefined,
      expected: { process: "not tried", oci: "refused" },
    },
    {
      name: "a new root",
      tries: "pivot_root in a mount namespace of its own",
      attack: (_facts, { program, tmp }) => program("pivot", tmp),
      harm: isInNewNamespace("mnt"),
      expected: refusedInOci,
    },
    {
      name: "the device of the disk",
      tries: "makes a node for the disk that the host's files are on, and opens it",
      prepare: async (_scene, mark) => {
        const { dev } = statSync("/");
        return { major: `${Math.floor(dev / 256)}`, minor: `${dev % 256}`, node: mark };
      },
      attack: ({ more }, { program, tmp }) => program("mknod", `${tmp}/${more["node"]}`, 0o060600, more["major"] ?? "", more["minor"] ?? ""),
      harm: ({ facts, ...seen }) => holds(new RegExp(facts.mark))({ facts, ...seen }),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "the device of memory",
      tries: "makes a node for the kernel's memory, and opens that or /dev/mem, /dev/kmem, /dev/port",
      attack: async ({ mark }, { program, tmp }) => [await program("mknod", `${tmp}/${mark}`, 0o020600, 1, 1), await program("open-to-read", "/dev/mem")],
      harm: ({ facts, ...seen }) => anyOf(holds(/^\/dev\/(mem|kmem|port)$/), holds(new RegExp(facts.mark)))({ facts, ...seen }),
      variesByMachine: true,
      expected: refusedInOci,
    },
    {
      name: "other devices",
      tries: "opens devices that reach beyond its own: /dev/kmsg, /dev/loop-control, /dev/fuse, /dev/kvm, /dev/net/tun",
      attack: (_facts, { program }) =>
        Promise.any(["/dev/kmsg", "/dev/loop-control", "/dev/fuse", "/dev/kvm", "/dev/net/tun"].map((device) => program("open-to-read", device))).catch((error: AggregateError) => Promise.reject(error.errors[0])),
      harm: holds(/^\/dev\/(kmsg|loop-control|fuse|kvm|net\/tun)$/),
      expected: refusedInOci,
    },
    {
      name: "unix sockets of the host",
      tries: "connects to a unix socket in a folder of the host",
      attack: ({ host }, { hear }) => hear({ path: host.socket }, "GET / HTTP/1.0\r\n\r\n"),
      harm: leaks("host socket"),
      expected: refusedInOci,
    },
    {
      name: "an abstract socket of the host",
      tries: "connects to an abstract unix socket of a service of the host",
      attack: ({ host }, { hear }) => hear({ path: `\0${host.abstractSocket}` }, "GET / HTTP/1.0\r\n\r\n"),
      harm: leaks("host socket"),
      expected: refusedInOci,
      onHostNetwork: "not contained",
    },
    {
      name: "the world in its /tmp",
      tries: "leaves a setuid program of root in its /tmp for a user of the host to run",
      attack: async ({ mark }, { program, tmp }) => program("setuid", `${tmp}/${mark}`),
      harm: ({ facts }) => {
        const found = processesWith(facts.mark).find((one) => one.link("exe").endsWith(facts.mark) && one.status("Uid").startsWith("0"));
        return found && "runs a setuid program as root";
      },
      clean: (_scene, mark) => rmSync(`/tmp/${mark}`, { force: true }),
      expected: refusedInOci,
    },
  ],
};
