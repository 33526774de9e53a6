"""The step of the matching agent: batches by topic in, decisions and table rows as frames and the rejected records, out.

Pure: nothing but the state, the batches and ``now`` has a say, and markets do not see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from agents.matching.market_step import MarketStep
from agents.matching.market_step import due as market_due
from agents.matching.outputs import DECISIONS, DRIVERS, MARKETS, decisions_frame, drivers_frame, markets_frame
from agents.matching.policy import Policy
from agents.matching.reading import Records, Rejection, Rows, read_changes, read_moves, read_orders, read_profiles
from agents.matching.state import MatchingState

READERS = {
    "driver-profiles": read_profiles,
    "driver-moves": read_moves,
    "order-changes": read_changes,
    "orders": read_orders,
}


@dataclass(slots=True)
class Stepped:
    """What a step came to: rows by output topic, and the records that could not be decided on."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)


def step(state: MatchingState, batches: Mapping[str, Records], now: int, policy: Policy, code_version: str) -> Stepped:
    """Step ``state``, in place, over ``batches`` at ``now`` ms. Every accepted order gets exactly one decision, now or in a later step."""
    out = Stepped()
    before, now = state.now, max(state.now, now)
    state.now = now
    given = _by_market(batches, now, policy, out.rejected)
    steps = []
    awake = {name for name, market in state.markets.items() if not market.pace.asleep}
    for name in sorted(awake | given.keys()):
        one = MarketStep(state.market(name), now, policy, out.rejected)
        one.run(given.get(name, {}), before)
        steps.append(one)
    decided = [part for one in steps for part in one.decided]
    shown = [one.shown for one in steps if one.shown is not None]
    rows = [one.row for one in steps if one.row is not None]
    if decided:
        out.frames[DECISIONS] = decisions_frame(decided, state.partition, now, code_version, policy)
    if shown:
        out.frames[DRIVERS] = drivers_frame(shown, now)
    if rows:
        out.frames[MARKETS] = markets_frame(rows)
    return out


def due(state: MatchingState, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``now`` could change anything but the clocks."""
    return any(market_due(market, now, policy) for market in state.markets.values())


def _by_market(batches: Mapping[str, Records], now: int, policy: Policy, rejected: list[Rejection]) -> dict[str, dict[str, Rows]]:
    """The valid rows by market and topic."""
    given: dict[str, dict[str, Rows]] = {}
    for topic, read in READERS.items():
        if topic in batches and len(batches[topic].offsets):
            for market, rows in read(batches[topic], now, policy, rejected).by_market():
                given.setdefault(market, {})[topic] = rows
    return given
