"""Offers: an order is decided when a driver accepts it, and whoever refuses is not asked about it again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching import acceptance
from agents.matching.acceptance import ANSWERED, Acceptance, AcceptancePolicy
from agents.matching.offers import Refusals
from columns.table import Columns
from tests.pure.matching_events import LAT, NOW, SECOND, Row, Task, answer, change, ends, move, order, profile, unhurried

POLICY = AcceptancePolicy()


def two_drivers() -> Task:
    return Task().with_driver("near").with_driver("far", lat=LAT + 0.01)


def asked(task: Task) -> list[tuple[str, str]]:
    return [(row["offer_id"], row["driver_id"]) for row in task.offers]


def status(task: Task, driver: str) -> str:
    return [str(row["status"]) for row in task.drivers if row["driver_id"] == driver][-1]


def test_an_offer_is_decided_when_it_is_accepted() -> None:
    task = two_drivers()
    assert task.step(orders=[order(offer_s=15, fare_cents=2000)]) == []
    (offer,) = task.offers
    assert (offer["offer_id"], offer["driver_id"], offer["expires_ts"] - offer["offered_ts"]) == ("o1/1", "near", 15 * SECOND)
    assert (offer["eta_s"], offer["pay_cents"], offer["chance"]) == (180.0, 1700, 0.8)
    assert [one["driver_id"] for one in offer["alternatives"]] == ["far"]
    assert status(task, "near") == "OFFERED"
    (row,) = task.step(4 * SECOND, answers=[answer("near", ts=NOW + 4 * SECOND)])
    assert (row["driver_id"], row["offer_id"], row["offers"], row["waited_ms"]) == ("near", "o1/1", 1, 4 * SECOND)
    assert (row["eta_s"], row["cost_s"], row["price_cents"], row["pay_cents"]) == (180.0, offer["cost_s"], 2000, 1700)
    assert [factor["name"] for factor in row["factors"]] == ["eta", "rating", "reliability", "fairness", "vehicle"]
    assert status(task, "near") == "ASSIGNED"
    counts = task.state.markets["sf"].counts
    assert (counts.offers, counts.accepted, counts.declined, counts.matched) == (1, 1, 0, 1)


def test_who_declines_is_free_for_others_and_not_asked_about_that_order_again() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    task.step(4 * SECOND, answers=[answer("near", ts=NOW + 4 * SECOND, answer="DECLINED")])
    assert asked(task) == [("o1/2", "far")]
    assert status(task, "near") == "AVAILABLE"
    task.step(8 * SECOND, answers=[answer("far", ts=NOW + 8 * SECOND, answer="DECLINED")])
    assert asked(task) == []
    task.step(20 * SECOND, moves=[move("near", ts=NOW + 20 * SECOND), move("far", ts=NOW + 20 * SECOND)])
    assert asked(task) == []  # both have refused
    task.step(24 * SECOND, orders=[order("o2", ts=NOW + 24 * SECOND, offer_s=15)])
    assert asked(task) == [("o2/1", "near")]
    assert ends(task.step(121 * SECOND)) == [("o1", "NO_DRIVER")]
    assert task.decided[0]["offers"] == 2


def test_no_answer_in_time_is_a_refusal() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    task.step(15 * SECOND)
    assert asked(task) == []
    task.step(15 * SECOND + 1)
    assert asked(task) == [("o1/2", "far")]
    late = answer("near", ts=NOW + 15 * SECOND + 2)
    assert task.step(16 * SECOND, answers=[late]) == []
    assert task.errors == ["StaleAnswer"]


def test_an_answer_in_time_counts_though_its_record_comes_after_the_time() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    assert ends(task.step(60 * SECOND, answers=[answer("near", ts=NOW + 15 * SECOND)])) == [("o1", "BEST_SCORE")]


@pytest.mark.parametrize("wrong", [{"driver_id": "far"}, {"driver_id": "nobody"}, {"order_id": "o9"}])
def test_answers_to_no_offer_are_dead_letters_that_normal_traffic_has(wrong: Row) -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    assert task.step(SECOND, answers=[answer("near", ts=NOW + SECOND) | wrong]) == []
    assert task.errors == ["StaleAnswer"]


def test_the_first_answer_counts() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    both = [answer("near", ts=NOW + SECOND), answer("near", ts=NOW + SECOND, answer="DECLINED")]
    assert ends(task.step(SECOND, answers=both)) == [("o1", "BEST_SCORE")]
    assert task.errors == ["StaleAnswer"]


def test_an_order_cancelled_while_it_is_offered_frees_the_driver() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    cancelled = change("o1", "CANCELLED_BY_RIDER", ts=NOW + SECOND)
    assert ends(task.step(SECOND, changes=[cancelled], answers=[answer("near", ts=NOW + SECOND)])) == [("o1", "CANCELLED")]
    assert task.errors == ["StaleAnswer"]
    assert status(task, "near") == "AVAILABLE"


def test_patience_that_ends_while_a_driver_is_asked_waits_for_the_answer() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15, patience_s=5)])
    assert task.step(10 * SECOND) == []
    assert ends(task.step(12 * SECOND, answers=[answer("near", ts=NOW + 12 * SECOND)])) == [("o1", "BEST_SCORE")]


def test_refusals_are_forgotten_with_their_order() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15)])
    task.step(4 * SECOND, answers=[answer("near", ts=NOW + 4 * SECOND, answer="DECLINED")])
    refusals = task.state.markets["sf"].refusals
    assert len(refusals) == 1
    task.step(5 * SECOND, answers=[answer("far", ts=NOW + 5 * SECOND)])
    assert len(refusals) == 0


def test_a_state_with_an_offer_goes_on_from_its_bytes() -> None:
    task = two_drivers()
    task.step(orders=[order(offer_s=15), order("o2", offer_s=15)])
    task.step(SECOND, answers=[answer("near", ts=NOW + SECOND, answer="DECLINED")])
    again = Task()
    again.state, again.offset = task.agent.load(task.agent.dump(task.state)), task.offset
    answers = [answer(name, order_id, ts=NOW + 2 * SECOND) for name in ("near", "far") for order_id in ("o1", "o2")]
    assert again.step(2 * SECOND, answers=answers) == task.step(2 * SECOND, answers=answers) != []
    assert again.agent.dump(again.state) == task.agent.dump(task.state)


def test_drivers_that_decline_are_learnt_and_passed_over() -> None:
    task = Task().with_driver("choosy").with_driver("willing", lat=LAT + 0.002)
    for i in range(40):
        after = 20 * SECOND * (i + 1)
        moves = [move("choosy", ts=NOW + after), move("willing", ts=NOW + after, lat=LAT + 0.002)]
        task.step(after, orders=[order(f"o{i}", ts=NOW + after, offer_s=15)], moves=moves)
        who = task.offers[-1]["driver_id"]
        if who == "willing":
            break
        task.step(after + 1, answers=[answer("choosy", f"o{i}", ts=NOW + after + 1, answer="DECLINED")])
        task.step(after + 2, changes=[change(f"o{i}", "CANCELLED_BY_RIDER", ts=NOW + after + 2)])
    assert who == "willing"
    assert 3 < i < 39


def test_a_scheduled_order_is_decided_ahead_of_its_time_but_not_before() -> None:
    task = Task().with_driver(status="OFFLINE")
    wanted = NOW + 3600 * SECOND
    start = 2400 * SECOND  # twenty minutes before
    task.step(orders=[order(scheduled_ts=wanted, patience_s=300)])
    task.step(SECOND)
    assert task.markets[-1]["scheduled"] == 1
    assert task.step(start - SECOND, moves=[move(ts=NOW + start - SECOND)]) == []
    (row,) = task.step(start, moves=[move(ts=NOW + start)])
    assert (row["driver_id"], row["waited_ms"]) == ("d1", start)


def test_the_patience_of_a_scheduled_order_begins_with_its_search() -> None:
    task = Task()
    task.step(orders=[order(scheduled_ts=NOW + 3600 * SECOND, patience_s=300)])
    assert task.step(2700 * SECOND) == []
    assert ends(task.step(2700 * SECOND + 1)) == [("o1", "NO_DRIVER")]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"offer_s": -1}, "InvalidOffer"),
        ({"offer_s": 601}, "InvalidOffer"),
        ({"fare_cents": -1}, "InvalidFare"),
        ({"fare_cents": 10_000_001}, "InvalidFare"),
        ({"ready_ts": NOW - 3_600_001}, "InvalidReadyTime"),
        ({"ready_ts": 2**63 - 1}, "InvalidReadyTime"),
    ],
)
def test_absurd_wishes_are_dead_letters(wrong: Row, error: str) -> None:
    task = Task().with_driver()
    assert task.step(orders=[order(**wrong)]) == []
    assert task.errors == [error]


def table(answers: list[bool], profile_rate: float) -> Columns:
    drivers = Columns(ANSWERED | {"acceptance": ("f8", 0.0)}, 1)
    drivers["acceptance"][:] = profile_rate
    drivers["answers"][:], drivers["accepted"][:] = len(answers), sum(answers)
    return drivers


@given(st.lists(st.booleans(), max_size=200), st.floats(0, 1))
@unhurried
def test_a_drivers_own_chance_lies_between_its_profile_and_what_it_did(answers: list[bool], rate: float) -> None:
    (own,) = acceptance.own_chance(table(answers, rate), np.array([0]), POLICY).tolist()
    share = sum(answers) / len(answers) if answers else rate
    low, high = np.clip([min(rate, share), max(rate, share)], POLICY.least, POLICY.most).tolist()
    assert low - 1e-9 <= own <= high + 1e-9


def test_far_pickups_that_are_refused_more_often_make_all_drivers_less_likely_to_accept_them() -> None:
    learnt, drivers = Acceptance(), table([], 0.8)
    rows, near, far = np.zeros(400, np.int64), np.full(400, 200.0), np.full(400, 700.0)
    said = np.arange(400) % 5 != 0  # 80 %
    learnt.learn(drivers, rows, near, said, replace(POLICY, memory=10**6))
    learnt.learn(drivers, rows, far, ~said, replace(POLICY, memory=10**6))
    chance = learnt.chance(np.array([0.8, 0.8, 0.8]), np.array([200.0, 700.0, 500.0]), POLICY)
    assert chance[0] > 0.75
    assert chance[1] < 0.4
    assert chance[2] == pytest.approx(0.8)  # nothing is known of that class


@given(st.floats(0.02, 0.995), st.floats(0.02, 0.995))
@unhurried
def test_the_risk_falls_with_the_chance_and_is_bounded(one: float, other: float) -> None:
    low, high = sorted((one, other))
    risk = acceptance.risk_ms(np.array([low, high]), POLICY)
    assert 300_000 >= risk[0] >= risk[1] >= 0


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9))), st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9))))
@unhurried
def test_refused_pairs_are_those_added(refused: list[tuple[int, int]], pairs: list[tuple[int, int]]) -> None:
    refusals = Refusals()
    for number, row in refused:
        refusals.add(number, row)
    number, row = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    assert refusals.among(number, row).tolist() == [pair in refused for pair in pairs]


def test_a_profile_below_the_targets_gets_advice_once_and_a_better_one_takes_it_back() -> None:
    task = Task()
    task.step(profiles=[profile(rating_30d=3.5, completion_rate=0.99, acceptance_rate=0.95)])
    (row,) = task.advice
    assert [(one["measure"], one["value"], one["target"]) for one in row["advice"]] == [("rating", 3.5, 4.0)]
    assert "3.50" in row["advice"][0]["text"]
    task.step(1, profiles=[profile(ts=NOW + 1, rating_30d=3.6, completion_rate=0.99, acceptance_rate=0.95)])
    assert task.advice == []
    task.step(2, profiles=[profile(ts=NOW + 2, completion_rate=0.99, acceptance_rate=0.95)])
    assert [one["advice"] for one in task.advice] == [[]]


def test_every_measure_of_the_platform_has_its_threshold() -> None:
    task = Task()
    bad = {"rating_30d": 3.99, "completion_rate": 0.949, "acceptance_rate": 0.899, "eta_accuracy": 0.849, "cancellation_rate": 0.051}
    good = {"rating_30d": 4.0, "completion_rate": 0.95, "acceptance_rate": 0.9, "eta_accuracy": 0.85, "cancellation_rate": 0.05}
    task.step(profiles=[profile("bad", **bad), profile("good", **good)])
    (row,) = task.advice
    assert row["driver_id"] == "bad"
    assert [one["measure"] for one in row["advice"]] == [
        "rating",
        "completion_rate",
        "acceptance_rate",
        "eta_accuracy",
        "cancellation_rate",
    ]
