"""Decoded batches in; valid rows by topic, and a rejection with its reason for each row that is not, out.

All checks are masks over whole columns, and the first that a row fails is its reason. What is wrong with a record as things are (it came
before, its order is not known) is told where that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.growth.policy import CHANGES, CONVERTED, OCCASIONS, RESPONSES, SERVICES, STATUSES, TIERS, Policy
from columns import earth
from columns.records import Fields, Records, Rejection
from columns.table import F64, I64, Array, Mask

POLICIES, RIDERS, REQUESTS, OFFER_RESPONSES = "growth-policies", "rider-profiles", "monetization-requests", "offer-responses"
PERSONAL = (RIDERS, REQUESTS, OFFER_RESPONSES)  # as topics.yaml says
PROFILES, MOVES, ORDERS, ORDER_CHANGES = "driver-profiles", "driver-moves", "orders", "order-changes"
OF_RIDERS, OF_MARKETS = (RIDERS, REQUESTS, OFFER_RESPONSES), (PROFILES, MOVES, ORDERS, ORDER_CHANGES)
LONGEST_ID = 200  # characters


@dataclass(slots=True)
class Rows:
    """Valid rows of one topic: whom they are about, other texts by column (strings as objects), offsets and numpy columns, all of shape
    (n,)."""

    ids: Array
    offsets: I64
    columns: dict[str, Array]
    texts: dict[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def take(self, index: I64) -> Rows:
        """The rows of these positions."""
        texts = {name: text[index] for name, text in self.texts.items()}
        return Rows(self.ids[index], self.offsets[index], {name: column[index] for name, column in self.columns.items()}, texts)

    def where(self, mask: Mask) -> Rows:
        """The rows where ``mask`` (n,) holds."""
        return self if mask.all() else self.take(np.flatnonzero(mask))

    def in_order(self) -> Rows:
        """By event time; of equal ones as they are."""
        ts = self["ts"]
        return self if bool((ts[1:] >= ts[:-1]).all()) else self.take(np.argsort(ts, kind="stable"))

    def by_market(self) -> list[tuple[str, Rows]]:
        """The rows of each market, in the markets' alphabetical order."""
        markets = self.texts["market"].tolist()
        places = {name: i for i, name in enumerate(sorted(set(markets)))}
        if len(places) == 1:
            return [(markets[0], self)]
        code = np.array([places[name] for name in markets], np.int64)
        return [(name, self.take(np.flatnonzero(code == i))) for name, i in places.items()]


def newest(given: Mapping[str, Rows]) -> int:
    """The latest event time, ms; 0 of nothing."""
    return max((int(rows["ts"].max()) for rows in given.values() if len(rows)), default=0)


