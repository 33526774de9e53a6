"""Priced quotes that a guard bounded in; changes of settings that are expected to pay, by what was learnt, out.

Of each quote whose price lies at the bound of the cap, the floor or the step, the acceptance model says what a price a tenth beyond it
would bring. Where that adds up to a gain and the guard bounds many, moving the guard is recommended. To apply a recommendation is to write
its settings to pricing-policies with its id; it is then APPLIED, until that is taken back. One that no longer pays is WITHDRAWN. For a day
from when it was applied, what the service's quotes have brought since is told hour by hour, against the day before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.pricing.cells import S
from agents.pricing.columns import Array
from agents.pricing.contexts import F64, I64, Mask
from agents.pricing.figures import thousandths
from agents.pricing.policy import SERVICES, Policy
from agents.pricing.reading import SETTING_RANGES
from agents.pricing.settings import Said, Settings
from columns.earth import HOUR_MS
from columns.impact import WINDOW, Hours

KINDS = ("RAISE_CAP", "LOWER_FLOOR", "WIDEN_STEP")
SUMS = ("bounded", "profit", "revenue")
SHARE = 0.2  # of quotes that a guard bounds
BEYOND = 1.1  # a price beyond a bound, over the bound
MEASURED = ("measured_quotes", "measured_profit_h_cents", "measured_half_h_cents", "measured_hours")
NOT_APPLIED = dict.fromkeys(("applied_ts", *MEASURED))

Row = dict[str, Any]


class Recommendations:
    """One market's: what was summed up since the last look, and the rows that are open or applied."""

    def __init__(self) -> None:
        self.seen: I64 = np.zeros((S, 3), np.int64)  # quotes, thousandths of confidence, ms
        self.sums: I64 = np.zeros((S, len(KINDS), len(SUMS)), np.int64)
        self.rows_open: dict[str, Row] = {}
        self.closed = Hours(S)  # profit of quotes that are over, cents

    def add(self, service: Array, confidence: F64, bounded: Mask, profit: F64, revenue: F64) -> None:
        """Take quotes (n,): ``bounded`` by each of KINDS, (n, kinds), and what a price beyond would bring more of, cents, (n, kinds)."""
        np.add.at(self.seen[:, 0], service, 1)
        np.add.at(self.seen[:, 1], service, thousandths(confidence))
        for i, values in enumerate((bounded.astype(np.int64), thousandths(bounded * profit), thousandths(bounded * revenue))):
            np.add.at(self.sums[:, :, i], service, values)

    def look(self, market: str, settings: Settings, elapsed_ms: int, clock_ms: int, now: int, policy: Policy) -> list[Row]:
        """Rows of what is recommended anew, or no longer; the sums begin again."""
        times = {"clock": clock_ms, "updated_at": now}
        self.seen[:, 2] += elapsed_ms
        out = []
        for service in np.flatnonzero(self.seen[:, 0] >= policy.recommend_quotes).tolist():
            for kind in range(len(KINDS)):
                row = self._recommended(market, service, kind, settings)
                name = f"{market}/{SERVICES[service]}/{KINDS[kind]}"
                known = self.rows_open.get(name, NOT_APPLIED)
                if row is not None:
                    self.rows_open[name] = row | {field: known[field] for field in NOT_APPLIED}
                    out.append(self.rows_open[name] | times)
                elif known.get("status") == "OPEN":
                    self.rows_open[name]["status"] = "WITHDRAWN"
                    out.append(self.rows_open[name] | times)
            self.seen[service], self.sums[service] = 0, 0
        return out + self._measure(clock_ms, times)

    def apply(self, said: list[Said], clock_ms: int, now: int) -> list[Row]:
        """Rows of the recommendations that these policy events apply, or take back: those deleted under the name of one."""
        out = []
        for each in said:
            row = self.rows_open.get(each["recommendation_id"])
            if row is not None and row["status"] == "OPEN" and not each["deleted"]:
                row |= NOT_APPLIED | {"status": "APPLIED", "applied_ts": clock_ms}
                out.append(row | {"clock": clock_ms, "updated_at": now})
            taken = self.rows_open.get(each["name"]) if each["deleted"] else None
            if taken is not None and taken["applied_ts"] is not None:
                taken |= NOT_APPLIED | {"status": "WITHDRAWN"}
                out.append(taken | {"clock": clock_ms, "updated_at": now})
        return out

    def facts(self) -> Mapping[str, Row]:
        """The part of the state that is not arrays."""
        return self.rows_open

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        return {"seen": self.seen, "sums": self.sums} | {f"closed.{name}": array for name, array in self.closed.arrays().items()}

    @classmethod
    def of(cls, facts: Mapping[str, Row], arrays: Mapping[str, Array]) -> Recommendations:
        """The recommendations whose ``facts()`` and ``arrays()`` these are."""
        out = cls()
        out.rows_open = {name: NOT_APPLIED | row for name, row in facts.items()}
        out.seen, out.sums = arrays["seen"], arrays["sums"]
        out.closed.load({name: arrays[f"closed.{name}"] for name in out.closed.arrays() if f"closed.{name}" in arrays})
        return out

    def _measure(self, clock_ms: int, times: Row) -> list[Row]:
        """Rows of what was applied, when another hour tells what has come of it; withdrawn ones are let go of when no more is to come."""
        out = []
        for name, row in sorted(self.rows_open.items()):
            applied = row["applied_ts"]
            if applied is not None and row["measured_hours"] != WINDOW:
                found = self.closed.since(applied, SERVICES.index(row["service"]), clock_ms)
                if found is not None and found.hours != row["measured_hours"]:
                    row |= dict(zip(MEASURED, (found.units, found.gained, found.half, found.hours), strict=True))
                    out.append(row | times)
            if row["status"] == "WITHDRAWN" and (applied is None or clock_ms - applied > (WINDOW + 2) * HOUR_MS):
                del self.rows_open[name]
        return out

    def _recommended(self, market: str, service: int, kind: int, settings: Settings) -> Row | None:
        elapsed_ms = int(self.seen[service, 2])
        quotes, (bounded, profit, revenue) = int(self.seen[service, 0]), self.sums[service, kind].tolist()
        if bounded < SHARE * quotes or profit <= 0:
            return None
        name, by = SERVICES[service], KINDS[kind]
        floor, cap, step = (float(getattr(settings, each)[service]) for each in ("floor", "cap", "max_step"))
        change = {"RAISE_CAP": ("cap", cap, cap * BEYOND), "LOWER_FLOOR": ("floor", floor, floor / BEYOND)}
        setting, old, wanted = (change | {"WIDEN_STEP": ("max_step", step, step * 1.5)})[by]
        least, most = SETTING_RANGES[setting]
        new = round(min(max(wanted, least), most), 4)
        if new == round(old, 4):  # it is as far as settings go
            return None
        hours = elapsed_ms / HOUR_MS
        row: Row = {"recommendation_id": f"{market}/{name}/{by}", "market": market, "service": name, "kind": by, "status": "OPEN"}
        row |= {"what": f"change {setting} of {name} from {old:g} to {new:g}"}
        row |= {"why": f"it bounds {bounded / quotes:.0%} of {quotes} quotes"}
        row |= {"floor": None, "cap": None, "max_step": None} | {setting: new}
        row |= {"profit_h_cents": profit / 1000 / hours, "revenue_h_cents": revenue / 1000 / hours}
        return row | {"confidence": int(self.seen[service, 1]) / 1000 / quotes, "quotes": quotes}
