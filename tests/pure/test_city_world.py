"""The simulated city obeys the rules of the platform, whatever the seed and whoever decides."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.matching.policy import SERVED_BY, TIERS
from ops.city import mix
from ops.city.places import MARKETS, markets
from ops.city.world import Events, World
from streams.avro import codec

START = 1_760_000_000_000
TICK_MS = 500
LEGAL = {
    None: {"PICKED_UP", "CANCELLED_BY_DRIVER", "CANCELLED_BY_RIDER"},  # of a matched order; unmatched ones only CANCELLED_BY_RIDER
    "PICKED_UP": {"COMPLETED"},
}


class Dispatcher:
    """Gives every order the first driver that is free; some orders none. Stands where the matching agent stands."""

    def __init__(self, refuse_every: int) -> None:
        self.free: dict[str, dict[str, None]] = defaultdict(dict)
        self.holds: dict[str, str] = {}
        self.refuse_every = refuse_every
        self.decided: dict[str, str | None] = {}
        self.cancelled: set[str] = set()

    def decide(self, events: Events) -> pl.DataFrame:
        for driver, market, status in events.get("driver-moves", _EMPTY).select("driver_id", "market", "status").iter_rows():
            if status == "AVAILABLE" and driver not in self.holds.values():
                self.free[market][driver] = None
            else:
                self.free[market].pop(driver, None)
        for order, change in events.get("order-changes", _EMPTY).select("order_id", "change").iter_rows():
            if change != "PICKED_UP":
                self.holds.pop(order, None)
            if change == "CANCELLED_BY_RIDER":
                self.cancelled.add(order)
        rows = []
        for number, (order, market) in enumerate(events.get("orders", _EMPTY).select("order_id", "market").iter_rows()):
            free = self.free[market]
            driver = next(iter(free), None) if (len(self.decided) + number) % self.refuse_every else None
            if driver is not None:
                del free[driver]
                self.holds[order] = driver
            self.decided[order] = driver
            rows.append((order, driver))
        return pl.DataFrame(rows, schema={"order_id": pl.String, "driver_id": pl.String}, orient="row")


_EMPTY = pl.DataFrame(schema=dict.fromkeys(("order_id", "driver_id", "market", "status", "change"), pl.String))


def run(
    seed: int, *, seconds: int = 60, speed: float = 20.0, refuse_every: int = 7, cities: int = 2
) -> tuple[World, list[Events], Dispatcher]:
    """A world's events over that many real seconds, opening and closing included."""
    world = World(START, cities=cities, drivers=30, orders_per_minute=120, speed=speed, seed=seed, run="t")
    dispatcher = Dispatcher(refuse_every)
    history = [world.open()]
    decisions = dispatcher.decide(history[0])
    for now in range(START + TICK_MS, START + seconds * 1000, TICK_MS):
        history.append(world.advance(now, decisions))
        decisions = dispatcher.decide(history[-1])
    history.append(world.close(now + TICK_MS))
    return world, history, dispatcher


def all_of(history: list[Events], topic: str) -> pl.DataFrame:
    return pl.concat([events[topic] for events in history if topic in events])


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_the_same_seed_gives_the_same_events(seed: int) -> None:
    _, one, _ = run(seed, seconds=15)
    _, other, _ = run(seed, seconds=15)
    assert [list(events) for events in one] == [list(events) for events in other]
    assert all(a.equals(b[topic]) for events, b in zip(one, other, strict=True) for topic, a in events.items())


@settings(max_examples=15, deadline=None)
@given(seed=seeds, refuse_every=st.integers(2, 50))
def test_every_order_goes_one_legal_way_to_one_end(seed: int, refuse_every: int) -> None:
    world, history, dispatcher = run(seed, refuse_every=refuse_every)
    orders = set(all_of(history, "orders")["order_id"])
    assert len(orders) == all_of(history, "orders").height
    ways: dict[str, list[str]] = defaultdict(list)
    for order, change in all_of(history, "order-changes").select("order_id", "change").iter_rows():
        ways[order].append(change)
    assert set(ways) <= orders
    for order, way in ways.items():
        if dispatcher.decided[order] is None:
            assert way == ["CANCELLED_BY_RIDER"]
        assert all(change in LEGAL.get(before, set()) for before, change in zip([None, *way], way, strict=False)), way
        assert way[-1] != "PICKED_UP", "every ride that began has an end, at the latest when the city closes"
    assert not world.rides
    matched = {order for order, driver in dispatcher.decided.items() if driver}
    assert matched <= set(ways)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_event_times_are_within_the_step_that_reports_them(seed: int) -> None:
    _, history, _ = run(seed, seconds=20)
    until = START
    for events in history[1:-1]:
        until += TICK_MS
        for frame in events.values():
            assert until - TICK_MS < frame["ts"].min() <= frame["ts"].max() <= until
        assert events.get("orders", frame)["ts"].is_sorted()


