"""One market: its drivers, its orders, its clock, what it has learnt, and its statistics; into arrays and facts, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from agents.matching.acceptance import Acceptance
from agents.matching.drivers import Drivers
from agents.matching.future import FutureValue
from agents.matching.ledger import Ledger
from agents.matching.offers import Refusals
from agents.matching.orders import Early, Live, Pending, Ride
from agents.matching.policy import DEFAULT, Policy
from agents.matching.seen import Seen
from agents.matching.travel import Travel
from columns.packing import strings, strings_of
from columns.table import I64, Array

Facts = dict[str, float | None]


@dataclass(slots=True)
class Counts:
    """What a market has seen, ever."""

    orders: int = 0
    matched: int = 0
    unmatched: int = 0
    cancelled: int = 0
    offers: int = 0
    accepted: int = 0
    declined: int = 0
    eta_s: float = 0.0  # summed over the matched
    distance_m: float = 0.0


@dataclass(slots=True)
class Pace:
    """Clocks of a market, ms: event time unless said otherwise."""

    clock: int = 0  # latest event time, moved on by ticks where no records come
    record_clock: int = 0  # latest event time of a record
    match_at: int = 0  # before it, orders are held, and those that found nobody are not tried again
    stood_at: int = 0  # when the drivers' incomes were last looked at
    forgot_at: int = 0  # when idle drivers were last looked for
    swept_at: int = 0  # until when the sweep of positions has been done
    sweep_row: int = 0  # where it goes on
    sweep_now: int = 0  # now of the last sweep
    shown_now: int = 0  # now of the last table row
    stepped_now: int = 0  # now of the last step that looked at it
    asleep: bool = False  # without records, no step needs to look at it
    drivers_changed: bool = False  # since the waiting orders were last tried
    shown: Facts = field(default_factory=dict)  # what the last table row said


class Market:
    """The state of one market, changed in place by the step."""

    def __init__(self, name: str, policy: Policy = DEFAULT) -> None:
        self.name = name
        self.drivers = Drivers()
        self.pending = Pending()
        self.live = Live()
        self.early = Early()
        self.seen = Seen()
        self.refusals = Refusals()
        self.flags: dict[str, list[str]] = {}  # driver → conversations of support with an open complaint about it
        self.travel = Travel(policy.travel)
        self.ledger = Ledger(policy.fairness.hours)
        self.acceptance = Acceptance()
        self.future = FutureValue()
        self.incomes: Facts = dict.fromkeys(("income_h_cents", "income_h_p10", "income_h_p90", "gini"))  # as of the last look
        self.counts = Counts()
        self.pace = Pace()

    def models(self) -> list[str]:
        """What has been learnt, each with what tells its versions apart: an epoch, a time, a count."""
        versions = {"travel": self.travel.epoch, "fairness": self.pace.stood_at, "acceptance": int(self.acceptance.answers.sum())}
        versions |= {"future": self.future.mark}
        return [f"{name}:{version}" for name, version in versions.items() if version]

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        seen = {"loose": [self.seen.loose_since, self.seen.loose_until], "until": [until for until, _ in self.seen.segments]}
        learnt = {"travel": self.travel.facts(), "ledger": self.ledger.facts(), "future": self.future.facts(), "incomes": self.incomes}
        learnt |= {"flags": {name: self.flags[name] for name in sorted(self.flags)}}
        return {"name": self.name, "counts": asdict(self.counts), "pace": asdict(self.pace), "seen": seen} | learnt

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        out: dict[str, Array] = {}
        out |= strings("driver", self.drivers.ids) | {f"driver.{name}": column for name, column in self.drivers.columns.items()}
        out |= strings("pending", self.pending.ids) | {f"pending.{name}": column for name, column in self.pending.columns.items()}
        out |= strings("live", self.live.orders) | _tuples("live", self.live.orders, len(Ride._fields))
        out |= strings("early", self.early.changes) | _tuples("early", self.early.changes, 2)
        for name, part in self._parts().items():
            out |= {f"{name}.{column}": array for column, array in part.arrays().items()}
        out["seen.loose"] = np.fromiter(self.seen.loose, "<u8", len(self.seen.loose))
        return out | {f"seen.{i}": segment for i, (_, segment) in enumerate(self.seen.segments)}

    def renumber(self, moved: I64) -> None:
        """Driver rows have moved: old row → new row, -1 for those forgotten."""
        self.live.renumber(moved)
        self.refusals.renumber(moved)
        self.ledger.keep(moved >= 0)
        self.future.renumber(moved)
        asking = np.flatnonzero(self.pending["offered"])
        self.pending["offered"][asking] = moved[self.pending["offered"][asking] - 1] + 1

    def _parts(self) -> dict[str, Refusals | Travel | Ledger | Acceptance | FutureValue]:
        return {
            "refusals": self.refusals,
            "travel": self.travel,
            "ledger": self.ledger,
            "acceptance": self.acceptance,
            "future": self.future,
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array], policy: Policy = DEFAULT) -> Market:
        """The market whose ``facts()`` and ``arrays()`` these are."""
        market = cls(facts["name"], policy)
        market._learn_again(facts, arrays, policy)
        market.counts, market.pace = Counts(**facts["counts"]), Pace(**facts["pace"])
        drivers, pending = market.drivers, market.pending
        drivers.ids = strings_of("driver", arrays)
        drivers.columns.append({name: arrays[f"driver.{name}"] for name in drivers.columns.spec})
        drivers.reindex()
        pending.ids = strings_of("pending", arrays)
        pending.columns.append({name: arrays[f"pending.{name}"] for name in pending.columns.spec})
        pending.index = dict(zip(pending.ids, pending.columns["number"].tolist(), strict=True))
        market.live.orders = {name: Ride(*values) for name, values in _tupled("live", arrays).items()}
        drivers.orders = {}
        for order_id, ride in market.live.orders.items():
            drivers.orders.setdefault(ride.row, order_id)
        for slot in np.flatnonzero(pending["offered"]).tolist():
            drivers.orders[int(pending["offered"][slot]) - 1] = pending.ids[slot]
        market.early.changes = {name: (change, since) for name, (change, since) in _tupled("early", arrays).items()}
        loose = dict.fromkeys(arrays["seen.loose"].tolist())
        segments = [(until, arrays[f"seen.{i}"].copy()) for i, until in enumerate(facts["seen"]["until"])]
        market.seen = Seen(segments, loose, *facts["seen"]["loose"])
        return market

    def _learn_again(self, facts: Mapping[str, Any], arrays: Mapping[str, Array], policy: Policy) -> None:
        """Take what was learnt from ``facts()`` and ``arrays()``."""
        own: dict[str, dict[str, Array]] = {name: {} for name in self._parts()}
        for name, array in arrays.items():
            part, _, column = name.partition(".")
            if part in own:
                own[part][column] = array
        self.refusals, self.acceptance = Refusals.of(own["refusals"]), Acceptance.of(own["acceptance"])
        self.travel = Travel.of(facts["travel"], own["travel"], policy.travel)
        self.ledger = Ledger.of(facts["ledger"], own["ledger"])
        self.future = FutureValue.of(facts["future"], own["future"])
        self.incomes = facts["incomes"]
        self.flags = {name: list(told) for name, told in facts["flags"].items()}


def _tuples(name: str, values: Mapping[str, tuple[int, ...]], width: int) -> dict[str, Array]:
    table = np.array(list(values.values()), "<i8").reshape(-1, width)
    return {f"{name}.{i}": table[:, i].copy() for i in range(width)}


def _tupled(name: str, arrays: Mapping[str, Array]) -> dict[str, tuple[int, ...]]:
    columns = [arrays[f"{name}.{i}"].tolist() for i in range(len(arrays)) if f"{name}.{i}" in arrays]
    return dict(zip(strings_of(name, arrays), zip(*columns, strict=True), strict=True))
