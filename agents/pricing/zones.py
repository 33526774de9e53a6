"""Degrees and event times in; the zone a point lies in, its name and centre, distances and local time, out.

Zones are squares on a grid of the whole Earth: bands of equal latitude, each cut by longitude into squares of its own width.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from agents.pricing.contexts import F64, I64
from columns.earth import EPOCH_HOUR, HOUR_MS, middle

ELSEWHERE = 1 << 62  # the number of the zone of places for which there is no room


def centre(zones: I64, size_m: float) -> tuple[F64, F64]:
    """Latitude and longitude of the squares' centres, degrees, shape (n,) each; NaN for elsewhere."""
    lat, lon = middle(zones, size_m)
    away = zones == ELSEWHERE
    return np.where(away, np.nan, lat), np.where(away, np.nan, lon)


def names(lat: F64, lon: F64) -> list[str]:
    """Zones by their centres.

    >>> from columns.earth import area
    >>> names(*centre(area(np.array([37.7513]), np.array([-122.3949]), 2000.0), 2000.0))
    ['37.744,-122.385']
    """
    return ["elsewhere" if np.isnan(a) else f"{a:.3f},{b:.3f}" for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


@lru_cache(maxsize=1 << 16)
def name_of(zone: int, size_m: float) -> str:
    """What a zone is called."""
    return names(*centre(np.array([zone]), size_m))[0]


def local_time(ts: int, lon: F64) -> tuple[F64, F64]:
    """Hour of the day, 0 to 24, and day of the week, 0 (Monday) to 6, at a moment in ms; solar time, an hour for every 15°.

    >>> [float(x[0]) for x in local_time(0, np.array([0.0]))]
    [0.0, 3.0]
    """
    hours = ts / HOUR_MS + EPOCH_HOUR + np.rint(np.nan_to_num(lon) / 15.0)
    return hours % 24.0, np.floor(hours / 24.0) % 7.0
