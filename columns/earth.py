"""Degrees and event times in; areas, their middles, great-circle distances and the hours of the local solar week, out.

Areas are squares of about ``size_m`` on a grid of the whole Earth: bands of equal latitude, each cut by longitude into squares of its own
width. Nothing about a city must be known beforehand.
"""

from __future__ import annotations

import numpy as np

from columns.table import F64, I64

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius
METRES_PER_DEGREE = 111_195.08  # of latitude, on that sphere
HOUR_MS = 3_600_000
WEEK_HOURS = 168
EPOCH_HOUR = 72  # 1970-01-01 was a Thursday: three days after Monday, 0 h
_LOW = 1 << 32  # an area's number is its band times this, plus its place in the band


def area(lat: F64, lon: F64, size_m: float) -> I64:
    """A number for the area of each point in degrees, shape (n,): equal for points of the same square.

    >>> here, near, far = area(np.array([52.0, 52.0001, 52.1]), np.array([5.0, 5.0001, 5.0]), 1000.0).tolist()
    >>> here == near, here == far
    (True, False)
    """
    step = size_m / METRES_PER_DEGREE
    band = np.floor(lat / step)
    out: I64 = band.astype(np.int64) * _LOW + np.floor(lon / _across(band, step)).astype(np.int64)
    return out


def middle(areas: I64, size_m: float) -> tuple[F64, F64]:
    """Latitude and longitude of areas' middles, degrees, shape (n,) each.

    >>> [float(x[0].round(3)) for x in middle(area(np.array([52.0]), np.array([5.0]), 1000.0), 1000.0)]
    [52.003, 5.003]
    """
    step = size_m / METRES_PER_DEGREE
    column = ((areas + _LOW // 2) & (_LOW - 1)) - _LOW // 2
    band = ((areas - column) // _LOW).astype(np.float64)
    lat: F64 = (band + 0.5) * step
    lon: F64 = (column + 0.5) * _across(band, step)
    return lat, lon


def haversine_m(lat1: F64, lon1: F64, lat2: F64, lon2: F64) -> F64:
    """Great-circle distance in metres between points in degrees, by the haversine formula. Shapes broadcast.

    ``2 R asin sqrt(sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2))``

    >>> float(haversine_m(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([1.0]))[0].round())
    111195.0
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    out: F64 = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return out


def hour_of_week(ts: I64, lon: F64) -> I64:
    """0 (Monday, 0 h) to 167 of event times in ms at a longitude: solar time, an hour for every 15°. Shapes broadcast.

    >>> int(hour_of_week(np.array([0]), np.array([0.0]))[0])
    72
    """
    out: I64 = (ts // HOUR_MS + EPOCH_HOUR + np.rint(lon / 15.0).astype(np.int64)) % WEEK_HOURS
    return out


def _across(band: F64, step: float) -> F64:
    """Width in degrees of a square in these bands."""
    out: F64 = step / np.maximum(np.cos(np.radians((band + 0.5) * step)), 1e-6)
    return out
