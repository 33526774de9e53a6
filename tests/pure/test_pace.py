"""A poll is as large as its records' cost allows: a transaction ends long before Kafka would end it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.pace import FIRST, SHARE, Pace

TIMEOUT_MS = 15_000
BUDGET_S = TIMEOUT_MS / 1000 / SHARE


def polls(cost_s: float, most: int = 5000, fixed_s: float = 0.002, count: int = 30) -> list[float]:
    """How long each poll of an endless backlog takes when every record costs the same."""
    pace, out = Pace(most, TIMEOUT_MS), []
    for _ in range(count):
        out.append(fixed_s + cost_s * pace.records)
        pace.took(pace.records, out[-1])
    return out


@given(st.floats(1e-6, 8e-3), st.integers(1, 20_000))
def test_no_poll_of_a_backlog_comes_near_the_transactions_end(cost_s: float, most: int) -> None:
    took = polls(cost_s, most)
    assert max(took) * 1000 < TIMEOUT_MS * 0.6
    assert max(took[10:]) <= BUDGET_S + cost_s + 0.01, "and in the long run none is over its share"


def test_where_records_cost_little_polls_are_soon_as_large_as_they_may_be() -> None:
    assert polls(2e-6)[5] >= 5000 * 2e-6


@given(st.integers(1, FIRST // 2), st.floats(0, 1))
def test_small_polls_say_nothing_of_larger_ones(records: int, seconds: float) -> None:
    pace = Pace(5000, TIMEOUT_MS)
    pace.took(records, seconds)
    assert pace.records == FIRST


def test_records_that_cost_more_than_those_before_are_met_with_smaller_polls_at_once() -> None:
    pace = Pace(5000, TIMEOUT_MS)
    for _ in range(10):
        pace.took(pace.records, 0.01)
    pace.took(5000, 10.0)
    assert pace.records == int(5000 * BUDGET_S / 10.0)
