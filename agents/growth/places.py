"""Points in; the zones of one market and its series (a zone's service), by number in the order they were first seen, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.growth.policy import SERVICES, Policy
from columns import earth
from columns.table import F64, I64, Array


@dataclass(slots=True)
class Places:
    """``zones``: their numbers by the grid's; ``series``: their columns by zone number · services + service."""

    zones: dict[int, int] = field(default_factory=dict)
    series: dict[int, int] = field(default_factory=dict)

    def find(self, lat: F64, lon: F64, policy: Policy) -> I64:
        """The zone numbers of points, (n,); new zones up to the limit, and the nearest beyond."""
        grid = earth.area(lat, lon, policy.zone_m)
        unique, first, inverse = np.unique(grid, return_index=True, return_inverse=True)
        number = np.zeros(len(unique), np.int64)
        for i in np.argsort(first, kind="stable").tolist():
            key = int(unique[i])
            if key not in self.zones and len(self.zones) >= policy.most_zones:
                number[i] = self._nearest(float(lat[first[i]]), float(lon[first[i]]), policy)
            else:
                number[i] = self.zones.setdefault(key, len(self.zones))
        out: I64 = number[inverse]
        return out

    def columns(self, zone: I64, service: I64) -> I64:
        """The series of zones and services, (n,), new ones where they were not known."""
        keys = zone * len(SERVICES) + service
        unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        column = np.zeros(len(unique), np.int64)
        for i in np.argsort(first, kind="stable").tolist():
            column[i] = self.series.setdefault(int(unique[i]), len(self.series))
        out: I64 = column[inverse]
        return out

    def zone_of(self) -> I64:
        """The zone number of each series."""
        return np.fromiter(self.series, np.int64, len(self.series)) // len(SERVICES)

    def service_of(self) -> I64:
        """The service of each series."""
        return np.fromiter(self.series, np.int64, len(self.series)) % len(SERVICES)

    def middles(self, policy: Policy) -> tuple[F64, F64]:
        """Latitude and longitude of the zones' middles, (zones,) each."""
        lat, lon = earth.middle(np.fromiter(self.zones, np.int64, len(self.zones)), policy.zone_m)
        return lat.round(5), lon.round(5)

    def names(self, policy: Policy) -> list[str]:
        """What the zones are called: their middles."""
        return [f"{lat:.4f},{lon:.4f}" for lat, lon in zip(*(each.tolist() for each in self.middles(policy)), strict=True)]

    def _nearest(self, lat: float, lon: float, policy: Policy) -> int:
        lats, lons = self.middles(policy)
        return int(earth.haversine_m(np.array(lat), np.array(lon), lats, lons).argmin())

    def arrays(self) -> dict[str, Array]:
        """The state."""
        return {"zones": np.fromiter(self.zones, np.int64, len(self.zones)), "series": np.fromiter(self.series, np.int64, len(self.series))}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Places:
        """The state whose ``arrays()`` these are."""
        zones, series = ({key: i for i, key in enumerate(arrays[name].tolist())} for name in ("zones", "series"))
        return cls(zones, series)
