"""A market in; what about its prices is alarming now, out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from agents.pricing.alerts import Alarm
from agents.pricing.cells import SAFETY
from agents.pricing.figures import PLACE, margin
from agents.pricing.market import Market
from agents.pricing.policy import SERVICES, Policy
from agents.pricing.zones import names

LEAST_MARGIN = 0.05
MOST_BELOW_COST = 0.01  # of revenue
ENOUGH = 50  # accepted quotes that a share is taken of
UNDERCUT, NO_LONGER = 0.85, 0.9  # competitors' price over ours, that begins and that ends it: the last quotes' prices are drawn
DRIFT_MS = 3_600_000  # a drift is told of for so long


def alarms(market: Market, clock_ms: int, policy: Policy) -> list[Alarm]:
    """All that is, in no particular order."""
    each = (_gaming(market, clock_ms, policy), _held(market, clock_ms, policy), _earnings(market, clock_ms), _rivals(market))
    return [alarm for some in (*each, _drifts(market, clock_ms), _supply(market)) for alarm in some]


def _gaming(market: Market, clock_ms: int, policy: Policy) -> Iterator[Alarm]:
    cells = market.cells
    rows = np.flatnonzero(cells["ghosts_until"] > clock_ms)
    for row, zone in zip(rows.tolist(), names(cells.lat[rows], cells.lon[rows]), strict=True):
        left = int(cells["ghosts_left"][row])
        what = f"{left} drivers logged off within two minutes where that would raise the price"
        why = f"at least {policy.gaming_drivers}, a share of {policy.gaming_share:.0%}, and far more than usual"
        action = f"look at these drivers; for {policy.gaming_hold_s / 60:g} minutes they count as if they were there"
        yield Alarm("SURGE_GAMING", "WARNING", what, why, action, left, policy.gaming_drivers, zone=zone)


def _held(market: Market, clock_ms: int, policy: Policy) -> Iterator[Alarm]:
    cells, settings = market.cells, market.settings
    rows = np.flatnonzero((cells["holds"] & SAFETY).all(axis=1))
    said = "prices may not rise anywhere: a policy event holds them"
    if settings.safety_hold.all():
        yield Alarm("SAFETY_HOLD", "CRITICAL", said, "it says so of all services", "take the hold back when it is over", 1.0, 0.0)
    elif (cells.everywhere & SAFETY).all():
        what, why = "prices may not rise anywhere: safety", "a driver under a safety complaint never said where"
        yield Alarm("SAFETY_HOLD", "CRITICAL", what, why, "settle the complaint", 1.0, 0.0)
    else:
        for service in np.flatnonzero(settings.safety_hold).tolist():
            why, action = "it says so of this service", "take the hold back when it is over"
            yield Alarm("SAFETY_HOLD", "CRITICAL", said, why, action, 1.0, 0.0, SERVICES[service])
        for zone in names(cells.lat[rows], cells.lon[rows]):
            what, why = "prices may not rise here", "a driver here is under a safety complaint that is not settled"
            yield Alarm("SAFETY_HOLD", "CRITICAL", what, why, "settle the complaint", 1.0, 0.0, zone=zone)
    reports = market.overcharges.by_service(clock_ms, policy)
    for service in np.flatnonzero(reports >= policy.overcharges).tolist():
        what = f"{reports[service]} charges were disputed within {policy.overcharge_window_s / 60:g} minutes: prices may not rise"
        why = f"{policy.overcharges} or more are a cluster"
        action = "look for a wrong tariff or a broken meter"
        yield Alarm("OVERCHARGE_CLUSTER", "WARNING", what, why, action, float(reports[service]), policy.overcharges, SERVICES[service])
    for service in np.flatnonzero(np.isfinite(settings.emergency_cap)).tolist():
        cap = float(settings.emergency_cap[service])
        what = f"prices are capped at {cap:g} reference prices"
        yield Alarm("EMERGENCY_CAP", "INFO", what, "a policy event says so", "take it back when it is over", cap, cap, SERVICES[service])


def _earnings(market: Market, clock_ms: int) -> Iterator[Alarm]:
    today = market.figures.today(clock_ms)
    for service, sums in enumerate(today):
        share, accepted = margin(sums), int(sums[PLACE["accepted"]])
        if share is None or accepted < ENOUGH:
            continue
        if share < LEAST_MARGIN:
            what = f"today's margin is {share:.1%}"
            why = f"it is below {LEAST_MARGIN:.0%} over {accepted} sales"
            yield Alarm("LOW_MARGIN", "WARNING", what, why, "look at the floor and at drivers' pay", share, LEAST_MARGIN, SERVICES[service])
        below = int(sums[PLACE["below_cost_cents"]]) / int(sums[PLACE["revenue_cents"]])
        if below > MOST_BELOW_COST:
            what = f"{below:.1%} of today's revenue was lost by selling below cost"
            why = "a cap or a hold is below what serving costs"
            yield Alarm("BELOW_COST", "CRITICAL", what, why, "raise the cap or settle the hold", below, MOST_BELOW_COST, SERVICES[service])


def _rivals(market: Market) -> Iterator[Alarm]:
    cells = market.cells
    priced = ~np.isnan(cells["anchor"]) & ~np.isnan(cells["competitor"])
    for service in np.flatnonzero(priced.any(axis=0)).tolist():
        here = priced[:, service]
        theirs, ours = (float(np.median(cells[name][here, service])) for name in ("competitor", "anchor"))
        alarmed = f"{market.name}/UNDERCUT/{SERVICES[service]}/" in market.alerts.raised
        if theirs / ours < (NO_LONGER if alarmed else UNDERCUT):
            what = f"competitors ask for {theirs / ours:.0%} of our price"
            why = f"in the middle of the zones; theirs is {theirs:.2f} reference prices, ours {ours:.2f}"
            action = "see whether sales fall before following them"
            yield Alarm("UNDERCUT", "WARNING", what, why, action, theirs / ours, UNDERCUT, SERVICES[service])


def _drifts(market: Market, clock_ms: int) -> Iterator[Alarm]:
    for service, (found, at) in sorted(market.drifted.items()):
        if clock_ms - at < DRIFT_MS:
            what, why = "riders accept prices otherwise than before", "outcomes left what was expected (Page-Hinkley)"
            yield Alarm("DRIFT", "INFO", what, why, "most of what was learnt is forgotten; watch it learn", found, 0.0, SERVICES[service])


def _supply(market: Market) -> Iterator[Alarm]:
    if int(market.cells["requests_seen"].sum()) and not int(market.cells["drivers"].sum()):
        what = "no driver is free" if market.cells.heard else "no driver is heard of: prices take supply as usual"
        yield Alarm("NO_SUPPLY", "WARNING", what, "there are requests", "see whether driver-moves are flowing", 0.0, 1.0)
