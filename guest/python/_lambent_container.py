"""Makes a process one of a container: what a container's program does to the processes that it starts, without `exec`.
What the container's first process is confined by is asked of the kernel and copied, so that there is one place, the
container's configuration, that says it. Linux only; all pages named here are of section 2 or 7 of the manual."""
import ctypes
import fcntl
import os
import struct
import time

libc = ctypes.CDLL(None, use_errno=True)
machine = os.uname().machine

# Numbers of <asm/unistd.h> that the C library of an older system has no function for.
PIDFD_OPEN, PIDFD_GETFD, CLOSE_RANGE = 434, 438, 436
SECCOMP = {"x86_64": 317, "aarch64": 277}[machine]
KEYCTL = {"x86_64": 250, "aarch64": 219}[machine]

# <linux/sched.h>: cgroup, uts, ipc, user, net, mount. A process cannot enter a pid namespace, only its children can.
NEW_NAMESPACES = 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x40000000 | 0x00020000
NEW_PIDS = 0x20000000
# <linux/prctl.h>
SET_DUMPABLE, CAPBSET_READ, CAPBSET_DROP, SET_NO_NEW_PRIVS = 4, 23, 24, 38
JOIN_SESSION_KEYRING = 1
SET_MODE_FILTER, FILTER_LOG, FILTER_SPEC_ALLOW = 1, 2, 4
CAPABILITY_VERSION_3 = 0x20080522
# <linux/ptrace.h>
SEIZE, INTERRUPT, DETACH, GET_FILTER = 0x4206, 0x4207, 17, 0x420C
ALL_CHILDREN = 0x40000000
RESOURCES = 16
ENOENT = 2
# Seconds that the maker of a container may take to run its first program.
PATIENCE = 1
# PF_FORKNOEXEC of <linux/sched.h>, among the flags of proc_pid_stat(5).
FORKED_NO_EXEC = 0x40


def call(function, *args):
    """Arguments are numbers, buffers or None. Raises OSError by the call's name."""
    result = function(*[ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args])
    if result == -1:
        errno = ctypes.get_errno()
        raise OSError(errno, "%s: %s" % (getattr(function, "__name__", "syscall"), os.strerror(errno)))
    return result


def syscall(number, *args):
    return call(libc.syscall, number, *args)


def open_process(pid):
    """A descriptor that means this process and no later one of its number."""
    descriptor = syscall(PIDFD_OPEN, pid, 0)
    os.set_inheritable(descriptor, False)
    return descriptor


def duplicate(process, descriptor):
    """A descriptor of another process as one of ours."""
    return syscall(PIDFD_GETFD, process, descriptor, 0)


def enter_pids(descriptor):
    """Of a container's first process, or of a namespace: children are born there from now on."""
    call(libc.setns, descriptor, NEW_PIDS)


