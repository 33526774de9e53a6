"""Drivers of the simulated city that are asked before an order is theirs; orders wanted later; couriers who wait at merchants."""

from __future__ import annotations

from collections import Counter, defaultdict, deque

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.matching.policy import DEFAULT, SERVICES
from ops.city import mix
from ops.city.answers import SILENT, THINK_S, Answers
from ops.city.merchants import COUNT, READY_S
from ops.city.world import Events, World
from streams.avro import codec

START = 1_760_000_000_000
TICK_MS = 200
SPEED = 20.0
LEAD_MS = int(DEFAULT.lead_s * 1000)
EMPTY = pl.DataFrame(
    schema=dict.fromkeys(("order_id", "driver_id", "market", "status", "change", "answer"), pl.String)
    | dict.fromkeys(("ts", "offer_s"), pl.Int64)
)


class Dispatcher:
    """Offers each order to the drivers of its market that are free, one after the other; stands where the matching agent stands."""

    def __init__(self) -> None:
        self.free: dict[str, dict[str, None]] = defaultdict(dict)
        self.waiting: dict[str, tuple[str, int]] = {}  # order → market, ms to answer
        self.asked: dict[str, tuple[str, int]] = {}  # order → driver, until
        self.holds: dict[str, str] = {}
        self.made: list[tuple[str, str]] = []
        self.stale = 0

    def hear(self, events: Events, now: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """→ decisions, offers"""
        taken = {*self.holds.values(), *(driver for driver, _ in self.asked.values())}
        for driver, market, status in _rows(events, "driver-moves", "driver_id", "market", "status"):
            if status == "AVAILABLE" and driver not in taken:
                self.free[market][driver] = None
            else:
                self.free[market].pop(driver, None)
        decisions = [
            decision
            for answer in _rows(events, "driver-answers", "order_id", "driver_id", "ts", "answer")
            for decision in self._said(*answer)
        ]
        for order, change in _rows(events, "order-changes", "order_id", "change"):
            if change != "PICKED_UP":
                for book in (self.holds, self.asked, self.waiting):
                    book.pop(order, None)
        self.asked = {order: (driver, until) for order, (driver, until) in self.asked.items() if until >= now}
        for order, market, offer_s in _rows(events, "orders", "order_id", "market", "offer_s"):
            self.waiting[order] = (market, offer_s * 1000)
        offers = []
        for order, (market, offer_ms) in list(self.waiting.items()):
            free = self.free[market]
            if order in self.asked or not free:
                continue
            driver = next(iter(free))
            del free[driver]
            if offer_ms:
                self.asked[order] = (driver, now + offer_ms)
                offers.append((order, driver, market, now + offer_ms))
            else:
                decisions.append(self._decide(order, driver))
        self.made += [(order, driver) for order, driver, _, _ in offers]
        names = {"order_id": pl.String, "driver_id": pl.String}
        return (
            pl.DataFrame(decisions, schema=names, orient="row"),
            pl.DataFrame(offers, schema=names | {"market": pl.String, "expires_ts": pl.Int64}, orient="row"),
        )

    def _said(self, order: str, driver: str, ts: int, answer: str) -> list[tuple[str, str]]:
        if self.asked.get(order, ("", 0))[0] != driver or ts > self.asked[order][1]:
            self.stale += 1
            return []
        del self.asked[order]
        return [self._decide(order, driver)] if answer == "ACCEPTED" else []

    def _decide(self, order: str, driver: str) -> tuple[str, str]:
        del self.waiting[order]
        self.holds[order] = driver
        return order, driver


def _rows(events: Events, topic: str, *columns: str) -> list[tuple[str | int, ...]]:
    return list(events.get(topic, EMPTY).select(columns).iter_rows())


def run(seed: int, *, seconds: int, delay: int = 1) -> tuple[World, list[Events], Dispatcher]:
    """A world's events over that many real seconds; what the dispatcher says is heard ``delay`` ticks later."""
    world = World(START, cities=2, drivers=30, orders_per_minute=120, speed=SPEED, seed=seed, run="t", offer_s=mix.OFFER_S, ahead=True)
    dispatcher = Dispatcher()
    history = [world.open()]
    news = deque([(None, None)] * (delay - 1) + [dispatcher.hear(history[0], START)])
    for now in range(START + TICK_MS, START + seconds * 1000, TICK_MS):
        history.append(world.advance(now, *news.popleft()))
        news.append(dispatcher.hear(history[-1], now))
    history.append(world.close(now + TICK_MS))
    return world, history, dispatcher


def all_of(history: list[Events], topic: str) -> pl.DataFrame:
    return pl.concat([events[topic] for events in history if topic in events])


@pytest.fixture(scope="module")
def minutes() -> tuple[World, list[Events], Dispatcher]:
    return run(7, seconds=240)


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=8, deadline=None)
@given(seed=seeds, delay=st.integers(1, 4))
def test_every_answer_is_one_s_own_and_in_time(seed: int, delay: int) -> None:
    _, history, dispatcher = run(seed, seconds=30, delay=delay)
    answers = all_of(history, "driver-answers")
    assert answers.height
    assert Counter(answers.select("order_id", "driver_id").rows()) <= Counter(dispatcher.made), "nobody answers twice, or unasked"
    assert dispatcher.stale == 0, "an answer that is heard at once is never out of date, however late the offer was heard of"


