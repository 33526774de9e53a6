"""Degrees and event times in; zones, their middles, distances, and hours of the local solar week, out.

Zones are squares of about ``size_m`` on a grid of the whole Earth: bands of equal latitude, each cut by longitude into squares of its own
width, as in matching. Nothing about a city must be known beforehand.
"""

from __future__ import annotations

import numpy as np

from agents.growth.columns import F64, I64
from agents.growth.policy import HOUR_MS

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius
METRES_PER_DEGREE = 111_195.08  # of latitude, on that sphere
WEEK_HOURS = 168
EPOCH_HOUR = 72  # 1970-01-01 was a Thursday: three days after Monday, 0 h


def zone(lat: F64, lon: F64, size_m: float) -> I64:
    """A number for the zone of each point in degrees, shape (n,): equal for points of the same square.

    >>> here, near, far = zone(np.array([52.0, 52.0001, 52.1]), np.array([5.0, 5.0001, 5.0]), 2000.0).tolist()
    >>> here == near, here == far
    (True, False)
    """
    step = size_m / METRES_PER_DEGREE
    band = np.floor(lat / step)
    out: I64 = (band.astype(np.int64) << 32) + np.floor(lon / _across(band, step)).astype(np.int64)
    return out


def middle(zones: I64, size_m: float) -> tuple[F64, F64]:
    """Latitude and longitude of zones' middles, degrees to the fifth digit, (n,) each."""
    step = size_m / METRES_PER_DEGREE
    column = ((zones + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
    band = (zones - column) >> 32
    lat: F64 = (band.astype(np.float64) + 0.5) * step
    lon: F64 = (column.astype(np.float64) + 0.5) * _across(band, step)
    return lat.round(5), lon.round(5)


def names(zones: I64, size_m: float) -> list[str]:
    """What zones are called: their middles, (n,)."""
    return [f"{lat:.4f},{lon:.4f}" for lat, lon in zip(*(each.tolist() for each in middle(zones, size_m)), strict=True)]


def haversine_m(lat1: F64, lon1: F64, lat2: F64, lon2: F64) -> F64:
    """Great-circle distance in metres between points in degrees, by the haversine formula. Shapes broadcast."""
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


def _across(band: I64 | F64, step: float) -> F64:
    """Width in degrees of a square in these bands."""
    out: F64 = step / np.maximum(np.cos(np.radians((band + 0.5) * step)), 1e-6)
    return out
