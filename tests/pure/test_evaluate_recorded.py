"""Recorded days as a closed loop: what is learnt from a recording is what is in it, and policies and the real cabs meet the same orders.

The recording is made here: three days of cabs that drive trips at 8 m/s, having taken a minute to let riders in and out.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer

from agents.matching.pay import pay_cents
from ops.city.recorded import LEAD_MS, NoRecordingError
from ops.evaluate import draws
from ops.evaluate.cabspotting import ALL, RECORDED, evaluate_cabspotting
from ops.evaluate.closed_loop import ClosedLoop
from ops.evaluate.cruising import Cruising, vacancies
from ops.evaluate.figures import figures
from ops.evaluate.legs import length_m
from ops.evaluate.policies import BASELINE, POLICIES
from ops.evaluate.recorded_roads import RecordedRoads
from ops.evaluate.recorded_service import recorded_service
from ops.evaluate.recorded_world import SETTING, RecordedDay
from ops.evaluate.riders import AHEAD, COMPLETED, RIDING, UNMATCHED
from ops.evaluate.shifts import flips, online_ms, shifts
from ops.evaluate.world import NEVER

DAYS = ("2008-05-21", "2008-05-22", "2008-05-23")
FIRST_S = 1_211_382_000  # 2008-05-21, 8 h in San Francisco
HOURS, CABS = 1.5, 30
PLAN = replace(SETTING, warm_up=15.0, cool_down=20.0, tick_ms=10_000)
MPS, START_S = 8.0, 60.0


def cab_day(rng: np.random.Generator, cab: str, day: int) -> tuple[list[str], list[str]]:
    """One cab's trips and pings: trip after trip, vacant for a while in between."""
    begin, trips, pings = FIRST_S + day * 86_400, [], []
    end = begin + int(HOURS * 3600)
    at, place = begin + int(rng.uniform(0, 60)), np.array([37.77, -122.42]) + rng.normal(0, 0.01, 2)
    while at < end:
        pickup, dropoff = np.array([37.77, -122.42]) + rng.normal(0, 0.01, 2), np.array([37.77, -122.42]) + rng.normal(0, 0.02, 2)
        vacant = int(rng.uniform(240, 700))
        took = int(START_S + float(length_m(*(np.array([v]) for v in (*pickup, *dropoff)))[0]) / MPS)
        stations = [(at, place, 0), (at + vacant, pickup, 1), (at + vacant + took, dropoff, 0)]
        for (t0, p0, occ), (t1, p1, _) in pairwise(stations):
            for t in range(-(-t0 // 60) * 60, min(t1, end), 60):
                where = p0 + (p1 - p0) * (t - t0) / (t1 - t0)
                pings.append(f"{t},{cab},{where[0]:.6f},{where[1]:.6f},{occ}")
        if at + vacant + took < end:
            both = ",".join(f"{v:.6f}" for v in pickup), ",".join(f"{v:.6f}" for v in dropoff)
            trips.append(f"{cab}{at},{cab},{at + vacant},{both[0]},{at + vacant + took},{both[1]},1.0,5,,{DAYS[day]}")
        at, place = at + vacant + took, dropoff
    return trips, pings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pings of the first two days, trips of all three."""
    path, rng = tmp_path_factory.mktemp("cabs"), np.random.default_rng(1)
    all_trips = ["trip_id,taxi,pickup_ts,pickup_lat,pickup_lon,dropoff_ts,dropoff_lat,dropoff_lon,straight_km,pings,vacant_s_before,day"]
    for day, name in enumerate(DAYS):
        made = [cab_day(rng, f"t{i:02d}", day) for i in range(CABS)]
        all_trips += [trip for trips, _ in made for trip in trips]
        pings = sorted((ping for _, own in made for ping in own), key=lambda line: int(line.split(",")[0]))
        if day < 2:
            with gzip.open(path / f"cabspotting_pings_{name}.csv.gz", "wt") as file:
                file.write("\n".join(["ts,taxi,lat,lon,occ", *pings]) + "\n")
    with gzip.open(path / "cabspotting_trips_2008-05.csv.gz", "wt") as file:
        file.write("\n".join(all_trips) + "\n")
    return path


@pytest.fixture(scope="module")
def day(folder: Path) -> RecordedDay:
    return RecordedDay(folder, DAYS[0], (0.0, HOURS), PLAN)


# what is learnt from a recording


def test_roads_are_as_fast_as_the_recorded_trips_without_getting_in_and_out(day: RecordedDay) -> None:
    way = np.array([600.0, 1500.0, 3000.0])
    lat, lon = np.full(3, 37.77), np.full(3, -122.42)
    at = np.full(3, FIRST_S * 1000 + 3_600_000)
    took = day.roads.parts_ms(lat, lon, lat + way / 111_320, lon, at).sum(axis=1) / 1000
    assert took == pytest.approx(way / MPS, rel=0.15)
    assert day.roads.spread < 0.1


def test_roads_know_slow_hours_and_slow_areas() -> None:
    rng, n = np.random.default_rng(2), 4000
    lat, to_lat = rng.uniform(37.70, 37.80, (2, n))
    at = FIRST_S + rng.integers(0, 86_400, n)
    way = length_m(lat, np.full(n, -122.42), to_lat, np.full(n, -122.42))
    late = (at - FIRST_S) >= 43_200
    slow = np.where(late, 2.0, 1.0) * np.where(lat > 37.75, 1.5, 1.0)
    trips = pl.DataFrame({
        "pickup_ts": at, "dropoff_ts": at + (way / MPS * slow).astype(np.int64), "pickup_lat": lat, "dropoff_lat": to_lat,
        "pickup_lon": [-122.42] * n, "dropoff_lon": [-122.42] * n,
    })  # fmt: skip
    roads = RecordedRoads(trips)

    def took(begin: float, end: float, hours: int) -> float:
        lat, lon, to_lat = (np.array([v]) for v in (begin, -122.42, end))
        return float(roads.parts_ms(lat, lon, to_lat, lon, np.array([(FIRST_S + hours * 3600 + 1800) * 1000])).sum())

    assert took(37.71, 37.74, 15) / took(37.71, 37.74, 3) == pytest.approx(2.0, rel=0.1)
    assert took(37.79, 37.76, 3) / took(37.71, 37.74, 3) == pytest.approx(1.5, rel=0.2)


def test_too_few_trips_tell_nothing(day: RecordedDay) -> None:
    with pytest.raises(ValueError, match="3 usable trips"):
        RecordedRoads(day.trips.head(3))


def test_a_vacancy_leads_from_a_drop_off_to_the_next_pickup_of_the_same_cab() -> None:
    trips = pl.DataFrame({
        "taxi": ["a", "b", "a", "a"], "pickup_ts": [5000, 150, 100, 900], "dropoff_ts": [5100, 250, 200, 1200],
        "pickup_lat": [5.0, 2.0, 1.0, 1.001], "pickup_lon": [0.0] * 4, "dropoff_lat": [5.5, 2.5, 1.0, 3.5], "dropoff_lon": [0.0] * 4,
    })  # fmt: skip
    assert vacancies(trips).rows() == [(1.0, 0.0, 1.001, 0.0, 200, 700)], "an hour's vacancy is no search, and b had one trip only"


def test_idle_cabs_follow_vacancies_of_other_days_that_began_near(day: RecordedDay) -> None:
    cruising = Cruising(7, day.trips, DAYS[0])
    others = vacancies(day.trips.filter(pl.col("day") != DAYS[0]))
    rows, here = np.arange(50), np.random.default_rng(3).normal([37.77, -122.42], 0.01, (50, 2))
    at = np.full(50, (FIRST_S + 3600) * 1000)
    to, parts, then = cruising.drifts(rows, here, at)
    assert cruising.rests_until(rows, at).tolist() == at.tolist()
    assert {tuple(place) for place in to.tolist()} <= set(others.select("to_lat", "to_lon").rows())
    assert then - at == pytest.approx(parts.sum(axis=1))
    known = {place: (lat, lon) for lat, lon, *place_and_more in others.rows() for place in [tuple(place_and_more[:2])]}
    begin = np.array([known[tuple(place)] for place in to.tolist()])
    away = length_m(here[:, 0], here[:, 1], begin[:, 0], begin[:, 1])
    every = length_m(here[:, [0]], here[:, [1]], others["lat"].to_numpy()[None], others["lon"].to_numpy()[None])
    assert np.median(away) < np.median(every) / 3
    again = Cruising(7, day.trips, DAYS[0]).drifts(rows, here, at)
    assert again[0].tolist() == to.tolist()


def test_a_kind_of_day_that_was_not_recorded_is_said(day: RecordedDay) -> None:
    cruising = Cruising(7, day.trips, DAYS[0])
    with pytest.raises(ValueError, match="same kind"):
        cruising.drifts(np.array([0]), np.array([[37.77, -122.42]]), np.array([(FIRST_S + 4 * 86_400) * 1000]))


# shifts


def test_a_shift_begins_vacant_and_ends_before_a_long_silence() -> None:
    minutes = [0, 1, 2, 8, 9, 10, 30, 31, 36, 100, 101]
    moves = pl.DataFrame({
        "driver_id": ["c"] * len(minutes), "ts": [m * 60_000 for m in minutes], "lat": [float(m) for m in minutes],
        "lon": [0.0] * len(minutes), "status": ["BUSY", "AVAILABLE"] + ["BUSY"] * 4 + ["AVAILABLE"] * 5,
    })  # fmt: skip
    found = shifts(moves.sample(fraction=1.0, shuffle=True, seed=1))
    minute = [(begin / 60_000, end / 60_000, lat) for _, begin, end, lat, _ in found.rows()]
    assert minute == [(1.0, 10.0, 1.0), (30.0, 36.0, 30.0)], "a silence of 20 min is a break, one of 6 min none, and 1 min no shift"
    times, places = flips(found, ["b", "c"])
    assert times.tolist() == [[NEVER] * 4, [60_000, 600_000, 1_800_000, 2_160_000]]
    assert places[1, :, 0].tolist()[::2] == [1.0, 30.0]
    assert np.isnan(places[1, 1::2]).all()
    assert online_ms(found, ["b", "c"], 120_000, 1_860_000).tolist() == [0, 480_000 + 60_000]


# the recorded service


def test_the_recorded_cabs_way_begins_where_it_was_three_minutes_before_the_pickup(day: RecordedDay) -> None:
    found = recorded_service(day)
    first, last = day.setting.window
    asked = day.own.filter((pl.col("pickup_ts") * 1000 - LEAD_MS).is_between(first + 1, last))
    assert found["orders"] == asked.height
    assert found["known"] > 0.95
    ways, world = [], day.world()
    for row, trip in enumerate(day.own.rows(named=True)):
        at = trip["pickup_ts"] * 1000 - LEAD_MS
        pings = day.moves.filter((pl.col("driver_id") == f"cab-{trip['taxi']}") & ((pl.col("ts") - at).abs() <= 300_000)).sort("ts")
        if not first < at <= last or pings["ts"][0] > at or pings["ts"][-1] < at:
            continue
        lat, lon = (np.interp([at], pings["ts"], pings[name]) for name in ("lat", "lon"))
        to_lat, to_lon = (np.array([trip[f"pickup_{name}"]]) for name in ("lat", "lon"))
        chance = np.exp(day.roads.spread * draws.normal(world.seed, draws.TRAFFIC, world.supply.ids.index(f"cab-{trip['taxi']}"), row, 0))
        ways.append(float(day.roads.parts_ms(lat, lon, to_lat, to_lon, np.array([at])).sum() * chance[0]) / 1000)
    assert len(ways) == pytest.approx(found["known"] * found["orders"], abs=3)
    assert found["pickup_s"] == pytest.approx(float(np.mean(ways)), rel=0.02)


def test_recorded_income_is_the_pay_of_the_trips_that_ended(day: RecordedDay) -> None:
    first, last = day.setting.window
    done = day.own.filter((pl.col("dropoff_ts") * 1000).is_between(first + 1, last))
    pay = pay_cents(*(np.zeros(len(done), np.uint8),) * 2, _trip_m(done), np.zeros(len(done), np.int64))
    assert recorded_service(day)["income"] == pytest.approx(pay.sum() / 100, rel=1e-6)


def _trip_m(trips: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    from columns.earth import haversine_m

    return haversine_m(*(trips[name].to_numpy() for name in ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")))


# the closed loop


def test_cabs_work_their_shifts_and_trips_take_as_long_as_recorded(day: RecordedDay) -> None:
    loop = ClosedLoop(day.world(), POLICIES["optimal"]).run()
    stage, riders = loop.riders.stage, loop.riders
    assert not (stage == AHEAD).any()
    done = np.flatnonzero(stage == COMPLETED)
    assert len(done) > 100
    recorded = day.own["dropoff_ts"].to_numpy() - day.own["pickup_ts"].to_numpy()
    assert (riders.done_ms[done] - riders.pickup_ms[done]).tolist() == (recorded[done] * 1000).tolist()
    assert set(stage.tolist()) <= {COMPLETED, RIDING, UNMATCHED, 1, 2}
    found = figures(loop)
    assert found["unfit"] == 0
    assert found["drivers_online"] == pytest.approx(recorded_service(day)["drivers_online"], rel=0.1)


def test_the_command_compares_policies_with_the_recorded_service_day_by_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = replace(PLAN, tick_ms=20_000)
    code = evaluate_cabspotting(folder, hours=(0.0, 0.9), policies=["optimal"], plan=plan, workers=1, as_json=True)
    lines = capsys.readouterr().out.splitlines()
    found = json.loads(lines[-1])
    assert found["days"] == list(DAYS[:2])
    assert list(found["figures"]) == [*DAYS[:2], ALL]
    assert list(found["figures"][ALL]) == [RECORDED, BASELINE, "optimal"]
    one, two = (found["figures"][name]["optimal"]["pickup_s"]["mean"] for name in DAYS[:2])
    assert found["figures"][ALL]["optimal"]["pickup_s"]["mean"] == pytest.approx((one + two) / 2, abs=1e-5)
    assert found["figures"][ALL][RECORDED]["wait_s"]["mean"] is None
    assert code == (0 if found["passed"] else 1)
    assert sum(line.startswith("recorded\t") for line in lines) >= 3


def test_a_folder_without_days_is_refused_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left:
        evaluate_cabspotting(tmp_path)
    assert left.value.exit_code == 2
    assert "cabspotting_pings" in capsys.readouterr().err


def test_hours_that_leave_nothing_to_measure_are_refused(folder: Path) -> None:
    with pytest.raises(NoRecordingError, match="leaves nothing"):
        RecordedDay(folder, DAYS[0], (0.0, 0.5), PLAN).world()
