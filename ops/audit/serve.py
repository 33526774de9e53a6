"""``tripo audit serve``: a process that has everything ready, and forks for each `verify` and `explain` of a decision.

A decision is stepped again in milliseconds; what takes a second is to import numpy, polars and the agents, and to make support's tables of
fifteen languages. Here that is done once. Each command is still a process of its own, forked with its caller's terminal, folder and
environment, so that none can harm the next. Its own user alone is answered, and never by old code: once a file of the code has changed the
process ends, and commands do without it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from agents.support.models import CURRENT, NoModelError
from ops.audit import asked, decision, explain
from ops.audit.served import MESSAGE, loaded, peer, place
from ops.listing import say
from ops.summary import fail
from ops.worker import AGENTS, INTERNAL
from streams.agent import Warms
from streams.contract import contract
from streams.settings import ROOT, settings

CODE = ("agents", "audit", "columns", "ops", "streams")
WAITING = 64  # commands
SENT_S = 1.0  # within which who has connected says what is asked for
DONE_HERE = (decision, explain)  # imported before anything is asked for


def serve() -> None:
    """Keep a process ready, so that `verify` and `explain` take a third of the time. SIGTERM or Ctrl-C ends it, and so does new code."""
    if sys.platform != "linux":
        fail("`tripo audit serve` needs Linux: commands do without it", 2)
    path = place()
    _ends_in_order()
    with _alone(path):
        before = _files()
        _make_ready()
        _serve(path, before)


def _serve(path: Path, before: frozenset[tuple[str, int, int]]) -> None:
    with _listening(path) as listening:
        say(f"ready: verify and explain are done by forks of process {os.getpid()}, asked by {path}")
        while True:
            connection, _ = listening.accept()
            with connection:
                if _files() != before:
                    say("the code or a model has changed: commands do without this process, which ends")
                    return
                _answer(connection, listening)


def _make_ready() -> None:
    contract()
    for name in AGENTS:
        if name in INTERNAL:
            continue
        agent = asked.agent(name)
        try:
            _ = agent.code_version
            if isinstance(agent, Warms):
                agent.warm()
        except NoModelError as error:
            say(f"{name} is not made ready: {error}")
    started = [task for task in Path("/proc/self/task").iterdir() if _is_of_pool((task / "comm").read_text().strip())]
    if started:
        raise RuntimeError(f"polars has started {len(started)} threads, which a fork would lack: make ready without frames")
    gc.collect()
    gc.freeze()


def _is_of_pool(thread: str) -> bool:
    return thread.startswith("polars-") and thread.removeprefix("polars-").isdigit()


def _files() -> frozenset[tuple[str, int, int]]:
    """The files of the code, the contract and the models' name: which they are, and when each was changed, which cannot be set back."""
    files = [file for folder in CODE for file in (ROOT / folder).rglob("*.py")]
    files += [settings().topics_file, settings().schemas_dir / "registry.json", settings().models / CURRENT]
    found = []
    for file in files:
        with suppress(FileNotFoundError):
            at = file.stat()
            found.append((str(file), at.st_ino, at.st_ctime_ns))
    return frozenset(found)


def _ends_in_order() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks say themselves what they came to


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Where another process serves there, wait for its end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process is asked by {path} already: this one waits for its end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket at a place that its user alone can reach."""
    path.unlink(missing_ok=True)  # of one that was killed
    mask = os.umask(0o177)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        try:
            listening.bind(str(path))
        except OSError as error:
            fail(f"there can be no socket at {path}: {error}")
        os.umask(mask)
        listening.listen(WAITING)
        try:
            yield listening
        finally:
            path.unlink(missing_ok=True)


def _answer(connection: socket.socket, listening: socket.socket) -> None:
    """Fork for a command; close what is no fitting one, which is then done by who asked."""
    connection.settimeout(SENT_S)
    files: list[int] = []
    try:
        said, files, _, _ = socket.recv_fds(connection, MESSAGE, 3)
        request = json.loads(said)
        if request["loaded"] == loaded() and peer(connection) == os.getuid() and len(files) == 3 and os.fork() == 0:
            listening.close()
            _become(request, files, connection)
    except (ValueError, LookupError, TypeError, RecursionError, OSError):
        return  # no request, or no fork can be made now
    finally:
        for file in files:
            os.close(file)


def _become(request: dict[str, Any], files: list[int], connection: socket.socket) -> NoReturn:
    """Do the command as the process it was given to would have, say its exit code, end."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        connection.send(str(os.getpid()).encode())
        for at, file in enumerate(files):
            os.dup2(file, at)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
        os.chdir(request["cwd"])
        os.umask(request["umask"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.argv = request["argv"]
        settings.cache_clear()
        code = _run()
    except KeyboardInterrupt:
        code = 130
    except Exception:  # what nobody foresaw is shown as a process of its own would show it
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        with suppress(OSError):
            connection.send(str(code).encode())
        os._exit(code)


def _run() -> int:
    """The command's exit code."""
    from ops import cli

    del sys.modules["ops.audit.command"]  # it has the commands that this process was asked for
    try:
        cli.run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
