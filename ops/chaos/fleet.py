"""The workers of one agent as processes: started, supervised (what ends is started again), and made to fail on purpose.

In: how many are wanted, and faults to arm. Out: processes with a log file each, and a record of every exit.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from ops.broker import free_port

ROOT = Path(__file__).resolve().parents[2]
LOOK_S = 0.05
BREATH_S = 0.5  # a worker that lived shorter than this is not started again at once


@dataclass(frozen=True, slots=True)
class Exit:
    """A worker's end; ``code`` as subprocess gives it (negative: the signal)."""

    ordinal: int
    code: int
    at: float  # time.time()
    wanted: bool  # it was asked to go for good


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    started: float
    fault: str
    port: int  # of its /ready
    leaving: bool = False


def dies_with_us() -> list[str]:
    """The head of a command line whose process must not outlive ours, even when we are killed; empty where there is no such tool."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "KILL"] if tool else []


class Fleet:
    """Workers with ordinals 0 … n - 1 of one agent."""

    def __init__(self, agent: str, environment: Mapping[str, str], logs: Path) -> None:
        self.agent, self.logs = agent, logs
        self.exits: list[Exit] = []
        self.extra: list[subprocess.Popen[bytes]] = []  # stopped processes whose ordinal has a successor
        self._environment = dict(environment)
        self._workers: dict[int, _Worker] = {}
        self._armed: dict[int, str] = {}
        self._wanted = 0
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name=f"fleet-{agent}", daemon=True)
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, size: int) -> None:
        """Start ``size`` workers and their supervision."""
        self.scale(size)
        self._supervisor.start()

    @property
    def size(self) -> int:
        """How many workers are wanted."""
        return self._wanted

    @property
    def ordinals(self) -> list[int]:
        """The ordinals of workers that run."""
        with self._lock:
            return sorted(n for n, w in self._workers.items() if w.process.poll() is None)

    def ready(self, ordinal: int) -> bool:
        """Whether that worker says that it is in the group and its tasks are recovered."""
        with self._lock:
            worker = self._workers.get(ordinal)
        if worker is None or worker.process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/ready", timeout=1) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    def await_ready(self, patience_s: float) -> bool:
        """Wait until all workers that are wanted are ready; whether they are."""
        deadline = time.monotonic() + patience_s
        while not all(self.ready(ordinal) for ordinal in range(self._wanted)):
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_S)
        return True

    def scale(self, size: int) -> None:
        """Start workers that are missing; ask those beyond ``size`` to leave (SIGTERM)."""
        with self._lock:
            self._wanted = size
            for ordinal in range(size):
                if ordinal not in self._workers:
                    self._spawn(ordinal)
            for ordinal, worker in self._workers.items():
                if ordinal >= size and worker.process.poll() is None:
                    worker.leaving = True
                    worker.process.send_signal(signal.SIGTERM)

    def arm(self, ordinal: int, fault: str) -> None:
        """The next start of that worker carries TRIPO_FAULT; the start after it does not."""
        with self._lock:
            self._armed[ordinal] = fault

    def disarm(self, ordinal: int) -> None:
        """Forget a fault that has not been started yet."""
        with self._lock:
            self._armed.pop(ordinal, None)

    def signal(self, ordinal: int, what: signal.Signals) -> subprocess.Popen[bytes]:
        """Send a signal to the running worker of that ordinal. Raises ProcessLookupError when it does not run."""
        with self._lock:
            worker = self._workers.get(ordinal)
            if worker is None or worker.process.poll() is not None:
                raise ProcessLookupError(f"worker {ordinal} of {self.agent} does not run")
            worker.process.send_signal(what)
            return worker.process

    def replace(self, ordinal: int) -> subprocess.Popen[bytes]:
        """Start a successor of the same ordinal beside a process that still exists; the old one is only watched from now on."""
        with self._lock:
            old = self._workers.pop(ordinal).process
            self.extra.append(old)
            self._spawn(ordinal)
            return old

    def stop(self, patience_s: float) -> list[Exit]:
        """Ask all to leave, and give their exits; what is left after ``patience_s`` is killed (code -9)."""
        before = len(self.exits)
        self.scale(0)
        deadline = time.monotonic() + patience_s
        while self.ordinals and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        self.kill()
        self._closed.set()
        self._supervisor.join()
        self._reap()
        return self.exits[before:]

    def kill(self) -> None:
        """Kill all that run, for good."""
        with self._lock:
            self._wanted = 0
            for process in [w.process for w in self._workers.values()] + self.extra:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def await_exit(self, happened: Callable[[Exit], bool], since: int, patience_s: float) -> Exit | None:
        """The first exit from number ``since`` on of which ``happened`` is true; None when there is none in time."""
        deadline = time.monotonic() + patience_s
        while True:
            for one in self.exits[since:]:
                if happened(one):
                    return one
            if time.monotonic() > deadline:
                return None
            time.sleep(LOOK_S)

    def log(self, ordinal: int) -> Path:
        """The file with all that workers of that ordinal printed."""
        return self.logs / f"{self.agent}-{ordinal}.log"

    def _spawn(self, ordinal: int) -> None:
        fault, port = self._armed.pop(ordinal, ""), free_port()
        environment = {**os.environ, **self._environment, "TRIPO_FAULT": fault, "TRIPO_METRICS_PORT": str(port)}
        command = [*dies_with_us(), sys.executable, "-m", "ops.cli", "worker", self.agent, "--ordinal", str(ordinal)]
        with self.log(ordinal).open("ab") as out:
            out.write(f"--- {time.time():.3f} start, fault {fault or 'none'}\n".encode())
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT, env=environment)
        self._workers[ordinal] = _Worker(process, time.monotonic(), fault, port)

    def _supervise(self) -> None:
        while not self._closed.wait(LOOK_S):
            self._reap()

    def _reap(self) -> None:
        """Note ends; start again what is wanted."""
        with self._lock:
            for ordinal, worker in list(self._workers.items()):
                code = worker.process.poll()
                if code is None:
                    continue
                young = time.monotonic() - worker.started < BREATH_S
                if worker.fault != "gone":
                    self.exits.append(Exit(ordinal, code, time.time(), worker.leaving))
                    worker.fault = "gone"
                if ordinal < self._wanted and not young:
                    self._spawn(ordinal)
                elif ordinal >= self._wanted:
                    del self._workers[ordinal]
