"""The step of the matching agent: batches by topic in, decisions and table rows as frames and the rejected records, out.

Pure: nothing but the state, the batches and ``now`` has a say, and markets do not see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from agents.matching.market_step import MarketStep, Watch
from agents.matching.market_step import due as market_due
from agents.matching.outputs import ADVICE, DECISIONS, DRIVERS, FAIRNESS, MARKETS, OFFERS, decisions_frame, offers_frame
from agents.matching.policy import Policy
from agents.matching.reading import Rows, read_answers, read_changes, read_flags, read_moves, read_orders, read_profiles
from agents.matching.shown import advice_frame, drivers_frame, fairness_frame, markets_frame
from agents.matching.state import MatchingState
from columns.records import Records, Rejection

READERS = {
    "driver-profiles": read_profiles,
    "driver-flags": read_flags,
    "driver-moves": read_moves,
    "order-changes": read_changes,
    "driver-answers": read_answers,
    "orders": read_orders,
}


@dataclass(slots=True)
class Stepped:
    """What a step came to: rows by output topic, and the records that could not be decided on."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)


def step(
    state: MatchingState, batches: Mapping[str, Records], now: int, policy: Policy, code_version: str, watch: Watch | None = None
) -> Stepped:
    """Step ``state``, in place, over ``batches`` at ``now`` ms. Every accepted order gets exactly one decision, now or in a later step.

    ``watch`` is shown each market's part of the step right before its orders are matched; it must not change anything.
    """
    out = Stepped()
    before, now = state.now, max(state.now, now)
    state.now = now
    given = _by_market(batches, now, policy, out.rejected)
    steps = []
    awake = {name for name, market in state.markets.items() if not market.pace.asleep}
    for name in sorted(awake | given.keys()):
        one = MarketStep(state.market(name, policy), now, policy, out.rejected, watch)
        one.run(given.get(name, {}), before)
        steps.append(one)
    _frame(steps, out, state.partition, now, policy, code_version)
    return out


def _frame(steps: list[MarketStep], out: Stepped, partition: int, now: int, policy: Policy, code_version: str) -> None:
    """What the markets' parts came to, as frames by topic; of a topic without rows none."""
    if decided := [part for one in steps for part in one.decided]:
        out.frames[DECISIONS] = decisions_frame(decided, partition, now, code_version, policy)
    if offered := [part for one in steps for part in one.offered]:
        out.frames[OFFERS] = offers_frame(offered, now, max(1, policy.alternatives))
    if shown := [one.shown for one in steps if one.shown is not None]:
        out.frames[DRIVERS] = drivers_frame(shown, now)
    if rows := [one.row for one in steps if one.row is not None]:
        out.frames[MARKETS] = markets_frame(rows)
    if fairness := [one.fairness for one in steps if one.fairness is not None]:
        out.frames[FAIRNESS] = fairness_frame(fairness, now, policy.fairness.window_h)
    if advice := [one.intake.advice for one in steps if one.intake.advice is not None]:
        out.frames[ADVICE] = advice_frame(advice, now)


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
