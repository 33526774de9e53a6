"""A server process of this machine, started by us and never left behind.

In: a command line, a home folder and a port. Out: a process in a session of its own (a Ctrl-C in the terminal does not reach it), found
again by its pid file, ended by ``stop()``, at exit, or, when this process is killed, by a guard that waits on a pipe of ours.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

# Ports below Linux's ephemeral range (32768 up): in it, a client that retries while its server is down may connect to itself.
PORTS = range(12_000, 32_000)
TAIL_LINES = 30
GUARD = """read -r word; [ "$word" = done ] && exit 0
kill -TERM "$1" || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" || exit 0; done
kill -KILL "$1" """


class ServerError(RuntimeError):
    """A server could not be started; the message says why and what to do."""


def is_free(port: int) -> bool:
    """Whether a server may listen on that port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of loopback on which nothing listens, outside the range that outgoing connections are given."""
    draw = random.SystemRandom()
    for _ in range(1000):
        port = draw.choice(PORTS)
        if is_free(port):
            return port
    raise ServerError(f"no free port between {PORTS.start} and {PORTS.stop} on 127.0.0.1")


class Server(ABC):
    """One server process with its files under ``home``, listening on ``port`` of loopback."""

    name: str
    start_timeout_s = 60.0
    stop_timeout_s = 20.0
    port_timeout_s = 5.0

    def __init__(self, home: Path, port: int) -> None:
        self.home = home.resolve()
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """Prepares the home and gives the command line. Raises ServerError where something is not installed."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server serves requests by now; may wait a second for the answer."""

    @property
    def log(self) -> Path:
        """The file that takes the server's output."""
        return self.home / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """The process id. Raises ServerError when the server was not started."""
        if self._process is None:
            raise ServerError(f"{self.name} is not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Starts the server on what its home holds, and returns once it answers. Raises ServerError with the log's tail."""
        if self.running:
            return self
        self._release()
        self.home.mkdir(parents=True, exist_ok=True)
        self._end_orphan()
        deadline = time.monotonic() + self.start_timeout_s
        self._await_port(deadline)
        command = self.command()
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.home, start_new_session=True
            )
        self._write_pid()
        self._set_guard()
        atexit.register(self.stop)
        try:
            self._await_answer(deadline)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Ends the server in order (SIGTERM), after ``stop_timeout_s`` by SIGKILL. Does nothing when it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server at once (SIGKILL); its files stay as they are."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stops in order and starts again on the same port and files."""
        self.stop()
        self.start()

    def tail(self) -> str:
        """The last lines of the log."""
        if not self.log.exists():
            return "(no log)"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 20_000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-TAIL_LINES:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(self.stop_timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._release()

    def _release(self) -> None:
        """Forgets an ended process: its guard, its pid file, its entry at exit."""
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.communicate(b"done\n")
        if self._process is not None:
            self._pid_file.unlink(missing_ok=True)
            atexit.unregister(self.stop)
        self._guard = self._process = None

    def _set_guard(self) -> None:
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, f"{self.name}-guard", str(self.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def _pid_file(self) -> Path:
        return self.home / f"{self.name}.pid"

    def _write_pid(self) -> None:
        entry = {"server": _identity(self.pid), "owner": _identity(os.getpid())}
        self._pid_file.write_text(json.dumps(entry))

    def _end_orphan(self) -> None:
        """Ends a server that an earlier run, itself gone, left on this home. Raises ServerError if that run still lives."""
        try:
            entry = json.loads(self._pid_file.read_text())
        except (OSError, ValueError):
            return
        server, owner = _process(entry["server"]), _process(entry["owner"])
        if server is None:
            self._pid_file.unlink(missing_ok=True)
            return
        if owner is not None:
            raise ServerError(
                f"{self.name} in {self.home} already runs as process {server.pid}, started by process {owner.pid}; "
                "stop that one, or use another folder (TRIPO_HOME)"
            )
        server.terminate()
        try:
            server.wait(self.stop_timeout_s)
        except psutil.TimeoutExpired:
            server.kill()
            server.wait(self.stop_timeout_s)
        self._pid_file.unlink(missing_ok=True)

    def _await_port(self, deadline: float) -> None:
        grace = min(deadline, time.monotonic() + self.port_timeout_s)
        while not is_free(self.port):
            if time.monotonic() > grace:
                raise ServerError(
                    f"port {self.port} on 127.0.0.1 is taken, {self.name} cannot listen there; end what listens, or choose another port"
                )
            time.sleep(0.05)

    def _await_answer(self, deadline: float) -> None:
        while not self.answers():
            if not self.running:
                assert self._process is not None
                raise ServerError(
                    f"{self.name} ended with code {self._process.returncode} while starting; the end of {self.log}:\n{self.tail()}"
                )
            if time.monotonic() > deadline:
                raise ServerError(
                    f"{self.name} does not answer {self.start_timeout_s:.0f} s after its start; the end of {self.log}:\n{self.tail()}"
                )
            time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether something accepts connections on that port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _identity(pid: int) -> dict[str, float]:
    """Process id and start time: together they name a process even when ids are used again."""
    return {"pid": pid, "created": psutil.Process(pid).create_time()}


def _process(identity: dict[str, float]) -> psutil.Process | None:
    """The process of that identity, or None when it is gone."""
    try:
        process = psutil.Process(int(identity["pid"]))
        if abs(process.create_time() - identity["created"]) > 2 or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.NoSuchProcess:
        return None
    return process
