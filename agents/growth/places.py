"""Zones of the grid in; the zones of one market and its series (a zone's service), by number, out.

Both grow when a slot is over, by all that the slot brought and in the order of the grid. So it does not matter in which order its records
were read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.growth import areas
from agents.growth.policy import SERVICES, Policy
from columns import earth
from columns.table import F64, I64, Array

UNKNOWN = -1


@dataclass(slots=True)
class Places:
    """``zones``: their numbers by the grid's; ``series``: their columns by zone number · services + service."""

    zones: dict[int, int] = field(default_factory=dict)
    series: dict[int, int] = field(default_factory=dict)

    def learn(self, grid: I64, policy: Policy) -> None:
        """Zones of the grid, (n,), are known from now on, up to the limit."""
        for key in np.unique(grid).tolist():
            if len(self.zones) < policy.most_zones:
                self.zones.setdefault(key, len(self.zones))

    def find(self, grid: I64, policy: Policy) -> I64:
        """The numbers of zones of the grid, (n,): of the nearest for those beyond the limit, UNKNOWN for those not learnt yet."""
        unique, inverse = np.unique(grid, return_inverse=True)
        number = np.array([self.zones.get(key, UNKNOWN) for key in unique.tolist()], np.int64)
        if len(self.zones) >= policy.most_zones:
            for i in np.flatnonzero(number == UNKNOWN).tolist():
                number[i] = self._nearest(unique[i : i + 1], policy)
        out: I64 = number[inverse]
        return out

    def columns(self, zone: I64, service: I64) -> I64:
        """The series of known zones and services, (n,), new ones where they were not known."""
        unique, inverse = np.unique(zone * len(SERVICES) + service, return_inverse=True)
        out: I64 = np.array([self.series.setdefault(key, len(self.series)) for key in unique.tolist()], np.int64)[inverse]
        return out

    def known(self, zone: I64, service: I64) -> I64:
        """The series of zones and services, (n,); UNKNOWN where there is none."""
        keys = np.where(zone == UNKNOWN, UNKNOWN, zone * len(SERVICES) + service)
        return np.array([self.series.get(key, UNKNOWN) for key in keys.tolist()], np.int64)

    def zone_of(self) -> I64:
        """The zone number of each series."""
        return np.fromiter(self.series, np.int64, len(self.series)) // len(SERVICES)

    def service_of(self) -> I64:
        """The service of each series."""
        return np.fromiter(self.series, np.int64, len(self.series)) % len(SERVICES)

    def middles(self, policy: Policy) -> tuple[F64, F64]:
        """Latitude and longitude of the zones' middles, (zones,) each."""
        return areas.middle(np.fromiter(self.zones, np.int64, len(self.zones)), policy.zone_m)

    def names(self, policy: Policy) -> list[str]:
        """What the zones are called."""
        return areas.names(np.fromiter(self.zones, np.int64, len(self.zones)), policy.zone_m)

    def _nearest(self, grid: I64, policy: Policy) -> int:
        lats, lons = self.middles(policy)
        return int(earth.haversine_m(*areas.middle(grid, policy.zone_m), lats, lons).argmin())

    def arrays(self) -> dict[str, Array]:
        """The state."""
        return {"zones": np.fromiter(self.zones, np.int64, len(self.zones)), "series": np.fromiter(self.series, np.int64, len(self.series))}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Places:
        """The state whose ``arrays()`` these are."""
        zones, series = ({key: i for i, key in enumerate(arrays[name].tolist())} for name in ("zones", "series"))
        return cls(zones, series)