@settings(max_examples=10, deadline=None)
@given(seed=seeds, cities=st.integers(1, 15))
def test_everybody_stays_in_the_city(seed: int, cities: int) -> None:
    _, history, _ = run(seed, seconds=20, cities=cities)
    centre = {m.name: m for m in markets(cities)}
    assert len(centre) == cities
    moves, orders = all_of(history, "driver-moves"), all_of(history, "orders")
    for lat, lon, frame in (("lat", "lon", moves), ("pickup_lat", "pickup_lon", orders), ("dropoff_lat", "dropoff_lon", orders)):
        for (name,), part in frame.group_by("market"):
            m = centre[str(name)]
            north = (part[lat].to_numpy() - m.lat) * 111_320
            east = (part[lon].to_numpy() - m.lon) * 111_320 * np.cos(np.radians(m.lat))
            assert np.hypot(north, east).max() <= m.radius_m * 1.01


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_no_driver_moves_faster_than_the_world_drives(seed: int) -> None:
    speed = 20.0
    _, history, _ = run(seed, seconds=20, speed=speed)
    moves = (
        all_of(history[:-1], "driver-moves")
        .sort("driver_id", "ts")
        .with_columns(
            north=(pl.col("lat").diff() * 111_320).over("driver_id"),
            east=(pl.col("lon").diff() * 111_320 * pl.col("lat").radians().cos()).over("driver_id"),
            seconds=(pl.col("ts").diff() / 1000).over("driver_id"),
        )
    )
    pace = moves.filter(pl.col("seconds") > 0).select((pl.col("north") ** 2 + pl.col("east") ** 2).sqrt() / pl.col("seconds")).to_series()
    assert pace.max() <= mix.CRUISE_MPS * 1.25 * speed * 1.01


def test_a_driver_on_a_ride_reports_busy_and_is_available_after_it() -> None:
    world, history, dispatcher = run(seed=5)
    completed = set(all_of(history[:-1], "order-changes").filter(pl.col("change") == "COMPLETED")["order_id"])
    assert completed, "at twenty times the speed, rides end within the minute"
    order = min(completed)
    driver = dispatcher.decided[order]
    statuses = all_of(history[:-1], "driver-moves").filter(pl.col("driver_id") == driver)["status"].to_list()
    assert "BUSY" in statuses
    assert "AVAILABLE" in statuses[statuses.index("BUSY") :]
    assert (world.fleet.mode == 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_profiles_fit_the_platform_s_facts(seed: int) -> None:
    profiles = World(START, cities=3, drivers=40, seed=seed).open()["driver-profiles"]
    for row in profiles.iter_rows(named=True):
        assert row["services"]
        assert all(row["vehicle"] in SERVED_BY[s] for s in row["services"])
        assert row["rating_lifetime"] >= mix.TIER_RATING[TIERS.index(row["tier"])]
        assert all(1 <= row[name] <= 5 for name in ("rating_30d", "rating_90d", "rating_lifetime"))
        assert all(0 <= row[name] <= 1 for name in ("completion_rate", "acceptance_rate", "cancellation_rate", "eta_accuracy"))


def test_demand_follows_the_hour() -> None:
    world_day = 24 * 60  # at this speed a day of the world passes in a minute
    world = World(START, cities=1, drivers=1, orders_per_minute=60_000, speed=world_day, seed=3)
    orders = all_of([world.advance(now) for now in range(START + 500, START + 60_500, 500)], "orders")
    assert abs(orders.height - 60_000) < 2_000
    rides = orders.filter(pl.col("service") == "RIDE").with_columns(
        hour=((START + (pl.col("ts") - START) * world_day) // 3_600_000 + int(MARKETS[0].utc_offset_h)) % 24
    )
    by_hour = dict(rides.group_by("hour").len().iter_rows())
    assert by_hour[18] > 4 * by_hour[3]


def test_riders_wait_as_long_as_they_said_then_some_cancel() -> None:
    world = World(START, cities=1, drivers=1, orders_per_minute=600, speed=1, seed=2)
    history = [world.advance(now) for now in range(START + 1000, START + 660_000, 1000)]
    orders = all_of(history, "orders")
    changes = all_of(history, "order-changes")
    assert set(changes["change"]) == {"CANCELLED_BY_RIDER"}
    both = changes.join(orders, on="order_id", suffix="_asked")
    assert both.select(pl.col("ts") - pl.col("ts_asked") <= pl.col("patience_s") * 1000 + 1000).to_series().all()
    old = orders.filter(pl.col("ts") < START + 60_000).height
    gone = changes.join(orders.filter(pl.col("ts") < START + 60_000), on="order_id").height
    assert 0.15 < gone / old < 0.35


def test_decisions_on_orders_of_another_world_change_nothing() -> None:
    worlds = [World(START, seed=9), World(START, seed=9)]
    foreign = pl.DataFrame({"order_id": ["sf000001"], "driver_id": ["abboip"]})
    heard, undisturbed = worlds[0].advance(START + 250, foreign), worlds[1].advance(START + 250)
    assert all(a.equals(b) for a, b in zip(heard.values(), undisturbed.values(), strict=True))


def test_a_driver_the_world_does_not_know_cannot_serve() -> None:
    world = World(START, orders_per_minute=6000, seed=4)
    order = world.advance(START + 1000)["orders"]["order_id"][0]
    changes = world.advance(START + 1250, pl.DataFrame({"order_id": [order], "driver_id": ["nobody"]}))["order-changes"]
    assert changes.filter(pl.col("order_id") == order)["change"].to_list() == ["CANCELLED_BY_DRIVER"]


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_every_event_is_a_record_of_its_topic(seed: int) -> None:
    _, history, _ = run(seed, seconds=20)
    for topic in ("driver-profiles", "driver-moves", "orders", "order-changes"):
        frame = all_of(history, topic)
        decoded = codec(topic).decode(list(codec(topic).encode(frame)))
        assert not decoded.bad
        assert decoded.frame.select(frame.columns).cast(frame.schema).equals(frame)
