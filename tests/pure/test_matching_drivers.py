"""The driver table takes records in order, whatever batch they come in, and forgets only whom nobody needs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.matching.drivers import Drivers, in_order
from agents.matching.policy import DEFAULT
from agents.matching.reading import Rows, read_moves, read_profiles
from columns.records import Rejection
from tests.pure.matching_events import LAT, LON, NOW, Row, batch, move, profile, unhurried

HOUR = 3_600_000
GAP_MS = 300_000


def moved(*rows: Row) -> Rows:
    return read_moves(batch("driver-moves", rows), NOW + 1000 * HOUR, DEFAULT, [])


def profiled(*rows: Row) -> Rows:
    return read_profiles(batch("driver-profiles", rows), NOW + 1000 * HOUR, DEFAULT, [])


records = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), max_size=12)


@given(records, st.lists(st.integers(0, 8), min_size=4, max_size=4), st.booleans())
@unhurried
def test_late_records_are_those_a_loop_would_refuse(given_records: list[tuple[int, int]], last: list[int], strict: bool) -> None:
    rows = np.array([row for row, _ in given_records], np.int64)
    times = np.array([ts for _, ts in given_records], np.int64)
    late, newest = in_order(rows, times, np.array(last, np.int64) if strict else np.array(last, np.int64) - 1, strict)
    latest, expected, winner = dict(enumerate(last)), [], {}
    for place, (row, ts) in enumerate(given_records):
        refused = ts <= latest[row] if strict else ts < latest[row]
        expected.append(refused)
        if not refused:
            latest[row], winner[row] = ts, place
    assert late.tolist() == expected
    assert sorted(newest.tolist()) == sorted(winner.values())


@given(records, st.integers(1, 11))
@unhurried
def test_one_batch_of_moves_or_two_leave_the_same_table(given_records: list[tuple[int, int]], cut: int) -> None:
    rows = [move(f"d{driver}", ts=NOW + ts, lat=LAT + ts / 1000) for driver, ts in given_records]
    whole, parts = Drivers(), Drivers()
    late = []
    if rows:
        late = whole.apply_moves(moved(*rows), NOW, GAP_MS).late.tolist()
    late_in_parts: list[bool] = []
    for part in (rows[:cut], rows[cut:]):
        if part:
            late_in_parts += parts.apply_moves(moved(*part), NOW, GAP_MS).late.tolist()
    assert late == late_in_parts
    assert whole.ids == parts.ids
    assert all((whole.columns[name] == parts.columns[name]).all() for name in whole.columns.spec)
    assert (whole.points == parts.points).all()


def test_a_driver_is_free_only_with_profile_fresh_position_and_no_order() -> None:
    drivers = Drivers()
    names = ["free", "busy", "offline", "stale", "unprofiled", "deleted", "holding", "unplaced"]
    drivers.apply_profiles(profiled(*(profile(name, deleted=name == "deleted") for name in names if name != "unprofiled")), NOW)
    said = {"busy": "BUSY", "offline": "OFFLINE"}
    stale = NOW - int(DEFAULT.position_ttl_s * 1000) - 1
    placed = [move(name, status=said.get(name, "AVAILABLE"), ts=stale if name == "stale" else NOW) for name in names if name != "unplaced"]
    drivers.apply_moves(moved(*placed), NOW, GAP_MS)
    drivers.assign(drivers.rows(["holding"]), np.array([1]), ["o1"])
    assert [drivers.ids[row] for row in drivers.eligible(NOW, DEFAULT)] == ["free"]
    drivers.free(drivers.index["holding"])
    assert [drivers.ids[row] for row in drivers.eligible(NOW, DEFAULT)] == ["free", "holding"]


def test_a_driver_with_a_bundle_is_free_when_its_last_order_is_over() -> None:
    drivers = Drivers()
    (row,) = drivers.rows(["d1"]).tolist()
    drivers.assign(np.array([row, row]), np.array([4, 5]), ["o4", "o5"])
    assert (drivers.columns["load"][row], drivers.columns["holds"][row], drivers.orders[row]) == (2, 4, "o4")
    assert not drivers.free(row)
    assert drivers.columns["holds"][row] == 4
    assert drivers.free(row)
    assert (drivers.columns["load"][row], drivers.columns["holds"][row], drivers.columns["assignments"][row]) == (0, 0, 2)


def test_ratings_fall_back_to_longer_times_and_then_to_the_policys() -> None:
    drivers = Drivers()
    none = {"rating_30d": 0.0, "rating_90d": 0.0, "rating_lifetime": 0.0}
    given_profiles = [profile("a"), profile("b", rating_30d=0.0), profile("c", **none | {"rating_lifetime": 4.4}), profile("d", **none)]
    drivers.apply_profiles(profiled(*given_profiles), NOW)
    assert drivers.columns["rating"].tolist() == [4.6, 4.5, 4.4, DEFAULT.unrated]


def test_a_service_counts_only_with_a_vehicle_that_may_serve_it() -> None:
    drivers = Drivers()
    drivers.apply_profiles(profiled(profile("d1", vehicle="SCOOTER", services=["RIDE", "FOOD", "GOODS"])), NOW)
    assert drivers.columns["serves"].tolist() == [0b010100]


def test_forgetting_keeps_active_drivers_and_their_orders() -> None:
    drivers = Drivers()
    names = [f"d{i}" for i in range(200)]
    drivers.apply_moves(moved(*(move(name, lon=LON + i / 10_000) for i, name in enumerate(names))), NOW, GAP_MS)
    drivers.apply_profiles(profiled(*(profile(name) for name in names[100:])), NOW)
    holding = drivers.rows(["d150"])
    drivers.assign(holding, np.array([7]), ["o7"])
    before = drivers.points[100:].copy()
    assert drivers.forget(NOW + HOUR, DEFAULT) is None
    moved_rows = drivers.forget(NOW + 25 * HOUR, DEFAULT)
    assert moved_rows is not None
    assert drivers.ids == names[100:]
    assert drivers.index["d150"] == 50 == moved_rows[150]
    assert drivers.orders == {50: "o7"}
    assert drivers.columns["holds"][50] == 7
    assert (drivers.points == before).all()


def test_a_profile_of_the_same_age_replaces_and_an_older_one_is_late() -> None:
    drivers = Drivers()
    rejected: list[Rejection] = []
    rows = read_profiles(
        batch("driver-profiles", [profile(vehicle="SEDAN"), profile(vehicle="SUV"), profile(ts=NOW - 1)]), NOW, DEFAULT, rejected
    )
    _, _, late = drivers.apply_profiles(rows, NOW)
    assert late.tolist() == [False, False, True]
    assert drivers.columns["vehicle"].tolist() == [1]