def test_orders_are_given_back_rarely_once_they_are_accepted(minutes: tuple[World, list[Events], Dispatcher]) -> None:
    _, history, _ = minutes
    accepted = all_of(history, "driver-answers").filter(pl.col("answer") == "ACCEPTED")["order_id"]
    changes = all_of(history[:-1], "order-changes").filter(pl.col("order_id").is_in(accepted.to_list()))
    ends = Counter(changes.filter(pl.col("change") != "PICKED_UP")["change"])
    assert ends["COMPLETED"] > 100
    assert 0 < ends["CANCELLED_BY_DRIVER"] < 0.05 * accepted.len()


def test_every_ride_ends_and_nobody_is_held(minutes: tuple[World, list[Events], Dispatcher]) -> None:
    world, history, _ = minutes
    last = all_of(history, "order-changes").group_by("order_id").agg(pl.col("change").last())
    assert "PICKED_UP" not in set(last["change"])
    assert set(all_of(history, "orders")["order_id"]) == set(last["order_id"])
    assert not world.rides
    assert (world.fleet.mode == 0).all()


def test_who_is_willing_accepts_and_who_is_not_says_no_or_nothing() -> None:
    answers, n = Answers(np.random.default_rng(1)), 4_000
    offers = pl.DataFrame({
        "order_id": [f"o{i}" for i in range(n)], "driver_id": [f"d{i}" for i in range(n)], "market": "lisbon", "expires_ts": START + 60_000,
    })  # fmt: skip
    answers.hear(offers, np.full(n, 0.8), START)
    assert answers.given(START + int(THINK_S[0] * 1000) - 1) == []
    said = Counter(answer.accepts for answer in answers.given(START + int(THINK_S[1] * 1000)))
    assert said[True] == pytest.approx(0.8 * n, rel=0.03)
    assert said[False] == pytest.approx(0.2 * (1 - SILENT) * n, rel=0.1)
    assert answers.given(START + 60_000) == [], "everybody has said what there was to say"


@pytest.mark.parametrize(("late_ms", "said"), [(0, True), (1, False)])
def test_nobody_answers_an_offer_that_has_run_out(late_ms: int, said: bool) -> None:
    answers = Answers(np.random.default_rng(1))
    offer = pl.DataFrame({"order_id": ["o"], "driver_id": ["d"], "market": ["lisbon"], "expires_ts": [START + 20_000]})
    answers.hear(offer, np.ones(1), START)
    assert bool(answers.given(START + 20_000 + late_ms)) == said


