"""Which inputs of matching must be dead-lettered, and as what, judged from the inputs and the steps' times alone. Pure.

Stated rules, first the runtime's: unreadable; no key; another key than the market. Then the agent's: absurd values; an order whose id was
accepted before → DuplicateOrder; a driver's move not newer than the last applied one, or a profile older than it → OutOfOrder. An answer
may be a StaleAnswer: to which offers it comes in time is the agent's to say, and shows in the offers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from ops.chaos.auditor.answers import Answers, Input, Wrong
from ops.chaos.auditor.journal import Journal

Value = dict[str, Any]
FUTURE_MS = 60_000  # a record may be so far ahead of the step's now
TRIP_M = 500_000.0
TRIP_SLACK = 1e-3  # of the limit: within it the auditor's distance may differ from the agent's
EARTH_M = 6_371_000.0
PATIENCE_S = (1, 24 * 3600)
SCHEDULE_S = (-3600.0, 30 * 86_400.0)
OFFER_S = 600
FARE_CENTS = 10_000_000
STARS = ("rating_30d", "rating_90d", "rating_lifetime")
RATES = ("completion_rate", "acceptance_rate", "cancellation_rate", "eta_accuracy")
IDS = {
    "driver-profiles": ("driver_id", "market"),
    "driver-flags": ("driver_id", "market", "conversation_id"),
    "driver-moves": ("driver_id", "market"),
    "order-changes": ("order_id", "market"),
    "driver-answers": ("driver_id", "order_id", "market"),
    "orders": ("order_id", "market", "rider_id"),
}


def wrong_inputs(answers: Answers, journal: Journal) -> Iterator[tuple[str, int, Wrong]]:
    """(topic, offset, what is wrong with it) of every input of a task."""
    for topic, inputs in answers.inputs.items():
        state = {"orders": _Orders, "driver-moves": _Moves, "driver-profiles": _Profiles}.get(topic, _Stateless)()
        for offset, one in inputs.items():
            wrong = _wrong(topic, one, _now(journal, topic, offset))
            if not wrong.errors and one.value is not None:
                wrong = Wrong(frozenset({"StaleAnswer"}), must=False) if topic == "driver-answers" else Wrong(state.wrong(one.value))
            elif not wrong.must and one.value is not None and (topic, offset) not in answers.letters:
                state.wrong(one.value)
            yield topic, offset, wrong


class _Stateless:
    """Changes of orders: any order of them is normal input."""

    def wrong(self, value: Value) -> frozenset[str]:
        return frozenset()


class _Orders(_Stateless):
    def __init__(self) -> None:
        self._accepted: set[tuple[str, str]] = set()

    def wrong(self, value: Value) -> frozenset[str]:
        order = (value["market"], value["order_id"])
        if order in self._accepted:
            return frozenset({"DuplicateOrder"})
        self._accepted.add(order)
        return frozenset()


class _Moves(_Stateless):
    newer = 1  # ms by which a record must be newer than the last

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], int] = {}

    def wrong(self, value: Value) -> frozenset[str]:
        driver = (value["market"], value["driver_id"])
        latest = self._latest.get(driver)
        if latest is not None and value["ts"] < latest + self.newer:
            return frozenset({"OutOfOrder"})
        self._latest[driver] = value["ts"]
        return frozenset()


class _Profiles(_Moves):
    newer = 0


def _now(journal: Journal, topic: str, offset: int) -> int | None:
    place = journal.step_of(topic, offset)
    return None if place is None else int(journal.entries[place[0]]["steps"][place[1]]["now"])


def _wrong(topic: str, one: Input, now: int | None) -> Wrong:
    """What is wrong with a record's own bytes and values."""
    if one.wrong or one.value is None:
        return Wrong(one.wrong)
    value = one.value
    errors = set() if all(value[name] for name in IDS[topic]) else {"MissingId"}
    if value["ts"] <= 0:
        errors.add("InvalidTimestamp")
    if now is not None and value["ts"] > now + FUTURE_MS:
        errors.add("FromTheFuture")
    checks: dict[str, Callable[[Value], set[str]]] = {"driver-moves": _move, "driver-profiles": _profile, "orders": _order}
    errors |= checks[topic](value) if topic in checks else set()
    if not errors and topic == "orders":
        return _trip(value)
    return Wrong(frozenset(errors))


def _position(lat: float, lon: float) -> bool:
    return abs(lat) <= 90 and abs(lon) <= 180


def _move(value: Value) -> set[str]:
    return set() if _position(value["lat"], value["lon"]) else {"InvalidPosition"}


def _profile(value: Value) -> set[str]:
    good = all(0 <= value[name] <= 5 for name in STARS) and all(0 <= value[name] <= 1 for name in RATES) and value["total_rides"] >= 0
    return set() if good else {"InvalidProfile"}


def _order(value: Value) -> set[str]:
    errors = set()
    if not (_position(value["pickup_lat"], value["pickup_lon"]) and _position(value["dropoff_lat"], value["dropoff_lon"])):
        errors.add("InvalidPosition")
    elif _distance_m(value) > TRIP_M * (1 + TRIP_SLACK):
        errors.add("TripTooLong")
    if not PATIENCE_S[0] <= value["patience_s"] <= PATIENCE_S[1]:
        errors.add("InvalidPatience")
    if value["scheduled_ts"] is not None and not SCHEDULE_S[0] <= (value["scheduled_ts"] - value["ts"]) / 1000 <= SCHEDULE_S[1]:
        errors.add("InvalidSchedule")
    ready, fare = value.get("ready_ts"), value.get("fare_cents")  # the first version of the schema had none of these
    if ready is not None and not SCHEDULE_S[0] <= (ready - value["ts"]) / 1000 <= SCHEDULE_S[1]:
        errors.add("InvalidReadyTime")
    if not 0 <= value.get("offer_s", 0) <= OFFER_S:
        errors.add("InvalidOffer")
    if fare is not None and not 0 <= fare <= FARE_CENTS:
        errors.add("InvalidFare")
    return errors


def _trip(value: Value) -> Wrong:
    near = abs(_distance_m(value) - TRIP_M) <= TRIP_M * TRIP_SLACK
    return Wrong(frozenset({"TripTooLong"}), must=False) if near else Wrong()


def _distance_m(value: Value) -> float:
    """Great-circle distance from pickup to drop-off (haversine)."""
    lat, to_lat = math.radians(value["pickup_lat"]), math.radians(value["dropoff_lat"])
    d_lat, d_lon = to_lat - lat, math.radians(value["dropoff_lon"] - value["pickup_lon"])
    a = math.sin(d_lat / 2) ** 2 + math.cos(lat) * math.cos(to_lat) * math.sin(d_lon / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(a)))
