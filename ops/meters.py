"""Workers' metrics endpoints → their figures, added up over workers and over restarts of each."""

from __future__ import annotations

import time
import urllib.request
from collections import deque
from collections.abc import Iterable, Sequence

from prometheus_client.parser import text_string_to_metric_families

TIMEOUT_S = 1.0
WINDOW_S = 3.0  # over which rates are taken

Series = tuple[str, tuple[tuple[str, str], ...]]


class Meters:
    """The metrics of several processes. Counters go on over a process's restart, which sets its own back to 0."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._now: dict[int, dict[Series, float]] = {}
        self._before: dict[int, dict[Series, float]] = {}  # counts of a process's earlier lives
        self._rates: dict[str, deque[tuple[float, float]]] = {}

    def read(self) -> None:
        """Ask every endpoint; one that does not answer keeps its last figures."""
        for port in self._ports:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=TIMEOUT_S) as answer:
                    text = answer.read().decode()
            except OSError:
                continue
            self.take(port, text)

    def ready(self) -> int:
        """How many of the processes say that they are ready."""
        return sum(is_ready(port) for port in self._ports)

    def having(self, name: str) -> int:
        """How many of the processes last had something of a metric."""
        return sum(any(value > 0 for series, value in now.items() if series[0] == name) for now in self._now.values())

    def take(self, port: int, text: str) -> None:
        """The figures of one process, in Prometheus's text format."""
        new = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        old, before = self._now.get(port, {}), self._before.setdefault(port, {})
        for series, value in old.items():
            if series[0].endswith(("_total", "_bucket", "_sum", "_count")) and new.get(series, 0.0) < value:
                before[series] = before.get(series, 0.0) + value
        self._now[port] = new

    def total(self, name: str, **labels: str) -> float:
        """A metric's sum over processes and over all labels not named."""
        return sum(value for series, value in self._all() if series[0] == name and labels.items() <= dict(series[1]).items())

    def quantile(self, name: str, share: float) -> float | None:
        """A histogram's quantile over all processes, linear within its bucket; the last finite bound where it lies beyond."""
        counts: dict[float, float] = {}
        for series, value in self._all():
            if series[0] == f"{name}_bucket":
                bound = float(dict(series[1])["le"])
                counts[bound] = counts.get(bound, 0.0) + value
        return quantile(sorted(counts.items()), share)

    def rate(self, name: str, value: float, now_s: float | None = None) -> float:
        """How fast a figure grows, per second over the last few; call it with the figure at every look."""
        now_s = time.monotonic() if now_s is None else now_s
        seen = self._rates.setdefault(name, deque())
        seen.append((now_s, value))
        while len(seen) > 2 and now_s - seen[1][0] >= WINDOW_S:
            seen.popleft()
        then_s, then = seen[0]
        return (value - then) / (now_s - then_s) if now_s > then_s else 0.0

    def _all(self) -> Iterable[tuple[Series, float]]:
        for lives in (*self._now.values(), *self._before.values()):
            yield from lives.items()


def quantile(buckets: Sequence[tuple[float, float]], share: float) -> float | None:
    """The quantile of cumulative counts by upper bound, rising; None of nothing."""
    if not buckets or not buckets[-1][1]:
        return None
    wanted = share * buckets[-1][1]
    below_bound = below_count = 0.0
    for bound, count in buckets:
        if count >= wanted:
            if bound == float("inf"):
                return below_bound
            return below_bound + (bound - below_bound) * (wanted - below_count) / max(count - below_count, 1e-9)
        below_bound, below_count = bound, count
    return below_bound


def is_ready(port: int) -> bool:
    """Whether the process with that metrics port on loopback says that it is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=TIMEOUT_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
