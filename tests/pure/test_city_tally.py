"""What has become of every order: decided, dead-lettered, pending or lost, in whatever order the topics are read."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching.policy import DEFAULT
from ops.following import Part
from ops.tally import Tally

PATIENCE_S = 60


def orders(
    *offsets: int, ts: int = 1_000, market: str = "lisbon", partition: int = 0, offer_s: int = 0, scheduled_ts: int | None = None
) -> Part:
    row = {"market": market, "ts": ts, "patience_s": PATIENCE_S, "offer_s": offer_s, "scheduled_ts": scheduled_ts, "ready_ts": None}
    kinds = {"offer_s": pl.Int32, "patience_s": pl.Int32, "scheduled_ts": pl.Int64, "ready_ts": pl.Int64}
    frame = pl.DataFrame([row] * len(offsets), schema_overrides=kinds)
    return Part("orders", partition, np.array(offsets), np.zeros(len(offsets), np.int64), frame)


def decisions(
    *offsets: int,
    outcome: str = "MATCHED",
    market: str = "lisbon",
    partition: int = 0,
    eta_s: float | None = 200.0,
    offer: str | None = None,
) -> Part:
    frame = pl.DataFrame({
        "market": market, "outcome": outcome, "reason": "BEST_SCORE" if outcome == "MATCHED" else "NO_DRIVER",
        "partition": partition, "offset": list(offsets), "eta_s": eta_s, "offer_id": pl.Series([offer] * len(offsets), dtype=pl.String),
    })  # fmt: skip
    return Part("matching.decisions", partition, np.arange(len(offsets)), np.zeros(len(offsets), np.int64), frame)


def buried(*offsets: int, topic: str = "orders") -> Part:
    frame = pl.DataFrame({"topic": topic, "partition": 0, "offset": list(offsets), "error": "InvalidPosition"})
    return Part("matching.dead-letters", 0, np.arange(len(offsets)), np.zeros(len(offsets), np.int64), frame)


def market_row(clock: int, pending: int, market: str = "lisbon", gini: float | None = None) -> Part:
    frame = pl.DataFrame({"market": [market], "clock": [clock], "pending": [pending], "gini": [gini]})
    return Part("matching.markets", 0, np.zeros(1, np.int64), np.zeros(1, np.int64), frame)


def offers(*markets: str) -> Part:
    return Part("matching.offers", 0, np.arange(len(markets)), np.zeros(len(markets), np.int64), pl.DataFrame({"market": markets}))


def answers(*said: str, market: str = "lisbon") -> Part:
    frame = pl.DataFrame({"market": [market] * len(said), "answer": said}, schema_overrides={"answer": pl.Enum(["ACCEPTED", "DECLINED"])})
    return Part("driver-answers", 0, np.arange(len(said)), np.zeros(len(said), np.int64), frame)


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
    assert tally.whole.mean_eta_s == pytest.approx(200.0)
    assert tally_of().whole.mean_eta_s is None


def test_an_order_for_later_is_pending_until_its_patience_ends_which_begins_with_the_search() -> None:
    start = 1_000 + 3_600_000
    later = orders(0, scheduled_ts=start + int(DEFAULT.lead_s * 1000))
    at_its_end, past_it = (market_row(clock=start + PATIENCE_S * 1000 + more, pending=1) for more in (0, 1))
    assert tally_of(later, at_its_end).lost() == 0
    assert tally_of(later, past_it).lost() == 1


def test_a_thing_ready_soon_is_looked_for_at_once() -> None:
    soon = orders(0, scheduled_ts=1_000 + int(DEFAULT.lead_s * 1000) - 1)
    assert tally_of(soon, market_row(clock=1_001 + PATIENCE_S * 1000, pending=1)).lost() == 1


def test_an_impatient_order_may_wait_for_its_driver_s_answer() -> None:
    asked = orders(0, offer_s=15)
    until = 1_000 + (PATIENCE_S + 15) * 1000
    assert tally_of(asked, market_row(clock=until, pending=1)).lost() == 0
    assert tally_of(asked, market_row(clock=until + 1, pending=1)).lost() == 1


def test_offers_are_accepted_declined_or_neither_by_market() -> None:
    tally = tally_of(
        orders(0, 1, 2),
        offers("lisbon", "lisbon", "lisbon", "oslo"),
        answers("DECLINED", "ACCEPTED"),
        decisions(0, offer="o/2"),
        decisions(1),
    )
    lisbon, oslo = tally.markets["lisbon"], tally.markets["oslo"]
    assert (lisbon.accepted_share, lisbon.declined_share) == (pytest.approx(1 / 3), pytest.approx(1 / 3)), (
        "who was not asked did not accept"
    )
    assert (oslo.accepted_share, oslo.declined_share) == (0, 0)
    assert (tally.whole.offers, tally.whole.accepted, tally.whole.declined) == (4, 1, 1)
    assert tally_of().whole.accepted_share is None


def test_only_markets_of_this_run_that_know_it_say_something() -> None:
    rows = [market_row(1, 0, gini=0.3), market_row(1, 0, market="oslo", gini=0.5), market_row(1, 0, market="bogota")]
    tally = tally_of(orders(0), orders(1, market="bogota"), *rows)
    assert tally.says("gini") == {"lisbon": 0.3}
