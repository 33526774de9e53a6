"""Degrees and event times in; the area a point lies in and the hour of its local solar week, out.

Areas are squares of about ``size_m`` on a grid of the whole Earth: bands of equal latitude, each cut by longitude into squares of its own
width. Nothing about a city must be known beforehand.
"""

from __future__ import annotations

import numpy as np

from agents.matching.columns import F64, I64

METRES_PER_DEGREE = 111_195.08  # of latitude, on the sphere of geo.EARTH_RADIUS_M
HOUR_MS = 3_600_000
WEEK_HOURS = 168
EPOCH_HOUR = 72  # 1970-01-01 was a Thursday: three days after Monday, 0 h


def area(lat: F64, lon: F64, size_m: float) -> I64:
    """A number for the area of each point in degrees, shape (n,): equal for points of the same square.

    >>> here, near, far = area(np.array([52.0, 52.0001, 52.1]), np.array([5.0, 5.0001, 5.0]), 1000.0).tolist()
    >>> here == near, here == far
    (True, False)
    """
    step = size_m / METRES_PER_DEGREE
    band = np.floor(lat / step)
    across = step / np.maximum(np.cos(np.radians((band + 0.5) * step)), 1e-6)
    out: I64 = (band.astype(np.int64) << 32) + np.floor(lon / across).astype(np.int64)
    return out


def hour_of_week(ts: I64, lon: F64) -> I64:
    """0 (Monday, 0 h) to 167 of event times in ms at a longitude: solar time, an hour for every 15°. Shapes broadcast.

    >>> int(hour_of_week(np.array([0]), np.array([0.0]))[0])
    72
    """
    out: I64 = (ts // HOUR_MS + EPOCH_HOUR + np.rint(lon / 15.0).astype(np.int64)) % WEEK_HOURS
    return out
