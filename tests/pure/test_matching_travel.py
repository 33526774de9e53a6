"""Travel time is learnt from whole drives alone, however they come in; its error falls, and is known."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching.state import MAGIC
from agents.matching.travel import Travel, TravelPolicy
from agents.matching.travel_cells import ONE, Cells, faded
from agents.matching.travel_curve import KNOTS_M
from agents.matching.travel_legs import AVAILABLE, BUSY, LEG, Legs, follow, restart
from columns import earth
from columns.packing import pack, unpack
from columns.table import F64, I64, Array, Columns
from tests.pure.matching_events import unhurried

MINUTE, HOUR = 60_000, 3_600_000
MORNING = 1_749_974_400_000  # a Sunday, 08:00 UTC
LAT, LON = 52.0, 5.0
GAP = 300_000
POLICY = TravelPolicy()
TABLE = {"position_ts": ("i8", 0), "lat": ("f8", 0.0), "lon": ("f8", 0.0), "status": ("u1", 2)} | LEG
Move = tuple[int, int, int]  # driver, s since the driver's last move, status


def columns(moves: list[tuple[int, int, float, float, int]]) -> tuple[I64, dict[str, Array]]:
    """(driver, ts, lat, lon, status) each → rows and columns."""
    rows = np.array([move[0] for move in moves], np.int64)
    names = {"ts": np.int64, "lat": np.float64, "lon": np.float64, "status": np.uint8}
    return rows, {name: np.array([move[i + 1] for move in moves], dtype) for i, (name, dtype) in enumerate(names.items())}


def taken(table: Columns, moves: list[tuple[int, int, float, float, int]]) -> list[tuple[float, ...]]:
    """The drives that these moves end, the table moved on as Drivers.apply_moves does."""
    rows, given_moves = columns(moves)
    legs = follow(table, rows, given_moves, GAP)
    for name in ("lat", "lon", "status"):
        table[name][rows] = given_moves[name]
    table["position_ts"][rows] = given_moves["ts"]
    return list(zip(*(getattr(legs, name).tolist() for name in ("ts", "lat", "lon", "to_ts", "to_lat", "to_lon")), strict=True))


def in_a_loop(moves: list[tuple[int, int, float, float, int]]) -> list[tuple[float, ...]]:
    """What `follow` is to find, one move after the other."""
    last: dict[int, tuple[int, float, float, int]] = {}
    began: dict[int, tuple[int, float, float] | None] = {}
    out: list[tuple[float, ...]] = []
    for driver, ts, lat, lon, status in moves:
        before = last.get(driver)
        if status == BUSY:
            if before is None or (before[3] == BUSY and ts - before[0] > GAP):
                began[driver] = None
            elif before[3] != BUSY:
                began[driver] = (ts, lat, lon)
        else:
            start = began.get(driver)
            if status == AVAILABLE and start is not None and before is not None:
                out.append((*start, *before[:3]))
            began[driver] = None
        last[driver] = (ts, lat, lon, status)
    return out


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([20, 60, 299, 301]), st.sampled_from([0, 1, 1, 1, 2])), max_size=30), st.data()
)
@unhurried
def test_drives_are_those_a_loop_finds_however_the_moves_are_cut(given_moves: list[Move], data: st.DataObject) -> None:
    clock = dict.fromkeys(range(3), MORNING)
    moves = []
    for i, (driver, after_s, status) in enumerate(given_moves):
        clock[driver] += after_s * 1000
        moves.append((driver, clock[driver], LAT + i / 100, LON - i / 100, status))
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(moves)), max_size=4))), len(moves)]
    table, whole = Columns(TABLE, 3), Columns(TABLE, 3)
    drives = [drive for a, b in itertools.pairwise(cuts) for drive in taken(table, moves[a:b])]
    assert drives == in_a_loop(moves)
    assert taken(whole, moves) == drives
    assert all((whole[name] == table[name]).all() for name in TABLE)


def test_waiting_and_roaming_are_no_drives() -> None:
    table = Columns(TABLE, 2)
    parked = [(0, MORNING + i * MINUTE, LAT, LON, AVAILABLE) for i in range(30)]
    roaming = [(1, MORNING + i * MINUTE, LAT + i / 1000, LON, AVAILABLE) for i in range(30)]
    assert taken(table, parked + roaming) == []


def test_a_drive_begins_anew_where_the_rider_gets_in() -> None:
    table = Columns(TABLE, 1)
    assert taken(table, [(0, MORNING, LAT, LON, AVAILABLE), (0, MORNING + MINUTE, LAT, LON, BUSY)]) == []
    assert taken(table, [(0, MORNING + 3 * MINUTE, LAT + 0.01, LON, BUSY)]) == []
    restart(table, np.array([0]))
    moves = [(0, MORNING + 7 * MINUTE, LAT, LON, BUSY), (0, MORNING + 8 * MINUTE, LAT, LON, AVAILABLE)]
    assert taken(table, moves) == [(MORNING + 3 * MINUTE, LAT + 0.01, LON, MORNING + 7 * MINUTE, LAT, LON)]


def test_nothing_begins_where_a_driver_without_a_rider_is_said_to_have_one() -> None:
    table = Columns(TABLE, 2)
    taken(table, [(0, MORNING, LAT, LON, AVAILABLE)])
    restart(table, np.array([0, 1]))
    assert table["leg_ts"].tolist() == [0, 0]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=8), st.integers(0, 1 << 20))
def test_fading_is_exact(sums: list[int], factor: int) -> None:
    assert faded(np.array(sums, np.int64), factor).tolist() == [x * factor >> 20 for x in sums]


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-(10**6), 10**6)), max_size=30), st.integers(1, 50))
def test_a_mean_is_shrunk_and_only_the_published_one_is_told(seen: list[tuple[int, int]], prior: int) -> None:
    cells = Cells()
    keys, values = (np.array([pair[i] for pair in seen], np.int64) for i in (0, 1))
    cells.add(keys, values)
    everywhere = np.arange(-6, 7)
    assert not cells[everywhere].any()
    cells.publish(prior)
    for key, mean in zip(everywhere.tolist(), cells[everywhere].tolist(), strict=True):
        own = [value for at, value in seen if at == key]
        assert mean == (sum(own) // (len(own) + prior) if own else 0)


def test_cells_beyond_the_limit_and_faded_ones_are_forgotten() -> None:
    cells = Cells()
    cells.add(np.array([7, 3, 3, 9, 9, 9]), np.array([1, 1, 1, 1, 1, 1]))
    cells.fade(1 << 20, 2)
    assert cells.keys.tolist() == [3, 9]
    assert cells.weight.tolist() == [2 * ONE, 3 * ONE]
    cells.fade((1 << 20) // 50, 2)
    assert cells.keys.tolist() == [9]
    cells.fade(0, 2)
    assert len(cells) == 0


def drives(count: int, seed: int, *, start: int = MORNING, hours: float = 1.0, kmh: float = 18.0, start_s: float = 90.0) -> Legs:
    """Drives in a square of 10 km, in the order of their ends: they take ``start_s`` and a straight line at ``kmh``, give or take."""
    rng = np.random.default_rng(seed)
    lat, to_lat = LAT + rng.uniform(0, 0.09, (2, count))
    lon, to_lon = LON + rng.uniform(0, 0.14, (2, count))
    distance = earth.haversine_m(lat, lon, to_lat, to_lon)
    took_ms = np.rint(1000 * (start_s + distance * 3.6 / kmh) * np.exp(rng.normal(0, 0.1, count))).astype(np.int64)
    to_ts = start + np.sort(rng.integers(0, int(hours * HOUR), count))
    return Legs(lat, lon, to_ts - took_ms, to_lat, to_lon, to_ts)


def learnt(*parts: Legs, policy: TravelPolicy = POLICY) -> Travel:
    travel = Travel(policy)
    for part in parts:
        travel.learn(part)
    return travel


def state(travel: Travel) -> bytes:
    return pack(MAGIC, travel.facts(), travel.arrays())


def at(travel: Travel, ts: int, lat: float = LAT + 0.045, lon: float = LON + 0.07) -> F64:
    return travel.slowness(np.array([lat]), np.array([lon]), ts)


@given(st.lists(st.floats(0, 500_000), min_size=1, max_size=20), st.sampled_from([0.0, 60.0, 180.0]))
def test_with_nothing_learnt_the_eta_is_the_formula(distances: list[float], overhead_s: float) -> None:
    travel, distance = Travel(POLICY), np.array(distances)
    here = np.repeat(at(travel, MORNING), len(distances))
    assert np.abs(travel.eta_s(distance, here, here, overhead_s) - (distance / (30 / 3.6) + overhead_s)).max() <= 0.001


def test_speed_and_start_of_a_known_world_are_found() -> None:
    travel = learnt(drives(4000, 1, hours=4.0), drives(1, 2, start=MORNING + 5 * HOUR))
    here, distance = np.repeat(at(travel, MORNING + 5 * HOUR), 3), np.array([1000.0, 2500.0, 5000.0])
    assert travel.error()["start_s"] == pytest.approx(90, abs=20)
    assert travel.eta_s(distance, here, here, 180.0) == pytest.approx(180 + distance / 5.0, rel=0.05)
    assert travel.drive_s(distance, here, here) == pytest.approx(90 + distance / 5.0, rel=0.05)


def test_a_world_without_a_start_has_none() -> None:
    travel = learnt(drives(4000, 1, hours=4.0, kmh=30.0, start_s=0.0), drives(1, 2, start=MORNING + 5 * HOUR))
    here, distance = np.repeat(at(travel, MORNING + 5 * HOUR), 3), np.array([500.0, 2500.0, 5000.0])
    assert travel.error()["start_s"] <= 10
    assert travel.eta_s(distance, here, here, 180.0) == pytest.approx(180 + distance / (30 / 3.6), rel=0.05)


@given(st.integers(0, 2**32 - 1), st.floats(4, 80), st.lists(st.floats(0, 60_000), min_size=2, max_size=30))
@unhurried
def test_farther_never_takes_less(seed: int, kmh: float, distances: list[float]) -> None:
    travel = learnt(drives(200, seed, kmh=kmh))
    distance = np.sort(np.array(distances))
    here = np.repeat(at(travel, MORNING + HOUR), len(distance))
    eta = travel.eta_s(distance, here, here, 180.0)
    assert (np.diff(eta) >= 0).all()
    assert (eta >= 180 + distance * 3.6 / POLICY.fastest_kmh - 0.001).all()


def slower(legs: Legs, factor: F64) -> Legs:
    """The same drives, ended when they did, but ``factor`` (n,) times as long."""
    return replace(legs, ts=legs.to_ts - np.rint((legs.to_ts - legs.ts) * factor).astype(np.int64))


def test_a_slow_area_is_told_from_a_fast_one() -> None:
    legs = drives(12_000, 3, hours=6.0)
    ends_in_jam = (legs.lat < LAT + 0.02).astype(np.float64) + (legs.to_lat < LAT + 0.02)  # a strip of 2 km
    travel = learnt(slower(legs, 1.5 ** (ends_in_jam / 2)), drives(1, 4, start=MORNING + 7 * HOUR))
    slow, usual = at(travel, MORNING + 7 * HOUR, LAT + 0.01), at(travel, MORNING + 7 * HOUR, LAT + 0.07)
    two_km = np.array([2000.0])
    ratio = travel.drive_s(two_km, slow, slow)[0] / travel.drive_s(two_km, usual, usual)[0]
    assert 1.35 < ratio < 1.6
    across = travel.drive_s(two_km, slow, usual)[0] / travel.drive_s(two_km, usual, usual)[0]
    assert across == pytest.approx(ratio**0.5, abs=1e-3)


def test_a_slow_hour_is_known_the_day_after() -> None:
    travel = Travel(POLICY)
    for hour in range(96):
        legs = drives(100, hour, start=MORNING + hour * HOUR)
        travel.learn(slower(legs, np.where((legs.ts // HOUR) % 24 == 17, 1.5, 1.0)))
    rush, noon = at(travel, MORNING + (96 + 9) * HOUR), at(travel, MORNING + (96 + 4) * HOUR)
    assert 1.3 < (rush[0] / noon[0]) ** 2 < 1.6


def test_a_jam_shows_within_the_hour_and_passes() -> None:
    travel = Travel(POLICY)
    for hour in range(48):
        travel.learn(drives(100, hour, start=MORNING + hour * HOUR))
    travel.learn(slower(drives(100, 99, start=MORNING + 48 * HOUR), np.full(100, 1.5)))
    now = MORNING + 49 * HOUR
    before = at(travel, now)[0]
    travel.learn(drives(1, 100, start=now, hours=0.01))
    jammed, later = at(travel, now)[0], at(travel, now + 12 * HOUR)[0]
    assert jammed**2 > 1.2
    assert jammed > before
    assert later**2 == pytest.approx(1, abs=0.06)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 120), max_size=4))
@unhurried
def test_cuts_between_batches_leave_the_same_state(seed: int, cuts: list[int]) -> None:
    legs = drives(120, seed, hours=1.0)
    edges = [0, *sorted(cuts), 120]
    parts = [legs.take(np.arange(a, b)) for a, b in itertools.pairwise(edges)]
    assert state(learnt(*parts)) == state(learnt(legs))


@given(st.integers(0, 2**32 - 1), st.permutations(range(60)))
@unhurried
def test_the_order_of_an_epochs_drives_does_not_matter(seed: int, order: list[int]) -> None:
    legs, after = drives(60, seed, hours=0.25), drives(60, seed + 1, start=MORNING + HOUR)
    assert state(learnt(legs.take(np.array(order)), after)) == state(learnt(legs, after))


def test_a_state_read_back_goes_on_as_the_one_that_was_written() -> None:
    travel = learnt(drives(500, 5, hours=2.0))
    facts, arrays = unpack(MAGIC, state(travel))
    again = Travel.of(json.loads(json.dumps(facts)), arrays, POLICY)
    assert state(again) == state(travel)
    for one in (travel, again):
        one.learn(drives(500, 6, start=MORNING + 2 * HOUR))
    assert state(again) == state(travel)
    assert again.error() == travel.error()


def test_absurd_drives_are_counted_and_leave_no_trace() -> None:
    legs = drives(5, 7)
    distance = earth.haversine_m(legs.lat, legs.lon, legs.to_lat, legs.to_lon)
    assert (distance > 300).all()
    teleported = replace(legs, ts=legs.to_ts - np.rint(distance * 3.6 / 130 * 1000).astype(np.int64))
    stood = replace(legs, to_lat=legs.lat + 0.002, to_lon=legs.lon)
    endless = replace(legs, ts=legs.to_ts - 3 * HOUR)
    backwards = replace(legs, ts=legs.to_ts + MINUTE)
    travel = learnt(teleported, stood, endless, backwards)
    assert travel.refused == 20
    assert travel.epoch == 0
    assert len(travel.waiting) == 0
    assert learnt(legs).refused == 0


def test_the_error_falls_as_it_learns_and_is_that_of_predictions() -> None:
    policy = replace(POLICY, error_halflife_d=0.02)
    travel, seen = Travel(policy), []
    for hour in range(9):
        travel.learn(drives(400, hour, start=MORNING + hour * HOUR))
        seen.append(travel.error())
    assert seen[0]["learnt_mae_s"] > 1.5 * seen[-1]["learnt_mae_s"]
    last = seen[-1]
    assert last["learnt_mape"] < 0.1  # the noise alone: sqrt(2 / pi) · 0.1
    assert last["learnt_mae_s"] < 0.25 * last["speed_only_mae_s"]
    assert last["learnt_mae_s"] < 0.5 * last["formula_mae_s"]


def test_errors_are_the_means_over_the_drives_judged() -> None:
    first, later = drives(40, 11, hours=0.25), drives(1, 12, start=MORNING + HOUR)
    travel = learnt(first, later, policy=replace(POLICY, error_halflife_d=1e6))
    distance = np.round(earth.haversine_m(first.lat, first.lon, first.to_lat, first.to_lon), 3)
    took = (first.to_ts - first.ts) / 1000
    error = travel.error()
    assert error["drives"] == 40
    for name, expected in (("speed_only", distance * 0.12), ("formula", distance * 0.12 + 180), ("learnt", distance * 0.12)):
        off = np.abs(expected - took)
        assert error[f"{name}_mae_s"] == pytest.approx(off.mean(), abs=0.002)
        assert error[f"{name}_mape"] == pytest.approx((off / took).mean(), abs=2e-6)
    assert Travel(POLICY).error()["drives"] == 0


def test_memory_is_bounded_and_the_past_is_forgotten() -> None:
    policy = replace(POLICY, cells=30)
    travel = learnt(drives(2000, 13, hours=6.0), drives(1, 14, start=MORNING + 7 * HOUR), policy=policy)
    assert max(len(cells) for cells in travel.parts.values()) == 30
    travel.learn(drives(1, 15, start=MORNING + 24 * 365 * 3 * HOUR))
    assert sum(len(cells) for cells in travel.parts.values()) == 0
    assert travel.curve.ms.tolist() == Travel(policy).curve.ms.tolist()
    assert len(travel.waiting) == 1


def test_the_curve_goes_through_its_knots() -> None:
    curve = learnt(drives(1000, 16), drives(1, 17, start=MORNING + 2 * HOUR)).curve
    assert curve.usual_s(np.r_[0.0, KNOTS_M]) * 1000 == pytest.approx(curve.ms, abs=0.001)
    assert curve.usual_s(KNOTS_M[:-1] / 2 + KNOTS_M[1:] / 2) * 2000 == pytest.approx(curve.ms[1:-1] + curve.ms[2:], abs=0.001)
    assert curve.usual_s(KNOTS_M[-1:] * 7) * 1000 == pytest.approx(curve.ms[-1:] * 7, abs=0.01)


@pytest.mark.skipif("TRIPO_DATA" not in os.environ, reason="TRIPO_DATA names the folder with matching/cabspotting_pings_*.csv.gz")
def test_a_real_day_is_predicted_twice_as_well_as_by_one_speed() -> None:
    path = Path(os.environ["TRIPO_DATA"]) / "matching" / "cabspotting_pings_2008-05-22.csv.gz"
    pings = pl.read_csv(path).unique(["taxi", "ts"], keep="first", maintain_order=True).sort("ts", maintain_order=True)
    rows = pings["taxi"].cast(pl.Categorical).to_physical().to_numpy().astype(np.int64)
    moves = {"ts": pings["ts"].to_numpy() * 1000, "lat": pings["lat"].to_numpy(), "lon": pings["lon"].to_numpy()}
    moves["status"] = pings["occ"].to_numpy().astype(np.uint8)
    legs = follow(Columns(TABLE, int(rows.max()) + 1), rows, moves, GAP)
    travel = learnt(legs)
    error = travel.error()
    assert travel.learnt > 15_000
    assert error["learnt_mae_s"] < 0.5 * error["speed_only_mae_s"]
    assert error["learnt_mae_s"] < 0.7 * error["formula_mae_s"]
