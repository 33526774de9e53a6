"""Priced quotes and outcomes in; quotes, revenue, cost, profit and what was let go of by service and day, out. Whole numbers throughout:
cents, and thousandths of cents for what is only expected, so the order of adding does not matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.pricing.cells import S
from agents.pricing.columns import Array
from agents.pricing.contexts import F64, I64
from agents.pricing.policy import SERVICES

COUNTS = ("quotes", "accepted", "rejected", "expired", "guarded")
CENTS = ("revenue_cents", "pay_cents", "cost_cents", "below_cost_cents", "guarded_cents")
EXPECTED = ("expected_profit_cents", "prior_profit_cents")  # thousandths
FIELDS = (*COUNTS, *CENTS, *EXPECTED)
PLACE = {name: i for i, name in enumerate(FIELDS)}
DAY_MS = 86_400_000
DAYS = 3  # kept

Row = dict[str, Any]


def thousandths(cents: F64) -> I64:
    """As whole numbers."""
    out: I64 = np.rint(1000.0 * cents).astype(np.int64)
    return out


class Figures:
    """One market's sums by day (of the epoch): (services, FIELDS)."""

    def __init__(self) -> None:
        self.days: dict[int, I64] = {}
        self.shown: dict[int, I64] = {}  # as they were in the table last

    def add(self, clock_ms: int, service: Array, **values: Array | int) -> None:
        """Add values (n,) by field, of services (n,)."""
        sums = self.days.setdefault(clock_ms // DAY_MS, np.zeros((S, len(FIELDS)), np.int64))
        for name, each in values.items():
            np.add.at(sums[:, PLACE[name]], service, each)

    def today(self, clock_ms: int) -> I64:
        """The day's sums."""
        return self.days.get(clock_ms // DAY_MS, np.zeros((S, len(FIELDS)), np.int64))

    def rows(self, market: str, clock_ms: int, now: int) -> list[Row]:
        """Rows of the table that have changed."""
        out: list[Row] = []
        for day in sorted(self.days):
            before = self.shown.get(day, np.zeros((S, len(FIELDS)), np.int64))
            changed = np.flatnonzero((self.days[day] != before).any(axis=1)).tolist()
            times = {"clock": clock_ms, "updated_at": now}
            out += [_row(market, service, day, self.days[day][service]) | times for service in changed]
            self.shown[day] = self.days[day].copy()
        for day in [day for day in self.days if day <= clock_ms // DAY_MS - DAYS]:
            del self.days[day], self.shown[day]
        return out

    def arrays(self) -> dict[str, Array]:
        """The state."""
        days = sorted(self.days)
        none = np.zeros((S, len(FIELDS)), np.int64)
        sums = np.array([[self.days[day], self.shown.get(day, none)] for day in days], np.int64)
        return {"days": np.array(days, np.int64), "sums": sums.reshape(len(days), 2, S, len(FIELDS))}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Figures:
        """The figures whose ``arrays()`` these are."""
        out = cls()
        for day, (sums, shown) in zip(arrays["days"].tolist(), arrays["sums"], strict=True):
            out.days[day], out.shown[day] = sums.copy(), shown.copy()
        return out


def margin(sums: I64) -> float | None:
    """Profit over revenue of sums (FIELDS,); None without revenue."""
    revenue = int(sums[PLACE["revenue_cents"]])
    return (revenue - int(sums[PLACE["cost_cents"]])) / revenue if revenue else None


def _row(market: str, service: int, day: int, sums: I64) -> Row:
    name, date = SERVICES[service], (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()
    row: Row = {"key": f"{market}/{name}/{date}", "market": market, "service": name, "day": date}
    row |= {field: int(sums[PLACE[field]]) for field in (*COUNTS, *CENTS)}
    row |= {field: int(sums[PLACE[field]]) / 1000.0 for field in EXPECTED}
    row |= {"profit_cents": row["revenue_cents"] - row["cost_cents"], "margin": margin(sums)}
    return row | {"leakage_cents": row["below_cost_cents"] + row["guarded_cents"]}
