"""Degrees and event times in; the zone a point lies in, its name and centre, distances and local time, out.

Zones are squares on a grid of the whole Earth: bands of equal latitude, each cut by longitude into squares of its own width.
"""

from __future__ import annotations

import numpy as np

from agents.pricing.contexts import F64, I64

METRES_PER_DEGREE = 111_195.08  # of latitude, on a sphere of EARTH_RADIUS_M
EARTH_RADIUS_M = 6_371_008.8
HOUR_MS = 3_600_000
EPOCH_HOUR = 72  # 1970-01-01 was a Thursday: three days after Monday, 0 h
ELSEWHERE = 1 << 62  # the number of the zone of places for which there is no room
LOW = 1 << 31


def zone_of(lat: F64, lon: F64, size_m: float) -> I64:
    """The number of the square of about ``size_m`` that each point in degrees lies in, shape (n,).

    >>> a, b, c = zone_of(np.array([52.0, 52.0001, 52.1]), np.array([5.0, 5.0001, 5.0]), 2000.0).tolist()
    >>> a == b, a == c
    (True, False)
    """
    step = size_m / METRES_PER_DEGREE
    band = np.floor(lat / step)
    out: I64 = (band.astype(np.int64) << 32) + np.floor(lon / _across(band, step)).astype(np.int64)
    return out


def centre(zones: I64, size_m: float) -> tuple[F64, F64]:
    """Latitude and longitude of the squares' centres, degrees, shape (n,) each; NaN for elsewhere."""
    step = size_m / METRES_PER_DEGREE
    low = ((zones + LOW) & (2 * LOW - 1)) - LOW
    band = ((zones - low) >> 32).astype(np.float64)
    away = zones == ELSEWHERE
    return np.where(away, np.nan, (band + 0.5) * step), np.where(away, np.nan, (low + 0.5) * _across(band, step))


def names(lat: F64, lon: F64) -> list[str]:
    """Zones by their centres.

    >>> names(*centre(zone_of(np.array([37.7513]), np.array([-122.3949]), 2000.0), 2000.0))
    ['37.744,-122.385']
    """
    return ["elsewhere" if np.isnan(a) else f"{a:.3f},{b:.3f}" for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


def haversine_m(lat1: F64, lon1: F64, lat2: F64, lon2: F64) -> F64:
    """Great-circle distances in metres between points in degrees; shapes broadcast."""
    a, b = np.radians(lat1), np.radians(lat2)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    out: F64 = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return out


def local_time(ts: int, lon: F64) -> tuple[F64, F64]:
    """Hour of the day, 0 to 24, and day of the week, 0 (Monday) to 6, at a moment in ms; solar time, an hour for every 15°.

    >>> [float(x[0]) for x in local_time(0, np.array([0.0]))]
    [0.0, 3.0]
    """
    hours = ts / HOUR_MS + EPOCH_HOUR + np.rint(np.nan_to_num(lon) / 15.0)
    return hours % 24.0, np.floor(hours / 24.0) % 7.0


def _across(band: F64, step: float) -> F64:
    out: F64 = step / np.maximum(np.cos(np.radians((band + 0.5) * step)), 1e-6)
    return out
