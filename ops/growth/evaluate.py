"""Real demand in; how far the growth agent's forecasts of the next hour are off, against the same hour a week before, out.

Forecasts are those of the agent's own decisions (growth.allocations at full hours), made by its own step over the orders as they come. It
learns all the time; measured is the last third of the days. What is fixed in the forecaster was chosen on days before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rich.console import Console
from rich.progress import track

from agents.growth.agent import AGENT
from ops.growth.demand import APART, DAY_MS, HOUR_MS, Demand, NoDemandError, hourly, trips
from ops.listing import print_rows
from ops.summary import fail, summarise
from streams.batch import Batch

F64 = npt.NDArray[np.float64]
TARGET = 0.15
WEEK_H = 168
PER_FILE = {"hourly": ("city",), "trips": ("city", "zone")}


@dataclass(frozen=True)
class Scored:
    """Absolute errors of one kind of forecasts in the measured hours; ``share``: of the orders (WAPE)."""

    what: str
    hours: int
    series: int
    orders: int
    error: float  # mean absolute error of an hour and series
    naive_error: float
    share: float
    naive_share: float

    @property
    def better(self) -> float:
        """By how much of the naive error it is less."""
        return 1.0 - self.error / self.naive_error if self.naive_error else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        names = ("hours", "series", "orders", "error", "naive_error", "share", "naive_share")
        numbers = {name: getattr(self, name) for name in names} | {"better": self.better}
        return {name: round(value, 6) for name, value in numbers.items()} | {"met": self.better >= TARGET}


def evaluate(hourly_file: Path | None, trips_file: Path | None, *, as_json: bool) -> int:
    """Measure on the files. → 0 if every forecast is at least 15 % better than the naive one, else 1."""
    try:
        demands = [read(path) for read, path in ((hourly, hourly_file), (trips, trips_file)) if path is not None]
    except NoDemandError as error:
        fail(str(error), 2)
    scored = [one for demand in demands for one in measure(demand, quiet=as_json)]
    rows = [
        (s.what, s.hours, s.series, f"{s.error:.3f}", f"{s.naive_error:.3f}", f"{s.share:.1%}", f"{s.naive_share:.1%}", _verdict(s))
        for s in scored
    ]
    heads = ("forecast of", "hours", "series", "MAE", "naive MAE", "WAPE", "naive WAPE", f"better (asked {TARGET:.0%})")
    print_rows("Orders of the next hour, held out", heads, rows)
    met = all(s.better >= TARGET for s in scored)
    if as_json:
        summarise("forecasts", {"passed": met, "target": TARGET} | {s.what: s.as_dict() for s in scored}, as_json=True)
    return 0 if met else 1


def measure(demand: Demand, *, quiet: bool = False) -> list[Scored]:
    """Step over a file's orders, day by day, and score the last third of its days."""
    counts = demand.counts()
    mean, likely = forecasts(demand, quiet=quiet)
    start = -(-demand.days * 2 // 3) * 24
    last = int(demand.ts[-1]) // HOUR_MS - demand.first_day * 24  # the last hour may be cut off
    of = slice(max(start, WEEK_H), last)
    before = slice(of.start - WEEK_H, of.stop - WEEK_H)
    city = _scored(
        f"{demand.name}, city",
        counts[of].sum(axis=1, keepdims=True),
        mean[of].sum(axis=1, keepdims=True),
        counts[before].sum(axis=1, keepdims=True),
    )
    return [city] if demand.zones == 1 else [city, _scored(f"{demand.name}, by zone", counts[of], likely[of], counts[before])]


def forecasts(demand: Demand, *, quiet: bool = False) -> tuple[F64, F64]:
    """The mean and the median that the agent forecast for each hour and zone, (hours, zones) each; 0 where it said nothing."""
    shape = (demand.days * 24, demand.zones)
    mean, likely, state, offset = np.zeros(shape), np.zeros(shape), AGENT.start(0), 0
    days = track(demand.by_day(), f"{demand.name}: {demand.days} days", demand.days, console=Console(stderr=True, quiet=quiet))
    for day, frame in enumerate(days):
        now = (demand.first_day + day + 1) * DAY_MS
        batch = Batch("orders", 0, np.arange(offset, offset + frame.height), frame)
        offset += frame.height
        state.now = now  # nobody was away between two days of a file
        decided = AGENT.step(state, {"orders": batch} if frame.height else {}, now)
        if decided.rejected:
            fail(f"{demand.name}: the agent refuses an order: {decided.rejected[0]}")
        for output in decided.outputs:
            if output.topic == "growth.allocations":
                _take(output.frame, demand, mean, likely)
    return mean, likely


def _take(frame: pl.DataFrame, demand: Demand, mean: F64, likely: F64) -> None:
    rows = frame.filter(pl.col("event_ts") % HOUR_MS == 0)
    hour = rows["event_ts"].to_numpy() // HOUR_MS - demand.first_day * 24
    zone = np.rint((rows["lat"].to_numpy() + 60.0) / APART).astype(np.int64)
    within = hour < len(mean)
    mean[hour[within], zone[within]] = rows["forecast"].to_numpy()[within]
    likely[hour[within], zone[within]] = rows["likely"].to_numpy()[within]


def _scored(what: str, actual: npt.NDArray[Any], said: F64, naive: npt.NDArray[Any]) -> Scored:
    orders, error, naive_error = int(actual.sum()), float(np.abs(actual - said).sum()), float(np.abs(actual - naive).sum())
    (hours, series), some = actual.shape, max(1, orders)
    return Scored(what, hours, series, orders, error / actual.size, naive_error / actual.size, error / some, naive_error / some)


def _verdict(one: Scored) -> str:
    return f"{one.better:.1%} {'yes' if one.better >= TARGET else 'NO'}"
