"""What was seen of drives by distance in; the usual time of a drive over any distance, out.

The curve is given in ms at no distance and at thirteen knots, and is linear between; beyond the last knot its mean speed holds.
"""

from __future__ import annotations

import numpy as np

from agents.matching.travel_cells import ONE, Cells
from columns.table import F64, I64

MICRO = 1_000_000
KNOTS_M = np.array([350.0, 500.0, 700.0, 1000.0, 1400.0, 2000.0, 2800.0, 4000.0, 5600.0, 8000.0, 11_300.0, 16_000.0, 22_600.0])
EDGES_M = np.sqrt(KNOTS_M[1:] * KNOTS_M[:-1])  # a drive counts for the knot that is nearest in proportion
GRID_M = 50.0
KNOT_500M, KNOT_2KM = 1, 5


def knot(distance_m: F64) -> I64:
    """The knot that drives over these distances count for, shape (n,)."""
    return np.searchsorted(EDGES_M, distance_m)


def curve(seen: Cells, prior: int, speed_kmh: float) -> I64:
    """The curve in ms, shape (14,), from logarithms, in millionths, of time over the time at ``speed_kmh``, by knot.

    Each knot's mean is shrunk, by ``prior`` observations, to what its neighbour lets expect, from the best known knot outwards: a shorter
    drive has the speed of the next longer one, and a longer one does the way beyond the next shorter one at ``speed_kmh``. (The first
    drives ever to end are all short, and say little of long ones.) The best known knot itself is shrunk to ``speed_kmh``. At no distance
    the curve is where the line through 2 km and 500 m leads, so that a start-up time is told from slowness. (On San Francisco's trips the
    line through 4 km and 1 km, which has more evidence, made the pickups of a few hundred metres look alike: they are slow, too.)

    >>> curve(Cells(), 5, 30.0)[:5].tolist()
    [0, 42000, 60000, 84000, 120000]
    """
    plain = KNOTS_M * 3.6 / speed_kmh
    weight, total = np.zeros((2, len(KNOTS_M)), np.int64)
    weight[seen.keys], total[seen.keys] = seen.weight, seen.total

    def shrunk(at: int, towards_s: float) -> float:
        towards = MICRO * float(np.log(towards_s / plain[at]))
        mean = (int(total[at]) * ONE + towards * prior * ONE) / (int(weight[at]) + prior * ONE)
        return float(np.round(plain[at] * np.exp(mean / MICRO), 3))

    best, out = int(np.argmax(weight)), plain.copy()
    out[best] = shrunk(best, plain[best])
    for at in range(best - 1, -1, -1):
        out[at] = shrunk(at, out[at + 1] * plain[at] / plain[at + 1])
    for at in range(best + 1, len(out)):
        out[at] = shrunk(at, out[at - 1] + plain[at] - plain[at - 1])
    knots = np.rint(np.maximum.accumulate(out) * 1000).astype(np.int64)  # farther never takes less
    near, far = int(knots[KNOT_500M]), int(knots[KNOT_2KM])
    start = min(max(0, near - (far - near) // 3), int(knots[0]))
    ms: I64 = np.r_[start, knots]
    return ms


class Curve:
    """A curve to be asked; ``start_s`` is its time at no distance. All knots lie on a grid of GRID_M, which finds the piece at once."""

    def __init__(self, ms: I64) -> None:
        self.ms = ms
        self.start_s = int(ms[0]) / 1000.0
        at_m, at_s = np.r_[0.0, KNOTS_M], ms / 1000.0
        slope = np.r_[np.diff(at_s) / np.diff(at_m), at_s[-1] / at_m[-1]]
        piece = np.searchsorted(at_m, np.arange(0.0, KNOTS_M[-1] + GRID_M, GRID_M), side="right") - 1
        self._slope, self._zero = slope[piece], (at_s - slope * at_m)[piece]

    def usual_s(self, distance_m: F64) -> F64:
        """Seconds of drives over these distances, shape (n,)."""
        piece = np.minimum(distance_m * (1.0 / GRID_M), len(self._slope) - 1).astype(np.int64)
        out: F64 = self._slope[piece]
        out *= distance_m
        out += self._zero[piece]
        return out
