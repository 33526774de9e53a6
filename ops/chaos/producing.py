"""A run's input: what is asked of a run in; the producer process, its pace and its figures out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.chaos.fleet import ROOT


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run."""

    agent: str
    events: int
    faults: int
    workers: int
    seed: int
    shared: bool  # another workload shares the round of faults
    pause_s: tuple[float, float] = (2.0, 6.0)
    partitions: int = 8
    drain_s: float = 180.0
    source: str = ""  # of the input; the agent's own where it is not given


class Producing:
    """The producer process, its pace, and what it says."""

    def __init__(self, request: Request, rate: float, environment: Mapping[str, str], log: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "ops.chaos.produce",
            request.source or request.agent,
            "--events",
            str(request.events),
            "--rate",
            f"{rate:.0f}",
        ]
        command += ["--seed", str(request.seed)]
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env={**os.environ, **environment},
                text=True,
            )
        self.published = 0
        self.figures: dict[str, Any] = {}
        self._log = log
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("published "):
                self.published = int(line.split()[1])
            elif line.startswith("{"):
                self.figures = json.loads(line)
                self.published = self.figures["published"]

    def pace(self, rate: float) -> None:
        """Publish that many records a second from now on."""
        self._tell(f"rate {rate:.0f}")

    def await_published(self, records: int, patience_s: float) -> None:
        """Wait until that many were published at the pace. Raises RuntimeError when they are not in time."""
        deadline = time.monotonic() + patience_s
        while self.published < records:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the producer came to {self.published} of {records} records; see {self._log}")
            time.sleep(0.1)

    def finish(self, patience_s: float) -> None:
        """Publish what is missing. Raises RuntimeError when it does not end well in time."""
        self._tell("finish")
        try:
            code = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.end()
            raise RuntimeError(
                f"the producer did not finish within {patience_s:.0f} s, at {self.published} records; see {self._log}"
            ) from None
        self._reader.join(5)
        if code:
            raise RuntimeError(f"the producer ended with code {code}; see {self._log}")

    def end(self) -> None:
        """Kill it if it still runs, and close its pipes."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(f"the producer has ended; see {self._log}") from None