class FirstProcess:
    """What is copied of a container's first process, by its descriptor: its number could be another's by now."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        with open("/proc/self/fdinfo/%d" % descriptor, encoding="utf8") as lines:
            self.pid = next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))
        if self.pid <= 0:
            raise ProcessLookupError(3, "the container has ended")

    def await_program(self):
        """Until it runs what it is for: before that it is the maker of the container, and not confined yet."""
        deadline = time.monotonic() + PATIENCE
        while int(_read("/proc/%d/stat" % self.pid).rpartition(")")[2].split()[6]) & FORKED_NO_EXEC:
            if time.monotonic() > deadline:
                raise TimeoutError(110, "the container's first process runs no program")
            time.sleep(0.0002)

    def cgroups(self):
        """Files by which a process joins: of each hierarchy where the container has a group of its own."""
        ours = _read("/proc/self/cgroup").splitlines()
        for line in _read("/proc/%d/cgroup" % self.pid).splitlines():
            if line not in ours:
                _, controllers, path = line.split(":", 2)
                folder = controllers.split("=")[-1] if controllers else "unified" if os.path.isdir("/sys/fs/cgroup/unified") else ""
                yield os.path.join("/sys/fs/cgroup", folder, path.lstrip("/"), "cgroup.procs")

    def join_cgroups(self):
        for path in self.cgroups():
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            os.write(descriptor, b"0")
            os.close(descriptor)

    def copy_schedule(self):
        os.sched_setaffinity(0, os.sched_getaffinity(1))
        with open("/proc/self/oom_score_adj", "w", encoding="utf8") as own:
            own.write(_read("/proc/%d/oom_score_adj" % self.pid))

    def enter(self):
        call(libc.setns, self.descriptor, NEW_NAMESPACES)

    def filters(self):
        """
        Its seccomp filters, the first that was installed first: programs of <linux/filter.h>. They will be those of other
        containers' processes, too, so it may have no more than the one that its maker gave it: what runs beside it can have
        made it install its own.
        """
        if _filter_count(self.pid) > _filter_count("self") + 1:
            raise PermissionError(1, "the container's first process has filters of its own")
        call(libc.ptrace, SEIZE, self.pid, None, None)
        try:
            call(libc.ptrace, INTERRUPT, self.pid, None, None)
            os.waitpid(self.pid, ALL_CHILDREN)
            newest_first = []
            while True:
                try:
                    count = call(libc.ptrace, GET_FILTER, self.pid, len(newest_first), None)
                except OSError as error:
                    if error.errno != ENOENT:
                        raise
                    return newest_first[::-1]
                program = ctypes.create_string_buffer(count * 8)
                call(libc.ptrace, GET_FILTER, self.pid, len(newest_first), program)
                newest_first.append(program)
        finally:
            call(libc.ptrace, DETACH, self.pid, None, None)


def copy_limits():
    """The resource limits of the first process of the namespace that this process is in."""
    limits = ctypes.create_string_buffer(16)
    for resource in range(RESOURCES):
        call(libc.prlimit, 1, resource, None, limits)
        call(libc.prlimit, 0, resource, limits, None)


def give_up_rights(uid, gid, filters):
    """Becomes this user of the namespace for good, with no capability left and under the filters."""
    syscall(KEYCTL, JOIN_SESSION_KEYRING, None)
    capability = 0
    while libc.prctl(CAPBSET_READ, ctypes.c_long(capability), 0, 0, 0) >= 0:
        call(libc.prctl, CAPBSET_DROP, capability, 0, 0, 0)
        capability += 1
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0))
    call(libc.capset, header, ctypes.create_string_buffer(24))
    call(libc.prctl, SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for program in filters:
        length = (len(program)) // 8
        description = ctypes.create_string_buffer(struct.pack("@HP", length, ctypes.addressof(program)))
        syscall(SECCOMP, SET_MODE_FILTER, FILTER_LOG | FILTER_SPEC_ALLOW, description)


def become_visible():
    """As `exec` does: who has the same user may look at it from now on, and change its memory."""
    call(libc.prctl, SET_DUMPABLE, 1, 0, 0, 0)


def place(descriptors):
    """Moves descriptors to the numbers that they shall have, and closes every other one."""
    beyond = max(descriptors) + 1
    aside = {wanted: fcntl.fcntl(have, fcntl.F_DUPFD, beyond) for wanted, have in descriptors.items()}
    for wanted, have in aside.items():
        os.dup2(have, wanted)
    next_free = 0
    for wanted in sorted(descriptors):
        if wanted > next_free:
            _close(next_free, wanted - 1)
        next_free = wanted + 1
    _close(next_free, 0x7FFFFFFF)


def _close(first, last):
    try:
        syscall(CLOSE_RANGE, first, last, 0)
    except OSError:
        # Before Linux 5.9.
        os.closerange(first, min(last, 65536) + 1)


def _filter_count(pid):
    """Not told before Linux 5.9."""
    lines = _read("/proc/%s/status" % pid).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Seccomp_filters:")), 0)


def _read(path):
    with open(path, encoding="utf8") as text:
        return text.read()
