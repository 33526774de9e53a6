"""A period and an end → the moments at which a feed acts, until a signal asks it to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType


class Ticks:
    """Iterates wall-clock times in ms, one a period, for ``seconds`` (0: without end) or until ``stop()``, SIGINT or SIGTERM."""

    def __init__(self, period_s: float, seconds: float = 0) -> None:
        self._period_s, self._seconds = period_s, seconds
        self._stopped = threading.Event()

    def __iter__(self) -> Iterator[int]:
        begun = time.monotonic()
        due = begun
        while not self._stopped.is_set() and (not self._seconds or time.monotonic() - begun < self._seconds):
            yield time.time_ns() // 1_000_000
            due = max(due + self._period_s, time.monotonic())  # late ticks are not made up for: the next one covers their time
            self._stopped.wait(due - time.monotonic())

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Ask again and again, until it holds or the iteration is stopped."""
        while not self._stopped.is_set() and not holds():
            self._stopped.wait(0.05)

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """End the iteration at its next step. May be a signal's handler."""
        self._stopped.set()

    def stop_on_signals(self) -> Ticks:
        """SIGINT and SIGTERM stop the iteration in order; the second of them ends the process."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._first_signal)
        return self

    def _first_signal(self, signum: int, frame: FrameType | None) -> None:
        self.stop()
        signal.signal(signum, signal.SIG_DFL)
