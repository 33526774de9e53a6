"""Degrees in, metres out: points on the sphere, great-circle distances.

Points are kept as three coordinates in metres from the Earth's centre. The straight line (chord) between two such points grows with
their great-circle distance, so a k-d tree over them is exact everywhere, with no projection to choose and no edge at the date line.
"""

from __future__ import annotations

import numpy as np

from columns.earth import EARTH_RADIUS_M
from columns.table import F64


def points(lat: F64, lon: F64) -> F64:
    """Degrees, shape (n,) each → metres from the Earth's centre, shape (n, 3)."""
    phi, lam = np.radians(lat), np.radians(lon)
    across = np.cos(phi)
    out = np.empty((len(lat), 3))
    out[:, 0] = across * np.cos(lam)
    out[:, 1] = across * np.sin(lam)
    out[:, 2] = np.sin(phi)
    out *= EARTH_RADIUS_M
    return out


def distance_m(a: F64, b: F64) -> F64:
    """Great-circle distance in metres, to the millimetre, between points of shape (n, 3); equals the haversine formula.

    The haversine's square root is half the chord over the radius. Rounding keeps decisions independent of a processor's last bit.
    """
    gap = a - b
    half = np.sqrt(np.einsum("ij,ij->i", gap, gap)) / (2 * EARTH_RADIUS_M)
    out: F64 = np.round(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(half, 1.0)), 3)
    return out


def chord_m(distance: float) -> float:
    """The straight line, in metres, under a great-circle distance in metres."""
    return float(2 * EARTH_RADIUS_M * np.sin(min(distance / (2 * EARTH_RADIUS_M), np.pi / 2)))