def test_a_driver_who_has_said_yes_does_not_go_home_before_the_decision() -> None:
    world = World(START, cities=1, drivers=50, orders_per_minute=600, seed=4, offer_s=15)
    orders = world.advance(START + 1000)["orders"].filter(pl.col("offer_s") > 0)
    idle = int(np.flatnonzero(world.fleet.mode == 1)[0])
    world.fleet.acceptance[idle] = 1.0
    driver, order = world.fleet.ids[idle], orders["order_id"][0]
    offer = pl.DataFrame({"order_id": [order], "driver_id": [driver], "market": ["lisbon"], "expires_ts": [START + 16_000]})
    world.advance(START + 1200, None, offer)
    answers = [world.advance(now).get("driver-answers") for now in range(START + 1400, START + 14_000, 200)]
    (answer,) = [frame for frame in answers if frame is not None]
    assert answer.select("driver_id", "order_id", "answer").row(0) == (driver, order, "ACCEPTED")
    assert world.fleet.shift_ends[idle] >= answer["ts"][0] + 30_000


def test_offers_of_other_worlds_and_to_unknown_drivers_change_nothing() -> None:
    worlds = [World(START, seed=9, offer_s=15), World(START, seed=9, offer_s=15)]
    foreign = pl.DataFrame({"order_id": ["sf000001"], "driver_id": ["nobody"], "market": ["lisbon"], "expires_ts": [START + 9_000]})
    heard, undisturbed = worlds[0].advance(START + 250, None, foreign), worlds[1].advance(START + 250)
    assert all(a.equals(b) for a, b in zip(heard.values(), undisturbed.values(), strict=True))


def test_a_world_without_offers_and_later_orders_has_none() -> None:
    orders = World(START, orders_per_minute=6000, seed=4).advance(START + 2000)["orders"]
    assert orders["offer_s"].sum() == 0
    assert orders.select(pl.col("scheduled_ts", "ready_ts", "merchant_id").null_count()).row(0) == (orders.height,) * 3


def orders_of(speed: float, offer_s: float = mix.OFFER_S) -> pl.DataFrame:
    world = World(START, cities=3, drivers=1, orders_per_minute=120_000, speed=speed, seed=3, offer_s=offer_s, ahead=True)
    return world.advance(START + 2000)["orders"]


@pytest.mark.parametrize("speed", [0.1, 1.0, 10.0, 40.0])
def test_some_rides_are_wanted_later_and_looked_for_when_their_time_has_come(speed: float) -> None:
    orders = orders_of(speed)
    later = orders.filter(pl.col("scheduled_ts").is_not_null())
    assert set(later["service"]) == {"RIDE"}
    assert later.height / orders.filter(pl.col("service") == "RIDE").height == pytest.approx(mix.SCHEDULED, rel=0.3)
    search_world_s = (later["scheduled_ts"] - LEAD_MS - later["ts"]) * speed / 1000
    low, high = (bound - DEFAULT.lead_s * min(1.0, speed) for bound in mix.SCHEDULED_S)
    assert low - 1 <= search_world_s.min() < search_world_s.max() <= high + 1
    assert search_world_s.max() > 0.8 * high