def event_slots(given: Mapping[str, Rows], slot_ms: int, opened: int, reference: tuple[str, ...]) -> tuple[dict[str, I64], float]:
    """The slots that rows count in, (n,) by topic, none before the one that is open; and the first that may be opened.

    Rows of ``reference`` topics do not begin the time: where no slot is open (``opened`` is 0), the first event of another topic does.
    """
    slots = {topic: np.maximum(rows["ts"] // slot_ms, opened) for topic, rows in given.items() if len(rows)}
    events = (int(of.min()) for topic, of in slots.items() if topic not in reference)
    return slots, opened or min(events, default=np.inf)


class Sieve:
    """The columns of one batch, and what is wrong with its rows."""

    def __init__(self, records: Records, rejected: list[Rejection]) -> None:
        self.records, self.rejected = records, rejected
        self.fields = Fields(records)
        self.bad: Mask = np.zeros(len(records.offsets), np.bool_)

    def refuse(self, failing: Mask, error: str, message: Callable[[int], str]) -> None:
        """Reject the rows where ``failing`` (n,) holds and nothing was wrong before."""
        if not failing.any():
            return
        for row in np.flatnonzero(failing & ~self.bad).tolist():
            self.rejected.append(Rejection(self.records.topic, int(self.records.offsets[row]), error, message(row), False))
        self.bad |= failing

    def names(self, *names: str) -> None:
        """Names must not be empty or absurdly long."""
        for name in names:
            self._name(name)

    def _name(self, name: str) -> None:
        length = np.array([len(text or "") for text in self.fields.values(name)], np.int64)
        self.refuse(length == 0, "MissingId", lambda row: f"{name} is empty")
        self.refuse(length > LONGEST_ID, "InvalidId", lambda row: f"{name} has {length[row]} characters, at most {LONGEST_ID} are allowed")

    def times(self, now: int, policy: Policy) -> I64:
        """Event times lie after the epoch and not beyond ``now`` (ms) plus the policy's allowance. → the times"""
        ts = self.fields.integers("ts")
        self.refuse(ts <= 0, "InvalidTimestamp", lambda row: f"ts {ts[row]} is not after the epoch")
        self.refuse(ts > now + policy.future_ms, "FromTheFuture", lambda row: f"ts {ts[row]} lies {ts[row] - now} ms after the step's now")
        return ts

    def numbers(self, column: str, low: float, high: float, error: str, *, missing: bool = False, unless: Mask | None = None) -> F64:
        """As float64 within ``low`` and ``high``; NaN is not, except of nulls where they may be ``missing``; ``unless``: where it does not
        matter. → the values"""
        values = self.fields.numbers(column)
        bad = ~((values >= low) & (values <= high))
        if missing and bad.any():
            bad &= self._given(column)
        if unless is not None:
            bad &= ~unless
        self.refuse(bad, error, lambda row: f"{column}{self._shown(f'{values[row]:g}')} is outside {low:g}…{high:g}")
        return values

    def symbols(self, column: str, symbols: Sequence[str], *, missing: bool = False) -> I64:
        """Positions of an enum in ``symbols``; nulls, where they may be ``missing``, are -1."""
        given = self.fields.values(column)
        position = {symbol: i for i, symbol in enumerate(symbols)}
        codes = np.array([position.get(symbol, -1) for symbol in given], np.int64)
        bad = codes < 0
        if missing:
            bad = bad & self._given(column)
        self.refuse(bad, "UnknownSymbol", lambda row: f"{column}{self._shown(repr(given[row]))} is not of the schema")
        return codes

    def _given(self, column: str) -> Mask:
        return np.array([value is not None for value in self.fields.values(column)], np.bool_)

    def _shown(self, value: str) -> str:
        """A value in a reason; nothing of a personal topic, whose dead letters say where a record lies and not what is in it."""
        return "" if self.records.topic in PERSONAL else f" {value}"

    def rows(self, name: str, columns: dict[str, Array], *texts: str) -> Rows:
        """What has passed, named by the field ``name``."""
        names = self.fields.names
        return Rows(names(name), self.records.offsets, columns, {text: names(text) for text in texts}).where(~self.bad)


def read_policies(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """growth-policies → ts, value and who applied which recommendation, by setting."""
    sieve = Sieve(records, rejected)
    sieve.names("setting", "by")
    columns: dict[str, Array] = {"ts": sieve.times(now, policy), "value": sieve.numbers("value", -1e9, 1e9, "InvalidSetting")}
    return sieve.rows("setting", columns, "recommendation_id")


def read_riders(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """rider-profiles → what the table of riders keeps of a profile, by rider_id."""
    sieve = Sieve(records, rejected)
    sieve.names("rider_id")
    columns: dict[str, Array] = {"ts": sieve.times(now, policy), "tier": sieve.symbols("tier", TIERS)}
    columns |= {name: sieve.fields.flags(f"{name}_consent") for name in ("personal", "contact")}
    columns["deleted"] = sieve.fields.flags("deleted")
    limits = {"order_value_cents": 1e7, "orders_week": 1000.0, "lifetime_value_cents": 1e10}
    limits |= dict.fromkeys(("churn_risk", "price_sensitivity", "loyalty"), 1.0)
    gone = columns["deleted"]  # nothing that is said of who leaves keeps them here
    columns |= {name: sieve.numbers(name, 0.0, most, "InvalidProfile", unless=gone) for name, most in limits.items()}
    return sieve.rows("rider_id", columns)


def read_requests(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """monetization-requests → ts, occasion, service, the local time's difference, and the request's id, by rider_id."""
    sieve = Sieve(records, rejected)
    sieve.names("request_id", "rider_id")
    columns: dict[str, Array] = {"ts": sieve.times(now, policy), "occasion": sieve.symbols("occasion", OCCASIONS)}
    columns["service"] = sieve.symbols("service", SERVICES, missing=True)
    offset = sieve.numbers("utc_offset_min", -720.0, 840.0, "InvalidUtcOffset")
    columns["utc_offset_min"] = np.nan_to_num(offset).astype(np.int64)
    return sieve.rows("rider_id", columns, "request_id")


def read_responses(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """offer-responses → ts, response, value and the offer's decision, by rider_id."""
    sieve = Sieve(records, rejected)
    sieve.names("decision_id", "rider_id")
    response, value = sieve.symbols("response", RESPONSES), sieve.fields.integers("value_cents")
    limit = policy.value_limit_cents
    absurd = (value < 0) | (value > limit) | ((value != 0) & (response != CONVERTED))
    sieve.refuse(absurd, "InvalidValue", lambda row: f"value_cents: 0 to {limit} of a conversion, else 0, is possible")
    return sieve.rows("rider_id", {"ts": sieve.times(now, policy), "response": response, "value_cents": value}, "decision_id")


def read_profiles(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-profiles → ts, services as bits, whether the driver has left, by driver_id."""
    sieve = Sieve(records, rejected)
    sieve.names("driver_id", "market")
    each = {service: 1 << i for i, service in enumerate(SERVICES)}
    bits = np.array([sum(each.get(service, 0) for service in set(given or ())) for given in sieve.fields.values("services")], np.int64)
    columns: dict[str, Array] = {"ts": sieve.times(now, policy), "services": bits, "deleted": sieve.fields.flags("deleted")}
    return sieve.rows("driver_id", columns, "market")


def read_moves(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-moves → ts, place, whether the driver is online, by driver_id."""
    sieve = Sieve(records, rejected)
    sieve.names("driver_id", "market")
    status = sieve.symbols("status", STATUSES)
    columns: dict[str, Array] = {"ts": sieve.times(now, policy), "online": status != STATUSES.index("OFFLINE")}
    columns |= _place(sieve, "lat", "lon")
    return sieve.rows("driver_id", columns, "market")


def read_orders(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """orders → ts, when it is due, service, tier, pickup, the trip's length and the fare agreed (NaN: none), by order_id."""
    sieve = Sieve(records, rejected)
    sieve.names("order_id", "market")
    columns: dict[str, Array] = {"service": sieve.symbols("service", SERVICES), "tier": sieve.symbols("tier", TIERS)}
    columns["ts"] = sieve.times(now, policy)
    columns["due"] = _due(sieve, columns["ts"], policy)
    columns |= _place(sieve, "pickup_lat", "pickup_lon")
    to = _place(sieve, "dropoff_lat", "dropoff_lon")
    trip = earth.haversine_m(columns["lat"], columns["lon"], to["lat"], to["lon"])
    far = f"the limit is {policy.trip_limit_m / 1000:g} km"
    sieve.refuse(trip > policy.trip_limit_m, "TripTooLong", lambda row: f"drop-off lies {trip[row] / 1000:.0f} km from the pickup; {far}")
    columns["trip_m"] = trip.round(3)
    columns["fare_cents"] = sieve.numbers("fare_cents", 0.0, policy.fare_limit_cents, "InvalidFare", missing=True)
    return sieve.rows("order_id", columns, "market")


def read_changes(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """order-changes → ts, change by order_id."""
    sieve = Sieve(records, rejected)
    sieve.names("order_id", "market")
    columns: dict[str, Array] = {"change": sieve.symbols("change", CHANGES), "ts": sieve.times(now, policy)}
    return sieve.rows("order_id", columns, "market")


def _due(sieve: Sieve, ts: I64, policy: Policy) -> I64:
    """When orders are to be picked up, ms: those ordered ahead as scheduled, within matching's limits, the others when they are placed."""
    scheduled = sieve.fields.numbers("scheduled_ts")
    ahead = (scheduled - ts) / 1000.0
    absurd = (ahead < -policy.schedule_back_s) | (ahead > policy.schedule_ahead_s)
    sieve.refuse(absurd, "InvalidSchedule", lambda row: f"scheduled_ts lies {ahead[row]:.0f} s after ts")
    named = ~np.isnan(ahead) & ~absurd
    return np.maximum(ts, np.where(named, scheduled, 0.0).astype(np.int64))


def _place(sieve: Sieve, lat: str, lon: str) -> dict[str, F64]:
    """Degrees; 0 where they are none, which is refused."""
    places = {"lat": sieve.numbers(lat, -90.0, 90.0, "InvalidPosition"), "lon": sieve.numbers(lon, -180.0, 180.0, "InvalidPosition")}
    return {name: np.where(sieve.bad, 0.0, values) for name, values in places.items()}
