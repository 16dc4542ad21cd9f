"""The fork server of ../PROTOCOL.md: forks processes that have the runtime booted already into containers that are
there, and tells how each of them ends. It runs nothing of any function and reads nothing of one: what a process is to
be only that process reads."""
import gc
import json
import os
import time

import _signal
from _lambent_container import FirstProcess, become_visible, copy_limits, duplicate, enter_pids, give_up_rights, open_process, place

REQUESTS, REPORTS = 3, 4
# Of a child: where it keeps what it needs once more, beyond every descriptor that it is given for good.
LAUNCH, REPORT = 100, 101
# Seconds that it waits for a request when none of its children is left.
PATIENCE = 600
SIGNALS = [_signal.SIGCHLD, _signal.SIGALRM]


class ForkServer:
    def __init__(self, server_pid):
        # What a request names by number are descriptors of this process.
        self.host = open_process(server_pid)
        self.own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self.filters = None
        self.children = 0

    def serve(self):
        """Returns in children only, with the request that each is for."""
        _signal.signal(_signal.SIGCHLD, self._report_ends)
        _signal.signal(_signal.SIGALRM, self._rest)
        _signal.alarm(PATIENCE)
        gc.collect()
        # What is there now is never looked at again, so that its pages stay shared.
        gc.freeze()
        _report(REPORTS, state="ready")
        for line in _lines():
            request = json.loads(line)
            # No end is told before its beginning.
            _signal.pthread_sigmask(_signal.SIG_BLOCK, SIGNALS)
            _signal.alarm(PATIENCE)
            if self._fork(request):
                return
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
        os._exit(0)

    def _fork(self, request):
        """Whether this is the child: born in the container's pid namespace, confined, and with the variables of its launch."""
        container = pid = None
        try:
            container = duplicate(self.host, request["container"])
            first = FirstProcess(container)
            first.await_program()
            if self.filters is None:
                self.filters = first.filters()
            enter_pids(container)
            try:
                pid = os.fork()
            finally:
                if pid != 0:
                    enter_pids(self.own_pids)
            if pid != 0:
                self.children += 1
                _report(REPORTS, state="forked", id=request["id"], pid=pid)
        except OSError as error:
            _report(REPORTS, state="failed", id=request["id"], reason=str(error))
        finally:
            if pid != 0 and container is not None:
                os.close(container)
        if pid == 0:
            self._become(first, request)
        return pid == 0

    def _report_ends(self, *_):
        while self.children > 0:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self.children -= 1
            _report(REPORTS, state="ended", pid=pid, status=status)

    def _rest(self, *_):
        """Nobody has needed it for long: there will be another when somebody does."""
        if self.children == 0:
            os._exit(0)
        _signal.alarm(PATIENCE)

    def _become(self, first, request):
        report = REPORTS
        try:
            for number in SIGNALS:
                _signal.signal(number, _signal.SIG_DFL)
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
            given = {int(number): duplicate(self.host, ours) for number, ours in request["descriptors"].items()}
            launch = duplicate(self.host, request["launch"])
            first.join_cgroups()
            first.copy_schedule()
            first.enter()
            copy_limits()
            os.setsid()
            os.umask(0o022)
            nothing = os.open("/dev/null", os.O_RDONLY)
            place({**{0: nothing, LAUNCH: launch, REPORT: REPORTS}, **given})
            report = REPORT
            give_up_rights(request["uid"], request["gid"], self.filters)
            _take_over(json.loads(_read_to_end(LAUNCH)))
            os.close(LAUNCH)
            _report(REPORT, state="running", id=request["id"])
            os.close(REPORT)
            # Not before: by its memory one could write there, and all sandboxes' processes are reported there.
            become_visible()
        except BaseException as error:
            _report(report, state="failed", id=request["id"], reason="%s: %s" % (type(error).__name__, error))
            os._exit(1)


def _take_over(launch):
    """What `exec` would have given to a new program."""
    os.chdir(launch["cwd"])
    os.environ.clear()
    os.environ.update(launch["environment"])
    time.tzset()


def _lines():
    """Requests, until the server has gone."""
    rest = b""
    while True:
        received = os.read(REQUESTS, 65536)
        if not received:
            return
        *lines, rest = (rest + received).split(b"\n")
        yield from lines


def _report(descriptor, **members):
    """One write, with which no other mixes."""
    os.write(descriptor, json.dumps(members).encode() + b"\n")


def _read_to_end(descriptor):
    parts = []
    while not parts or parts[-1]:
        parts.append(os.read(descriptor, 65536))
    return b"".join(parts)
