"""What has become of every order: decided, dead-lettered, pending or lost, in whatever order the topics are read."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.following import Part
from ops.tally import Tally

PATIENCE_S = 60


def orders(*offsets: int, ts: int = 1_000, market: str = "lisbon", partition: int = 0) -> Part:
    frame = pl.DataFrame({"market": [market] * len(offsets), "ts": [ts] * len(offsets), "patience_s": [PATIENCE_S] * len(offsets)})
    return Part("orders", partition, np.array(offsets), np.zeros(len(offsets), np.int64), frame)


def decisions(*offsets: int, outcome: str = "MATCHED", market: str = "lisbon", partition: int = 0, eta_s: float | None = 200.0) -> Part:
    frame = pl.DataFrame({
        "market": market, "outcome": outcome, "reason": "BEST_SCORE" if outcome == "MATCHED" else "NO_DRIVER",
        "partition": partition, "offset": list(offsets), "eta_s": eta_s,
    })  # fmt: skip
    return Part("matching.decisions", partition, np.arange(len(offsets)), np.zeros(len(offsets), np.int64), frame)


def buried(*offsets: int, topic: str = "orders") -> Part:
    frame = pl.DataFrame({"topic": topic, "partition": 0, "offset": list(offsets), "error": "InvalidPosition"})
    return Part("matching.dead-letters", 0, np.arange(len(offsets)), np.zeros(len(offsets), np.int64), frame)


def market_row(clock: int, pending: int, market: str = "lisbon") -> Part:
    frame = pl.DataFrame({"market": [market], "clock": [clock], "pending": [pending]})
    return Part("matching.markets", 0, np.zeros(1, np.int64), np.zeros(1, np.int64), frame)


def tally_of(*parts: Part, starts: dict[int, int] | None = None) -> Tally:
    tally = Tally(starts or {0: 0, 1: 0})
    for part in parts:
        tally.take(part)
    return tally


@given(st.permutations([orders(0, 1), orders(2), decisions(0), decisions(2, outcome="UNMATCHED"), buried(1), market_row(5_000, 0)]))
def test_the_order_in_which_topics_are_read_does_not_matter(parts: list[Part]) -> None:
    tally = tally_of(*parts)
    assert (tally.orders, tally.matched, tally.unmatched, tally.undecided, tally.lost()) == (3, 1, 1, 0, 0)
    assert tally.dead_letters == {"InvalidPosition": 1}
    assert tally.reasons == {"BEST_SCORE": 1, "NO_DRIVER": 1}


def test_an_order_of_the_same_offset_on_another_partition_is_another_order() -> None:
    tally = tally_of(orders(7), orders(7, partition=1), decisions(7, partition=1))
    assert (tally.orders, tally.undecided) == (2, 1)


def test_an_undecided_order_is_pending_while_its_market_says_so_and_its_patience_lasts() -> None:
    waiting = [orders(0, 1), market_row(clock=1_000 + PATIENCE_S * 1000, pending=2)]
    assert tally_of(*waiting).pending() == 2
    assert tally_of(*waiting).lost() == 0


def test_an_undecided_order_is_lost_when_its_patience_is_over() -> None:
    tally = tally_of(orders(0, 1), decisions(0), market_row(clock=1_001 + PATIENCE_S * 1000, pending=1))
    assert (tally.pending(), tally.lost()) == (0, 1)


def test_an_undecided_order_is_lost_when_its_market_does_not_know_it() -> None:
    tally = tally_of(orders(0, 1, 2), market_row(clock=2_000, pending=1))
    assert (tally.pending(), tally.lost()) == (1, 2)
    assert tally_of(orders(0)).lost() == 1, "a market that never wrote a row accounts for nothing"


def test_decisions_on_orders_from_before_this_run_do_not_count() -> None:
    tally = tally_of(orders(10), decisions(8, 9, 10), buried(9), starts={0: 10})
    assert (tally.orders, tally.matched, tally.undecided) == (1, 1, 0)


def test_a_dead_letter_of_another_topic_answers_no_order() -> None:
    assert tally_of(orders(0), buried(0, topic="driver-moves")).undecided == 1


def test_the_mean_pickup_time_is_over_the_matched_alone() -> None:
    tally = tally_of(orders(0, 1, 2), decisions(0, eta_s=100.0), decisions(1, eta_s=300.0), decisions(2, outcome="UNMATCHED", eta_s=None))
    assert tally.mean_eta_s == pytest.approx(200.0)
    assert tally_of().mean_eta_s is None
