"""What became of orders in; what another driver in a zone would bring and cost, out: learnt, by service, with forgetting.

The share of orders that are served is learnt by how tight the zone was when they were placed: beta posteriors by bucket of the ratio
(drivers needed by drivers there), never rising with it (isotonic regression), interpolated between the buckets' middles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from agents.growth.policy import SERVICES
from columns.parts import parts
from columns.table import F64, I64, Array

EDGES = np.array([0.25, 0.5, 0.8, 1.0, 1.2, 1.6, 2.5])  # of the ratio
MIDDLES = np.array([0.12, 0.38, 0.65, 0.9, 1.1, 1.4, 2.0, 3.5])
PRIOR_SERVED = np.array([0.97, 0.97, 0.95, 0.92, 0.88, 0.8, 0.65, 0.5])  # as good as PRIOR_ORDERS in each bucket
PRIOR_ORDERS = 10.0
PRIOR_CYCLE_S, PRIOR_CYCLES = 1500.0, 5.0  # from the order to its completion, as good as so many orders
PRIOR_SPEED_MPS = 30.0 / 3.6  # FACTS §2, as good as PRIOR_DRIVEN_S of driving
PRIOR_DRIVEN_S = 3600.0
KEEP_A_DAY = 0.97
UNKNOWN = -1  # the bucket of orders that were placed before there was a forecast
TIGHTEST = 10.0  # of ratios; of zones without a driver, too
SUMS = ("completed", "price_cents", "net_cents", "cycle_s")


@dataclass(slots=True)
class Effects:
    """Of one market. Counts and sums are whole numbers until a day is over, so the order they come in does not matter."""

    served: F64 = field(default_factory=lambda: np.zeros((len(SERVICES), len(MIDDLES))))
    lost: F64 = field(default_factory=lambda: np.zeros((len(SERVICES), len(MIDDLES))))
    sums: F64 = field(default_factory=lambda: np.zeros((len(SUMS), len(SERVICES))))
    driven: F64 = field(default_factory=lambda: np.zeros(2))  # whole metres and ms with a rider

    def completed(self, service: int, bucket: int, price: int, net: int, cycle_ms: int, trip_m: int, trip_ms: int) -> None:
        """An order was completed; of UNKNOWN bucket it counts for money only. ``trip_ms``: from the pickup, 0 if nobody said when."""
        if bucket != UNKNOWN:
            self.served[service, bucket] += 1
        self.sums[:, service] += (1, price, net, max(0, cycle_ms) // 1000)
        if trip_ms > 0:
            self.driven += (trip_m, trip_ms)

    def failed(self, service: int, bucket: int, times: int = 1) -> None:
        """An order came to nothing; ``times`` -1: it did not, after all."""
        if bucket != UNKNOWN:
            self.lost[service, bucket] += times

    def day_is_over(self) -> None:
        """What is long ago counts less."""
        self.served *= KEEP_A_DAY
        self.lost *= KEEP_A_DAY
        self.sums *= KEEP_A_DAY
        self.driven *= KEEP_A_DAY

    def evidence(self) -> F64:
        """Orders that were learnt from, by service."""
        out: F64 = self.served.sum(axis=1) + self.lost.sum(axis=1)
        return out

    def share_served(self, service: I64, ratio: F64) -> F64:
        """Of orders placed at these ratios, the share that is served, (n,)."""
        orders = self.served + self.lost + PRIOR_ORDERS
        share = (self.served + PRIOR_ORDERS * PRIOR_SERVED) / orders
        out = np.zeros(len(service))
        for i in np.unique(service).tolist():
            of = service == i
            curve = _isotonic_regression()(share[i], weights=orders[i], increasing=False).x
            out[of] = np.interp(ratio[of], MIDDLES, curve)
        return out.round(9)

    def mean(self, name: str) -> F64:
        """The mean of one of SUMS of completed orders, by service; 0 without any."""
        out: F64 = (self.sums[SUMS.index(name)] / np.maximum(1.0, self.sums[0])).round(6)
        return out

    def cycle_h(self) -> F64:
        """Hours from an order to its completion, by service."""
        out: F64 = ((self.sums[3] + PRIOR_CYCLES * PRIOR_CYCLE_S) / (self.sums[0] + PRIOR_CYCLES) / 3600.0).round(9)
        return out

    def driver_hour_cents(self) -> F64:
        """What a driver earns in an hour with orders, by service."""
        out: F64 = ((self.sums[1] - self.sums[2]) / np.maximum(1.0, self.sums[3]) * 3600.0).round(6)
        return out

    def speed_mps(self) -> float:
        """Of driving: great-circle metres a second."""
        metres, ms = self.driven.tolist()
        return round(float(metres + PRIOR_SPEED_MPS * PRIOR_DRIVEN_S) / float(ms / 1000.0 + PRIOR_DRIVEN_S), 6)

    def arrays(self) -> dict[str, Array]:
        """The state."""
        return {name: getattr(self, name).ravel() for name in ("served", "lost", "sums", "driven")}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Effects:
        """The state whose ``arrays()`` these are."""
        out = cls()
        for name, array in arrays.items():
            setattr(out, name, array.reshape(getattr(out, name).shape).copy())
        return out


def buckets(ratio: F64) -> I64:
    """The bucket of each ratio, (n,); UNKNOWN for negative ones, which stand for no forecast."""
    return np.where(ratio < 0.0, UNKNOWN, np.searchsorted(EDGES, ratio, side="right"))


@cache
def _isotonic_regression() -> Any:
    """Scipy's, with little more of scipy than it needs: a tenth of a second, and a third for all of ``scipy.optimize``."""
    return parts("scipy.optimize", "_isotonic")[0].isotonic_regression
