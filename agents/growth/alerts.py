"""What markets and offers have come to in; alerts that begin, change their severity or end, out: what, why and what to do. One that lasts
is told again at every full hour, with the figures of then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from agents.growth.conversion import COUNTS, Conversion
from agents.growth.market import Market
from agents.growth.orders import CANCELLED_, COMPLETED_, LEAKAGE_
from agents.growth.policy import DAY_MS, HOUR_MS, SERVICES, TYPES

INFO, WARNING, CRITICAL = "INFO", "WARNING", "CRITICAL"
Row = dict[str, Any]

SHORT, VERY_SHORT = 1.2, 2.0  # drivers needed by drivers there
LEAST_NEEDED = 1.0  # drivers
LOST, MANY_LOST, LEAST_ORDERS = 0.2, 0.4, 20  # share of a day's orders that came to nothing
WORSE, LEAST_HOURS = 1.2, 336  # forecasts' errors by the season's
OPT_OUTS, LEAST_OUTCOMES = 0.05, 50


@dataclass(slots=True)
class Alert:
    """Something to look at; severity None: nothing to say."""

    alert_id: str
    kind: str
    severity: str | None
    market: str | None = None
    service: str | None = None
    what: str = ""
    why: str = ""
    suggested_action: str = ""


@dataclass(slots=True)
class Alerts:
    """Those that are active: severity and since when, by id."""

    active: dict[str, tuple[str, int]] = field(default_factory=dict)

    def tell(self, found: Iterator[Alert], at: int, now: int) -> list[Row]:
        """The rows of those that are new, have changed their severity, last at a full hour, or are over, at event time ``at``."""
        rows = []
        for one in found:
            severity, since = self.active.get(one.alert_id, (None, at))
            if one.severity == severity and (severity is None or at % HOUR_MS):
                continue
            if one.severity is None:
                del self.active[one.alert_id]
            else:
                self.active[one.alert_id] = (one.severity, since)
            over = {"active": one.severity is not None, "severity": one.severity or severity}
            same = {name: getattr(one, name) for name in Alert.__slots__ if name != "severity"}
            rows.append(same | over | {"since": since, "event_ts": at, "updated_at": now})
        return rows


def over(market: Market, at: int) -> Iterator[Alert]:
    """A market is forgotten: nothing is to be said of it any more."""
    return (replace(one, severity=None) for one in of_market(market, at))


def of_market(market: Market, at: int) -> Iterator[Alert]:
    """Whether drivers are short, orders are lost, or forecasts are off, at event time ``at``."""
    for i, service in enumerate(SERVICES):
        needed, there = market.tightness[:, i].tolist()
        ratio = needed / there if there else VERY_SHORT + 1.0 if needed else 0.0
        severity = _graded(ratio, SHORT, VERY_SHORT) if needed >= LEAST_NEEDED else None
        yield Alert(
            f"SHORTAGE/{market.name}/{service}", "SHORTAGE", severity, market.name, service,
            f"too few drivers for {service} in {market.name} in the next hour",
            f"{needed:.1f} drivers are needed and {there:.1f} are there",
            "call drivers online, and pass on the moves of growth.moves; if it lasts, raise the buffer",
        )  # fmt: skip
        row = market.orders.figures.get((i, (at - 1) // DAY_MS))
        lost, over = (row[CANCELLED_], row[CANCELLED_] + row[COMPLETED_]) if row else (0, 0)
        yield Alert(
            f"REVENUE_LEAK/{market.name}/{service}", "REVENUE_LEAK",
            _graded(lost / over, LOST, MANY_LOST) if over >= LEAST_ORDERS else None, market.name, service,
            f"many orders of {service} in {market.name} come to nothing",
            f"{lost} of {over} today, worth {row[LEAKAGE_] / 100 if row else 0.0:.2f} in fees",
            "look where they are lost: growth.zones has the zones without drivers, matching.decisions the reasons",
        )  # fmt: skip
    ours, season = market.forecaster.errors.tolist()
    off = market.forecaster.hours >= LEAST_HOURS and ours > WORSE * season
    yield Alert(
        f"FORECAST_OFF/{market.name}", "FORECAST_OFF", WARNING if off else None, market.name, None,
        f"forecasts of {market.name} are worse than the plain season",
        f"off by {ours:.1f} orders an hour, the season by {season:.1f}",
        "look for orders that are missing or doubled upstream; the weights adapt within days",
    )  # fmt: skip


def of_offers(learnt: Conversion, partition: int, at: int) -> Iterator[Alert]:
    """Whether riders answer otherwise than was learnt, or many want no more, at event time ``at``."""
    for i, name in enumerate(TYPES):
        drifted = learnt.drifted_at.get(i)
        yield Alert(
            f"CONVERSION_DRIFT/{name}/{partition}", "CONVERSION_DRIFT",
            WARNING if drifted is not None and at - drifted < DAY_MS else None, None, None,
            f"riders answer {name} otherwise than they did",
            f"the test of drift fired {learnt.counts[i, COUNTS.index('drifts')]} times; half of what was learnt was let go",
            "check what has changed about the offer, and what it costs; learning goes on by itself",
        )  # fmt: skip
        over, out = learnt.lately[i].tolist()
        yield Alert(
            f"OPT_OUTS/{name}/{partition}", "OPT_OUTS",
            _graded(out / over, OPT_OUTS, 3 * OPT_OUTS) if over >= LEAST_OUTCOMES else None, None, None,
            f"many riders want no more offers after {name}",
            f"{out:.0f} of {over:.0f} lately",
            "pause its offers (growth-policies, offer:ID 0) until their words or timing are better",
        )  # fmt: skip


def _graded(value: float, warning: float, critical: float) -> str | None:
    return CRITICAL if value > critical else WARNING if value > warning else None