def test_nobody_is_picked_up_before_the_time_agreed(minutes: tuple[World, list[Events], Dispatcher]) -> None:
    _, history, _ = minutes
    orders = all_of(history, "orders")
    picked = all_of(history, "order-changes").filter(pl.col("change") == "PICKED_UP").join(orders, on="order_id", suffix="_asked")
    agreed = pl.col("scheduled_ts") - round(LEAD_MS * (1 - 1 / SPEED))
    due = picked.with_columns(wait=pl.col("ts") - pl.coalesce(agreed, "ready_ts"))
    later, fetched = due.filter(pl.col("scheduled_ts").is_not_null()), due.filter(pl.col("ready_ts").is_not_null())
    assert min(later.height, fetched.height) > 2
    assert later["wait"].min() >= 0
    assert fetched["wait"].min() >= 0
    assert later["wait"].min() < 2 * TICK_MS, "drivers are there in time"


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_meals_and_groceries_are_fetched_at_few_places_when_they_are_ready(speed: float) -> None:
    orders = orders_of(speed)
    has = orders["merchant_id"].is_not_null()
    assert (has == orders["service"].is_in(["FOOD", "GROCERY"])).all()
    fetched = orders.filter(has)
    assert fetched["ready_ts"].null_count() == 0
    by_merchant = fetched.group_by("market", "merchant_id").agg(
        pl.struct("pickup_lat", "pickup_lon", "service").n_unique().alias("n"), pl.len()
    )
    assert set(by_merchant["n"]) == {1}
    assert by_merchant.height <= 3 * sum(COUNT.values())
    assert by_merchant["len"].max() > 3 * by_merchant["len"].mean(), "some are far better known than others"
    for service, (low, high) in READY_S.items():
        own = fetched.filter(pl.col("service") == SERVICES[service])
        ready_s = (own["ready_ts"] - own["ts"]) * speed / 1000
        assert low - 1 <= ready_s.min() < ready_s.max() <= high + 1


@pytest.mark.parametrize(("speed", "offer_s"), [(1.0, 15), (3.0, 5), (10.0, 2), (40.0, 2), (0.1, 150)])
def test_most_drivers_are_asked_and_have_the_world_s_time_to_answer_but_two_seconds_at_least(speed: float, offer_s: int) -> None:
    orders = orders_of(speed)
    assert set(orders["offer_s"]) == {0, offer_s}
    asked = orders.filter(pl.col("merchant_id").is_null())["offer_s"] > 0
    assert asked.mean() == pytest.approx(mix.OFFERED, abs=0.02)
    ways = orders.filter(pl.col("merchant_id").is_not_null()).group_by("merchant_id").agg(pl.col("offer_s").n_unique())
    assert set(ways["offer_s"]) == {1}, "a merchant's couriers are all asked, or all told"


def test_a_courier_takes_all_orders_of_its_bundle_and_drops_them_off_in_their_order() -> None:
    world = World(START, cities=1, drivers=50, orders_per_minute=3_000, speed=SPEED, seed=4, ahead=True)
    food = world.advance(START + 4000)["orders"].filter(pl.col("service") == "FOOD")
    merchant = food["merchant_id"].value_counts(sort=True)["merchant_id"][0]
    bundle = food.filter(pl.col("merchant_id") == merchant)["order_id"].to_list()[:3]
    driver = int(np.flatnonzero(world.fleet.mode == 1)[0])
    world.fleet.acceptance[driver] = 1.0
    stops = [1, 2, 0]
    decisions = pl.DataFrame({"order_id": bundle, "driver_id": [world.fleet.ids[driver]] * 3, "stop": stops})
    history = [world.advance(START + 4200, decisions)]
    history += [world.advance(now) for now in range(START + 4400, START + 150_000, TICK_MS)]
    ways = all_of(history, "order-changes").filter(pl.col("order_id").is_in(bundle) & (pl.col("change") != "CANCELLED_BY_RIDER"))
    by_stop = [bundle[stops.index(stop)] for stop in range(3)]
    left = [order for order in by_stop if order in set(ways["order_id"])]
    assert len(left) >= 2
    picked, done = (ways.filter(pl.col("change") == change) for change in ("PICKED_UP", "COMPLETED"))
    assert picked["order_id"].to_list() == left
    assert picked["ts"].n_unique() == 1, "all are handed over at once"
    assert done["order_id"].to_list() == left
    assert done["ts"].is_sorted()
    assert world.fleet.mode[driver] in (0, 1)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_every_event_is_a_record_of_its_topic(seed: int) -> None:
    _, history, _ = run(seed, seconds=20)
    for topic in ("driver-answers", "orders"):
        frame = all_of(history, topic)
        decoded = codec(topic).decode(list(codec(topic).encode(frame)))
        assert not decoded.bad
        assert decoded.frame.select(frame.columns).cast(frame.schema).equals(frame)
