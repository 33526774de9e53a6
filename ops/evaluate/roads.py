"""How fast one really drives in the simulated city: two places and a time in, the time for each part of the way out.

Speeds are along the straight line, detours included, and like those of San Francisco's cabs (`recorded_roads` on the cabspotting days):
about 20 km/h over the one to three km of a pickup, by the hour as on Wednesday 2008-05-21, and different from one square kilometre to the
next (standard deviation 0.12 of the logarithm). The agent is told none of this.
"""

from __future__ import annotations

import numpy as np

from columns.table import F64, I64
from ops.city.places import M_PER_DEGREE, Market
from ops.evaluate.legs import length_m
from ops.evaluate.world import PARTS

MEAN_MPS = 20 / 3.6
CENTRE, EDGE = 0.85, 1.15  # of the mean speed, in the middle and at the city's edge
AREA_SPREAD = 0.12  # standard deviation of an area's log speed around that
CELL_M = 1000.0
SLOWEST, FASTEST = 8 / 3.6, 60 / 3.6
SLOWNESS = [-19, -21, -24, -18, -19, -14, 1, 17, 8, 2, 2, 3, 5, 8, 5, 7, 20, 13, 1, -4, -6, -10, -15, -18]  # log percent by the sun's hour
BY_HOUR = np.exp(-np.array(SLOWNESS) / 100)


class CityRoads:
    """The speeds of one city, drawn from ``rng``; see world.Roads."""

    def __init__(self, city: Market, rng: np.random.Generator) -> None:
        self.city = city
        self.side = int(np.ceil((city.radius_m + 2000) / CELL_M)) * 2
        middle = (np.arange(self.side) + 0.5 - self.side / 2) * CELL_M
        out = np.minimum(np.hypot(middle[:, None], middle[None, :]) / city.radius_m, 1.0)
        spread = np.exp(rng.normal(0.0, AREA_SPREAD, (self.side, self.side)))
        self.area_mps = MEAN_MPS * (CENTRE + (EDGE - CENTRE) * out) * spread

    def speed_mps(self, lat: F64, lon: F64, at_ms: I64) -> F64:
        """The speed at places in degrees and times in ms; shapes broadcast."""
        city = self.city
        north, east = (lat - city.lat) * M_PER_DEGREE, (lon - city.lon) * M_PER_DEGREE * np.cos(np.radians(city.lat))
        row, column = (np.clip(np.floor(m / CELL_M + self.side / 2), 0, self.side - 1).astype(np.int64) for m in (north, east))
        hour = np.floor(at_ms / 3_600_000 + city.utc_offset_h).astype(np.int64) % 24
        out: F64 = np.clip(self.area_mps[row, column] * BY_HOUR[hour], SLOWEST, FASTEST)
        return out

    def parts_ms(self, lat: F64, lon: F64, to_lat: F64, to_lon: F64, at_ms: I64) -> F64:
        """Time for each of the PARTS of equal length of the ways that begin at ``at_ms`` (n,): shape (n, PARTS)."""
        middle = (np.arange(PARTS) + 0.5) / PARTS
        lats, lons = (a[:, None] + (b - a)[:, None] * middle for a, b in ((lat, to_lat), (lon, to_lon)))
        part_m = length_m(lat, lon, to_lat, to_lon)[:, None] / PARTS
        out: F64 = part_m / self.speed_mps(lats, lons, at_ms[:, None]) * 1000.0
        return out
