"""Command lines → processes that are kept running: restarted when they end unasked, ended in order, never left behind."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ops.server import GUARD

BACK_OFF_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # before the first, second, … restart in a row
SETTLED_S = 30.0  # running for this long ends the row


@dataclass(slots=True)
class Child:
    """One process, in a session of its own (a terminal's Ctrl-C does not reach it), its output in ``log``.

    Its guard is a shell that waits on a pipe of ours: when we are killed, it ends the child.
    """

    name: str
    argv: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)  # added to ours
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _guard: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _due_at: float | None = None
    _row: int = 0

    def start(self) -> None:
        """Start it; its log goes on."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = _spawn(self.argv, out, self.cwd, {**os.environ, **self.env})
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, f"{self.name}-guard", str(self._process.pid)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._started_at, self._due_at = time.monotonic(), None

    @property
    def pid(self) -> int | None:
        """Of the running process; None when there is none."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def code(self) -> int | None:
        """How the last process ended; None while it runs."""
        return None if self._process is None else self._process.poll()

    def keep_running(self) -> str | None:
        """Look after it: after an unasked end, restart it when its back-off is over. What there is to say, if anything."""
        code = self.code
        if code is None:
            return None
        if self._due_at is None:
            self._row = self._row + 1 if time.monotonic() - self._started_at < SETTLED_S else 1
            wait_s = BACK_OFF_S[min(self._row, len(BACK_OFF_S)) - 1]
            self._due_at = time.monotonic() + wait_s
            self._release_guard()
            return f"{self.name} ended with {ended(code)}, restarts in {wait_s:g} s; it last said: {self.last_words()}"
        if time.monotonic() < self._due_at:
            return None
        self.restarts += 1
        self.start()
        return f"{self.name} restarted (process {self.pid})"

    def ask_to_end(self) -> None:
        """SIGTERM, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def await_end(self, timeout_s: float) -> bool:
        """Wait for its end; after ``timeout_s`` end it by SIGKILL. Whether it ended by itself."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        else:
            return True
        finally:
            self._release_guard()

    def last_words(self) -> str:
        """The last line of the log that says something."""
        if not self.log.exists():
            return "nothing"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4000))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "nothing"

    def _release_guard(self) -> None:
        if self._guard is not None:
            self._guard.communicate(b"done\n")
            self._guard = None


def ended(code: int) -> str:
    """An exit code in words."""
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _spawn(argv: Sequence[str], out: IO[bytes], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(list(argv), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd, env=env, start_new_session=True)
