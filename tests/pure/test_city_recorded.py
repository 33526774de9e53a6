"""A recorded day becomes the events of a market: when, in which order, and again next week."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from ops.city.recorded import LEAD_MS, WEEK_MS, NoRecordingError, Pass, Recording, profiles
from ops.city.world import Events
from streams.avro import codec

DAY_S = 1_211_353_200  # 2008-05-21, midnight in San Francisco


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of three cabs, a ping each every 100 s, and a trip each every 1,000 s; the second cab is on the road only from noon on."""
    trips = ["trip_id,taxi,pickup_ts,pickup_lat,pickup_lon,dropoff_ts,dropoff_lat,dropoff_lon,straight_km,pings,vacant_s_before,day"]
    for number, day in enumerate(("2008-05-21", "2008-05-22")):
        start = DAY_S + number * 86_400
        pings = ["ts,taxi,lat,lon,occ"]
        for t in range(start, start + 86_400, 100):
            cabs = ("ab", "oc", "uv") if t >= start + 43_200 else ("ab", "uv")
            pings += [f"{t},{cab},37.77,-122.41,{int((t - start) % 1000 < 500)}" for cab in cabs]
            if (t - start) % 1000 == 0:
                trips.append(f"sf{t - DAY_S:06d},ab,{t},37.78,-122.40,{t + 490},37.75,-122.43,3.1,5,,{day}")
        with gzip.open(tmp_path / f"cabspotting_pings_{day}.csv.gz", "wt") as file:
            file.write("\n".join(pings) + "\n")
    with gzip.open(tmp_path / "cabspotting_trips_2008-05.csv.gz", "wt") as file:
        file.write("\n".join(trips) + "\n")
    return tmp_path


def whole(run: Pass, step_ms: int = 600_000) -> list[Events]:
    pieces = []
    while not run.over:
        pieces.append(run.take(run.until_ms + step_ms))
    return pieces


def joined(pieces: list[Events], topic: str) -> pl.DataFrame:
    return pl.concat([piece[topic] for piece in pieces if topic in piece])


@pytest.mark.parametrize("step_ms", [70_000, 600_000, 100_000_000, 400_000_000])
def test_every_recorded_event_comes_once_in_order_however_it_is_cut(folder: Path, step_ms: int) -> None:
    pieces = whole(Pass(Recording.find(folder)), step_ms)
    moves, orders, changes = (joined(pieces, topic) for topic in ("driver-moves", "orders", "order-changes"))
    assert moves.height == 2 * (432 * 2 + 432 * 3)
    assert orders.height == 2 * 87 - 1, "the first trip's order would be issued before the recording begins"
    assert changes.height == 2 * orders.height
    for frame in (moves, orders, changes):
        assert frame["ts"].is_sorted()
    assert not moves.select("driver_id", "ts").is_duplicated().any()
    assert joined(pieces, "driver-profiles")["driver_id"].to_list() == ["cab-ab", "cab-uv", "cab-oc"]


def test_an_order_is_issued_three_minutes_before_its_recorded_pickup(folder: Path) -> None:
    pieces = whole(Pass(Recording.find(folder, "2008-05-21")))
    both = joined(pieces, "orders").join(joined(pieces, "order-changes"), on="order_id", suffix="_changed")
    waits = both.group_by("change").agg((pl.col("ts_changed") - pl.col("ts")).unique())
    assert dict(waits.iter_rows()) == {"PICKED_UP": [LEAD_MS], "COMPLETED": [LEAD_MS + 490_000]}


def test_a_profile_is_always_the_same_and_never_later_than_the_cab_s_first_move(folder: Path) -> None:
    pieces = whole(Pass(Recording.find(folder)))
    for piece in pieces:
        if "driver-profiles" in piece:
            assert piece["driver-profiles"]["ts"].max() <= piece["driver-moves"]["ts"].min()
    assert profiles(["cab-ab", "cab-oc"], 5).equals(pl.concat([profiles(["cab-ab"], 5), profiles(["cab-oc"], 5)]))


