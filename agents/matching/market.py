"""One market: its drivers, its orders, its clock and its statistics; into arrays and facts, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from agents.matching.columns import Array
from agents.matching.drivers import Drivers
from agents.matching.orders import Early, Live, Pending
from agents.matching.packing import strings, strings_of
from agents.matching.seen import Seen


@dataclass(slots=True)
class Counts:
    """What a market has seen, ever."""

    orders: int = 0
    matched: int = 0
    unmatched: int = 0
    cancelled: int = 0
    eta_s: float = 0.0  # summed over the matched
    distance_m: float = 0.0


@dataclass(slots=True)
class Pace:
    """Clocks of a market, ms: event time unless said otherwise."""

    clock: int = 0  # latest event time, moved on by ticks where no records come
    record_clock: int = 0  # latest event time of a record
    match_at: int = 0  # before it, orders are held, and those that found nobody are not tried again
    tried: int = 0  # the highest number of an order that was tried
    forgot_at: int = 0  # when idle drivers were last looked for
    swept_at: int = 0  # until when the sweep of positions has been done
    sweep_row: int = 0  # where it goes on
    sweep_now: int = 0  # now of the last sweep
    shown_now: int = 0  # now of the last table row
    stepped_now: int = 0  # now of the last step that looked at it
    asleep: bool = False  # without records, no step needs to look at it
    drivers_changed: bool = False  # since the waiting orders were last tried
    shown: list[int] = field(default_factory=list)  # what the last table row said


class Market:
    """The state of one market, changed in place by the step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.drivers = Drivers()
        self.pending = Pending()
        self.live = Live()
        self.early = Early()
        self.seen = Seen()
        self.counts = Counts()
        self.pace = Pace()

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        seen = {"loose": [self.seen.loose_since, self.seen.loose_until], "until": [until for until, _ in self.seen.segments]}
        return {"name": self.name, "counts": asdict(self.counts), "pace": asdict(self.pace), "seen": seen}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        out: dict[str, Array] = {}
        out |= strings("driver", self.drivers.ids) | {f"driver.{name}": column for name, column in self.drivers.columns.items()}
        out |= strings("pending", self.pending.ids) | {f"pending.{name}": column for name, column in self.pending.columns.items()}
        out |= strings("live", self.live.orders) | _pair("live", self.live.orders)
        out |= strings("early", self.early.changes) | _pair("early", self.early.changes)
        out["seen.loose"] = np.fromiter(self.seen.loose, "<u8", len(self.seen.loose))
        return out | {f"seen.{i}": segment for i, (_, segment) in enumerate(self.seen.segments)}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Market:
        """The market whose ``facts()`` and ``arrays()`` these are."""
        market = cls(facts["name"])
        market.counts, market.pace = Counts(**facts["counts"]), Pace(**facts["pace"])
        drivers, pending = market.drivers, market.pending
        drivers.ids = strings_of("driver", arrays)
        drivers.columns.append({name: arrays[f"driver.{name}"] for name in drivers.columns.spec})
        drivers.reindex()
        pending.ids = strings_of("pending", arrays)
        pending.columns.append({name: arrays[f"pending.{name}"] for name in pending.columns.spec})
        pending.index = dict(zip(pending.ids, pending.columns["number"].tolist(), strict=True))
        market.live.orders = _paired("live", arrays)
        drivers.orders = {row: order_id for order_id, (row, _) in market.live.orders.items()}
        market.early.changes = _paired("early", arrays)
        loose = dict.fromkeys(arrays["seen.loose"].tolist())
        segments = [(until, arrays[f"seen.{i}"].copy()) for i, until in enumerate(facts["seen"]["until"])]
        market.seen = Seen(segments, loose, *facts["seen"]["loose"])
        return market


def _pair(name: str, values: Mapping[str, tuple[int, int]]) -> dict[str, Array]:
    both = np.array(list(values.values()), "<i8").reshape(-1, 2)
    return {f"{name}.first": both[:, 0].copy(), f"{name}.second": both[:, 1].copy()}


def _paired(name: str, arrays: Mapping[str, Array]) -> dict[str, tuple[int, int]]:
    pairs = zip(arrays[f"{name}.first"].tolist(), arrays[f"{name}.second"].tolist(), strict=True)
    return dict(zip(strings_of(name, arrays), pairs, strict=True))
