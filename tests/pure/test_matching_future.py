"""Future value: what is learnt, that order and batches leave no trace, and what it changes in costs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching.future import FuturePolicy, FutureValue, Rides
from columns.earth import area, middle
from tests.pure.matching_events import HOUR, LAT, LON, NOW, unhurried

RICH, POOR, NOWHERE = (LAT, LON), (LAT + 0.1, LON), (LAT - 0.5, LON)
POLICY = FuturePolicy(weight=1.0, hold=True, learnt=1.0, margin_s=0.0, limit_s=1800.0)
PERIOD = 60_000
START = NOW // PERIOD * PERIOD


def rides(*rows: tuple[tuple[float, float], tuple[float, float], int, float, int]) -> Rides:
    """Rows of (driver, drop-off, ts, busy seconds, cents)."""
    here, there, ts, busy, pay = zip(*rows, strict=True)
    lat, lon, to_lat, to_lon = (np.array([place[i] for place in places], float) for places in (here, there) for i in (0, 1))
    return Rides(lat, lon, to_lat, to_lon, np.array(ts), np.array(busy, float), np.array(pay))


def points(*places: tuple[float, float]) -> tuple[Any, Any]:
    return np.array([lat for lat, _ in places], float), np.array([lon for _, lon in places], float)


def turned(future: FutureValue, clock: int, *idle: tuple[float, float], policy: FuturePolicy = POLICY) -> None:
    """A mark at which the drivers 0, 1, … stand idle at these places."""
    future.turn(clock, np.arange(len(idle)), *points(*idle), policy)


def value(future: FutureValue, *places: tuple[float, float], ts: int = START, policy: FuturePolicy = POLICY) -> list[int]:
    lat, lon = points(*places)
    return future.value_cents(lat, lon, np.full(len(lat), ts), policy).tolist()


def two_places(policy: FuturePolicy = POLICY, minutes: int = 240) -> FutureValue:
    """RICH has three matches a minute and POOR one, with five drivers idle in each; every trip ends where it began."""
    made = _two_places(policy, minutes)
    return FutureValue.of(made.facts(), made.arrays())


@cache
def _two_places(policy: FuturePolicy, minutes: int) -> FutureValue:
    future = FutureValue()
    for clock in range(START, START + minutes * PERIOD, PERIOD):
        turned(future, clock, *[RICH] * 5, *[POOR] * 5, policy=policy)
        future.matched(rides(*[(RICH, RICH, clock, 600.0, 1000)] * 3, (POOR, POOR, clock, 600.0, 1000)), policy)
    return future


def test_the_value_is_the_fixed_point_of_the_semi_markov_process() -> None:
    policy = replace(POLICY, prior=1e-9)
    found = value(two_places(policy, 1200), RICH, POOR, policy=policy)
    spans = 600 / policy.horizon_s
    kept = np.exp(-spans)
    for cents, matches in zip(found, (3, 1), strict=True):
        idle_s = 5 * 60 / matches  # for each match
        expected = 1000 * (1 - kept) / spans / (1 + idle_s / policy.horizon_s - kept)
        assert cents == pytest.approx(expected, rel=0.01)


def test_a_place_with_one_drop_off_in_common_differs_by_its_own_idle_time_only() -> None:
    policy, future = replace(POLICY, prior=1e-9), FutureValue()
    for clock in range(START, START + 600 * PERIOD, PERIOD):
        turned(future, clock, *[RICH] * 2, *[POOR] * 6, policy=policy)
        future.matched(rides((RICH, RICH, clock, 600.0, 1000), (POOR, RICH, clock, 600.0, 1000)), policy)
    rich, poor = value(future, RICH, POOR, policy=policy)
    share = (1 + 2 * 60 / policy.horizon_s) / (1 + 6 * 60 / policy.horizon_s)
    assert poor == pytest.approx(rich * share, rel=0.01)


def test_driving_into_an_area_is_worth_what_the_area_is() -> None:
    policy, future = replace(POLICY, prior=1e-9), FutureValue()
    for minute in range(600):
        clock = START + minute * PERIOD
        turned(future, clock, RICH, RICH, POOR if minute % 2 else RICH, policy=policy)
        future.matched(rides((RICH, RICH, clock, 600.0, 1000)), policy)
    rich, poor = value(future, RICH, POOR, policy=policy)
    assert poor == pytest.approx(rich / (1 + 60 / policy.horizon_s), rel=0.01)  # it leaves after a minute, and always to RICH


@unhurried
@given(st.data())
def test_neither_the_order_of_rows_nor_the_batches_between_marks_leave_a_trace(data: st.DataObject) -> None:
    number = st.integers(0, 30)
    place = st.builds(lambda x, y: (LAT + x / 100, LON + y / 100), number, number)
    row = st.tuples(place, place, st.integers(START + 2 * PERIOD, START + 3 * PERIOD - 1), st.floats(1, 5000), st.integers(0, 100_000))
    rows = data.draw(st.lists(row, min_size=1, max_size=30))
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    whole, parts = two_places(minutes=3), two_places(minutes=3)
    whole.matched(rides(*rows), POLICY)
    for part in (shuffled[:cut], shuffled[cut:]):
        if part:
            parts.matched(rides(*part), POLICY)
    assert_same(whole, parts)
    for future in (whole, parts):
        turned(future, START + 3 * PERIOD, RICH, POOR)
    assert_same(whole, parts)
    assert whole.recent[:, 0].sum() > 3 * 4 * 0.95 + len(rows) * 0.95


def assert_same(one: FutureValue, other: FutureValue) -> None:
    assert one.facts() == other.facts()
    left, right = one.arrays(), other.arrays()
    assert {name: array.tobytes() for name, array in left.items()} == {name: array.tobytes() for name, array in right.items()}
    assert all(array.ndim == 1 for array in left.values())


def test_a_state_put_away_and_taken_out_goes_on_as_if_it_had_not_been() -> None:
    future = two_places(minutes=5)
    again = FutureValue.of(future.facts(), future.arrays())
    assert_same(future, again)
    for each in (future, again):
        turned(each, START + 6 * PERIOD, RICH, POOR, NOWHERE)
        each.matched(rides((POOR, NOWHERE, START + 6 * PERIOD + 1, 300.0, 700)), POLICY)
        turned(each, START + 7 * PERIOD, POOR, RICH)
    assert_same(future, again)
    assert value(future, RICH, POOR) == value(again, RICH, POOR)


def test_a_driver_of_a_rich_place_costs_more_by_the_weight_and_within_the_limit() -> None:
    future = two_places()

    def cost(policy: FuturePolicy) -> list[int]:
        return future.driver_ms(*points(RICH, POOR), START, policy).tolist()

    rich, poor = cost(POLICY)
    assert rich > 0 > poor
    assert cost(replace(POLICY, weight=0.5)) == pytest.approx([rich / 2, poor / 2], abs=1)
    assert cost(replace(POLICY, limit_s=1.5)) == [1500, -1500]
    assert cost(replace(POLICY, weight=0.0)) == [0, 0]
    assert cost(replace(POLICY, learnt=1e9)) == [0, 0]


def test_seconds_do_not_depend_on_the_currency() -> None:
    dear = FutureValue()
    for clock in range(START, START + 240 * PERIOD, PERIOD):
        turned(dear, clock, *[RICH] * 5, *[POOR] * 5)
        dear.matched(rides(*[(RICH, RICH, clock, 600.0, 100_000)] * 3, (POOR, POOR, clock, 600.0, 100_000)), POLICY)
    there = points(RICH, POOR)
    assert dear.driver_ms(*there, START, POLICY) / 1000 == pytest.approx(two_places().driver_ms(*there, START, POLICY) / 1000, abs=3)


def test_by_default_nothing_enters_the_costs() -> None:
    future, off = two_places(), FuturePolicy()
    assert not future.driver_ms(*points(RICH, POOR), START, off).any()
    assert future.reach_ms(rides((RICH, RICH, START, 600.0, 1)), 3600.0, off).tolist() == [3_600_000]


@unhurried
@given(st.floats(60, 4000), st.integers(0, 5000))
def test_the_reach_is_where_taking_the_order_is_worth_what_waiting_is(trip_s: float, pay: int) -> None:
    future, top = two_places(minutes=30), 3600.0
    reach = int(future.reach_ms(rides((RICH, POOR, START, trip_s, pay)), top, POLICY)[0]) / 1000

    def gain(pickup_s: float) -> float:
        """Of a driver of mean value."""
        ride = rides((RICH, POOR, START, trip_s + pickup_s, pay))
        return float(future.advantage_cents(ride, POLICY)[0]) + value(future, RICH)[0] - future.level

    rounding = 2.0  # cents
    assert 0 <= reach <= top
    assert reach < 0.2 or gain(reach - 0.2) > -rounding
    assert reach > top - 0.2 or gain(reach + 0.2) < rounding


def test_the_margin_adds_to_the_reach() -> None:
    future, ride = two_places(), rides((RICH, RICH, START, 600.0, 1000))
    plain, wider = (int(future.reach_ms(ride, 3600.0, replace(POLICY, margin_s=margin))[0]) for margin in (0.0, 100.0))
    assert 0 < plain < 3_000_000
    assert wider == plain + 100_000


def test_better_pay_reaches_further_and_a_scarcer_driver_less_far() -> None:
    many, few = two_places(), FutureValue()
    for clock in range(START, START + 240 * PERIOD, PERIOD):
        turned(few, clock, RICH, POOR)
        few.matched(rides(*[(RICH, RICH, clock, 600.0, 1000)] * 3, (POOR, POOR, clock, 600.0, 1000)), POLICY)
    asked = rides(*[(RICH, RICH, START, 600.0, pay) for pay in (800, 1000, 1500)])
    with_many, with_few = many.reach_ms(asked, 3600.0, POLICY), few.reach_ms(asked, 3600.0, POLICY)
    assert (np.diff(with_many) > 0).all()
    assert (with_few < with_many).all()


def test_a_place_never_seen_is_worth_what_is_around_it_or_else_the_market() -> None:
    future = two_places()
    step = POLICY.area_m / 111_195
    around = [(RICH[0] + x * step, RICH[1]) for x in (-3, -2, -1, 1, 2, 3)]
    wide = area(*points(RICH, *around), POLICY.area_m * POLICY.wide)
    same = [place for place, number in zip(around, wide[1:], strict=True) if number == wide[0]]
    rich, market, *near = value(future, RICH, NOWHERE, *same)
    assert market == round(future.level)
    assert len(near) > 0
    assert all(market < cents <= rich for cents in near)


def test_few_exits_say_little() -> None:
    future = two_places()
    before = value(future, NOWHERE)[0]
    future.matched(rides((NOWHERE, NOWHERE, START + 240 * PERIOD, 600.0, 50_000)), POLICY)
    turned(future, START + 241 * PERIOD, RICH)
    assert before < value(future, NOWHERE)[0] < before + 50_000 / 2


def test_the_hour_of_other_days_is_remembered_where_today_says_nothing_yet() -> None:
    future = FutureValue()
    for day in range(5):
        for hour, matches in ((0, 3), (1, 1)):  # RICH is the better place in the first hour, POOR in the second
            for minute in range(60):
                clock = START // HOUR * HOUR + day * 24 * HOUR + hour * HOUR + minute * PERIOD
                turned(future, clock, *[RICH] * 5, *[POOR] * 5)
                here = [(RICH, RICH, clock, 600.0, 1000)] * matches
                there = [(POOR, POOR, clock, 600.0, 1000)] * (4 - matches)
                future.matched(rides(*here, *there), POLICY)
    tomorrow = START // HOUR * HOUR + 5 * 24 * HOUR
    turned(future, tomorrow, RICH)
    first, second = (value(future, RICH, POOR, ts=tomorrow + hour * HOUR) for hour in (0, 1))
    assert first[0] > first[1]
    assert second[0] < second[1]


def test_the_areas_of_most_evidence_are_kept_and_what_is_old_fades() -> None:
    policy, future = replace(POLICY, areas_limit=5), FutureValue()
    places = [(LAT + i / 20, LON) for i in range(20)]
    turned(future, START, policy=policy)
    future.matched(rides(*[(place, place, START, 60.0, 100) for i, place in enumerate(places) for _ in range(i + 1)]), policy)
    turned(future, START + PERIOD, policy=policy)
    assert future.areas.tolist() == sorted(area(*points(*places[15:]), policy.area_m).tolist())
    turned(future, START + 400 * 24 * HOUR, policy=policy)
    assert len(future.areas) == 0
    assert not future.usable(policy)


def test_a_mark_is_due_once_a_period() -> None:
    future = FutureValue()
    assert future.due(START, POLICY)
    turned(future, START + 10)
    assert not future.due(START + PERIOD - 1, POLICY)
    assert future.due(START + PERIOD, POLICY)


def test_a_driver_whose_row_moved_is_still_known() -> None:
    plain, moved = FutureValue(), FutureValue()
    for future in (plain, moved):
        future.turn(START, np.arange(3), *points(NOWHERE, RICH, POOR), POLICY)
    moved.renumber(np.array([-1, 0, 1]))
    plain.turn(START + PERIOD, np.array([1, 2]), *points(POOR, RICH), POLICY)
    moved.turn(START + PERIOD, np.array([0, 1]), *points(POOR, RICH), POLICY)
    for future in (plain, moved):
        future.matched(rides((RICH, RICH, START + PERIOD, 600.0, 1000)), POLICY)
        turned(future, START + 2 * PERIOD)
    assert plain.recent.tobytes() == moved.recent.tobytes()
    assert moved.recent[:, 0].sum() > 2.9  # the match and two drives


def test_more_rows_than_are_kept_apart_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(RICH, POOR, START, 600.0, 1000 + i) for i in range(50)]
    whole, packed = FutureValue(), FutureValue()
    whole.matched(rides(*rows), POLICY)
    monkeypatch.setattr("agents.matching.future.FRESH_LIMIT", 3)
    for row in rows:
        packed.matched(rides(row), POLICY)
    assert sum(len(keys) for keys, _ in packed._fresh) <= 3
    assert_same(whole, packed)


@unhurried
@given(st.floats(-89, 89), st.floats(-180, 179.9), st.sampled_from([500.0, 1000.0, 4000.0]))
def test_the_middle_of_an_area_lies_in_it(lat: float, lon: float, size_m: float) -> None:
    number = area(np.array([lat]), np.array([lon]), size_m)
    assert area(*middle(number, size_m), size_m).tolist() == number.tolist()
