"""Zones' numbers in; their middles and what they are called, out. Zones are the squares of ``columns.earth``."""

from __future__ import annotations

from columns import earth
from columns.table import F64, I64


def middle(zones: I64, size_m: float) -> tuple[F64, F64]:
    """Latitude and longitude of zones' middles, degrees to the fifth digit, (n,) each."""
    lat, lon = earth.middle(zones, size_m)
    return lat.round(5), lon.round(5)


def names(zones: I64, size_m: float) -> list[str]:
    """What zones are called: their middles, (n,)."""
    return [f"{lat:.4f},{lon:.4f}" for lat, lon in zip(*(each.tolist() for each in middle(zones, size_m)), strict=True)]
