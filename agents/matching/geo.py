"""Degrees in, metres out: points on the sphere, great-circle distances.

Points are kept as three coordinates in metres from the Earth's centre. The straight line (chord) between two such points grows with
their great-circle distance, so a k-d tree over them is exact everywhere, with no projection to choose and no edge at the date line.
"""

from __future__ import annotations

import numpy as np

from agents.matching.columns import F64

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius


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
