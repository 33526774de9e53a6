"""Amounts as they come, by hour, in; what they have been since a moment against before it, with an interval, out.

A day before the hour of the moment is compared with at most a day after it, so that both hold the same hours once it is over. The
interval is Welch's (1947), of 95 %, for two means of unequal variances. Whatever else has changed at that time is in the difference: it is
what was measured, not what the change alone has done. All sums are whole numbers, so the order of adding does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from columns.table import Array

HOUR_MS = 3_600_000
WINDOW = 24  # hours before and after
REACH = 1.96  # standard errors
LEAST = 30  # amounts on either side


@dataclass(frozen=True, slots=True)
class Impact:
    """``units``: amounts since then; ``gained`` an hour, and half of its interval; ``hours`` that have passed."""

    units: int
    gained: float
    half: float
    hours: int


class Hours:
    """Amounts of several series by hour: how many, their sum and the sum of their squares."""

    def __init__(self, series: int, keep: int = 2 * WINDOW + 2) -> None:
        self.series, self.keep = series, keep
        self.sums: dict[int, list[int]] = {}  # hour since the epoch → the three of each series

    def add(self, at_ms: int, series: int, amount: int, count: int = 1) -> None:
        """An amount of a series that came in the hour of ``at_ms``; ``count`` -1 takes it back."""
        hour = self.sums.setdefault(at_ms // HOUR_MS, [0] * (3 * self.series))
        hour[3 * series] += count
        hour[3 * series + 1] += count * amount
        hour[3 * series + 2] += count * amount * amount

    def forget(self, clock_ms: int) -> None:
        """Hours so long ago that nothing is compared with them any more."""
        for hour in [hour for hour in self.sums if hour < clock_ms // HOUR_MS - self.keep]:
            del self.sums[hour]

    def since(self, at_ms: int, series: int, clock_ms: int) -> Impact | None:
        """What a series has gained an hour since the hour of ``at_ms``; None while there is too little on either side."""
        at, now = at_ms // HOUR_MS, clock_ms // HOUR_MS
        before, after = self._of(series, at - WINDOW, at), self._of(series, at + 1, min(now, at + 1 + WINDOW))
        if min(before[0], after[0]) < LEAST:
            return None
        (n, mean, variance), (m, other, spread) = _moments(after), _moments(before)
        hours = min(now - at - 1, WINDOW)
        return Impact(n, (mean - other) * n / hours, REACH * float(np.sqrt(variance / n + spread / m)) * n / hours, hours)

    def _of(self, series: int, first: int, end: int) -> list[int]:
        sums = [self.sums[hour] for hour in range(first, end) if hour in self.sums]
        return [sum(each[3 * series + i] for each in sums) for i in range(3)]

    def arrays(self) -> dict[str, Array]:
        """The state."""
        hours = sorted(self.sums)
        return {"hours": np.array(hours, np.int64), "sums": np.array([self.sums[hour] for hour in hours], np.int64).ravel()}

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Take the state whose ``arrays()`` these are; of an older state, that has none, nothing."""
        hours = arrays.get("hours", np.zeros(0, np.int64)).tolist()
        sums = arrays.get("sums", np.zeros(0, np.int64)).reshape(len(hours), 3 * self.series).tolist()
        self.sums = dict(zip(hours, sums, strict=True))


def _moments(sums: list[int]) -> tuple[int, float, float]:
    """Count, mean and variance."""
    n, total, squares = sums
    return n, total / n, (squares - total * total / n) / (n - 1)