def test_a_cab_is_busy_while_it_is_occupied(folder: Path) -> None:
    first = Pass(Recording.find(folder)).take(DAY_S * 1000 + 900_000)["driver-moves"].filter(pl.col("driver_id") == "cab-ab")
    assert first["status"].to_list() == ["BUSY"] * 5 + ["AVAILABLE"] * 5


def test_a_later_pass_begins_after_the_market_s_clock_in_another_week_with_other_order_ids(folder: Path) -> None:
    recording = Recording.find(folder)
    start = DAY_S * 1000
    assert recording.begin_after(None).weeks == 0
    assert recording.begin_after(start - 1).weeks == 0
    assert recording.begin_after(start).weeks == 1
    assert recording.begin_after(start + WEEK_MS - 1).weeks == 1
    assert recording.begin_after(start + WEEK_MS).weeks == 2
    one, other = (whole(Pass(recording.begin_after(seen))) for seen in (None, start + 5))
    assert set(joined(one, "orders")["order_id"]).isdisjoint(joined(other, "orders")["order_id"])
    for topic in ("driver-moves", "orders", "order-changes"):
        assert (joined(other, topic)["ts"] - WEEK_MS).equals(joined(one, topic)["ts"])


def test_closing_in_the_middle_ends_every_open_order_and_sends_every_cab_home(folder: Path) -> None:
    run = Pass(Recording.find(folder))
    until = DAY_S * 1000 + 9_200_000  # 200 s into the trip that began at 9,000 s; 620 s before the order of the one at 10,000 s
    taken = run.take(until)
    ends = run.close()
    assert ends["order-changes"].select("order_id", "ts", "change").rows() == [("sf009000", until, "COMPLETED")]
    assert ends["driver-moves"].select("driver_id", "ts", "status").rows() == [("cab-ab", until, "OFFLINE"), ("cab-uv", until, "OFFLINE")]
    run.take(DAY_S * 1000 + 9_850_000)
    assert run.close()["order-changes"].select("order_id", "change").rows() == [("sf010000", "CANCELLED_BY_RIDER")]
    assert set(taken) == {"driver-profiles", "driver-moves", "order-changes", "orders"}


def test_without_orders_there_are_only_drivers(folder: Path) -> None:
    pieces = whole(Pass(Recording.find(folder), with_orders=False))
    assert {topic for piece in pieces for topic in piece} == {"driver-profiles", "driver-moves"}


def test_a_gap_between_days_ends_the_pass_before_it(folder: Path) -> None:
    (folder / "cabspotting_pings_2008-05-22.csv.gz").rename(folder / "cabspotting_pings_2008-05-24.csv.gz")
    assert list(Recording.find(folder).days) == ["2008-05-21"]


def test_what_is_missing_is_said(folder: Path) -> None:
    with pytest.raises(NoRecordingError, match=r"2008-06-01.*there are 2008-05-21, 2008-05-22"):
        Recording.find(folder, "2008-06-01")
    with pytest.raises(NoRecordingError, match="is not a folder"):
        Recording.find(folder / "nowhere")
    (folder / "cabspotting_trips_2008-05.csv.gz").unlink()
    with pytest.raises(NoRecordingError, match="cabspotting_trips"):
        Recording.find(folder)


def test_nobody_is_asked_unless_one_says_so(folder: Path) -> None:
    told, asked = (joined(whole(Pass(Recording.find(folder), **how)), "orders") for how in ({}, {"offer_s": 15}))
    assert "offer_s" not in told.columns
    assert set(asked["offer_s"]) == {15}
    assert asked.drop("offer_s").equals(told)


@pytest.mark.parametrize("offer_s", [0, 15])
def test_every_event_is_a_record_of_its_topic(folder: Path, offer_s: int) -> None:
    run = Pass(Recording.find(folder), offer_s=offer_s)
    for events in (run.take(DAY_S * 1000 + 9_200_000), run.close()):
        for topic, frame in events.items():
            decoded = codec(topic).decode(list(codec(topic).encode(frame)))
            assert not decoded.bad
            assert decoded.frame.select(frame.columns).cast(frame.schema).equals(frame)
