"""Decoded batches in; valid rows by topic, and a rejection with its reason for each row that is not, out.

All checks are masks over whole columns, and the first that a row fails is its reason. What is personal is never checked: a value that
makes no sense is not known, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from agents.pricing.columns import U8, U64, Array
from agents.pricing.contexts import F64, I64, Mask
from agents.pricing.policy import ANSWERS, CONDITIONS, FLAGS, OBJECTIVES, SERVICES, STATUSES, TIERS, Policy
from agents.pricing.tariff import reference_cents
from columns.earth import haversine_m
from columns.records import Fields, Records, Rejection

NONE = 255  # the code of an enum's null
PERSONAL = ("sensitivity", "loyalty", "churn_risk", "propensity", "orders_week")
PLACES = ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")
SETTINGS = ("floor", "cap", "max_step", "emergency_cap")
SETTING_RANGES = {"floor": (0.0, 20.0), "cap": (0.05, 20.0), "max_step": (0.001, 1.0), "emergency_cap": (0.05, 20.0)}


@dataclass(slots=True)
class Rows:
    """Valid rows of one topic in offset order: markets, offsets and columns (numpy; names as lists of objects), all of shape (n,)."""

    topic: str
    markets: Array
    offsets: I64
    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def take(self, index: Array | slice) -> Rows:
        """The rows of these positions."""
        columns = {name: column[index] for name, column in self.columns.items()}
        return Rows(self.topic, self.markets[index], self.offsets[index], columns)

    def by_market(self) -> list[tuple[str, Rows]]:
        """The rows of each market, in the markets' alphabetical order."""
        if len(self) == 0:
            return []
        if (self.markets == self.markets[0]).all():
            return [(str(self.markets[0]), self)]
        places = {name: i for i, name in enumerate(sorted(set(self.markets.tolist())))}
        code = np.array([places[name] for name in self.markets.tolist()])
        return [(name, self.take(np.flatnonzero(code == i))) for name, i in places.items()]


class Sieve:
    """The fields of one batch, and what is wrong with its rows."""

    def __init__(self, records: Records, rejected: list[Rejection]) -> None:
        self.records, self.rejected = records, rejected
        self.fields = Fields(records)
        self.bad: Mask = np.zeros(len(records.offsets), np.bool_)

    def numbers(self, *columns: str) -> list[F64]:
        """As float64, nulls as NaN."""
        return [self.fields.numbers(column) for column in columns]

    def refuse(self, failing: Mask, error: str, message: Callable[[int], str], expected: bool = False) -> None:
        """Reject the rows where ``failing`` (n,) holds and nothing was wrong before."""
        if not failing.any():
            return
        for row in np.flatnonzero(failing & ~self.bad).tolist():
            self.rejected.append(Rejection(self.records.topic, int(self.records.offsets[row]), error, message(row), expected))
        self.bad |= failing

    def check_names(self, *columns: str) -> None:
        """Names must not be empty."""
        for column in columns:
            empty = np.array([not name for name in self.fields.values(column)], np.bool_)
            self.refuse(empty, "MissingId", lambda row, name=column: f"{name} is empty")  # type: ignore[misc]

    def check_time(self, now: int, policy: Policy) -> I64:
        """Event times lie after the epoch and not beyond ``now`` (ms) plus the policy's allowance. → the times"""
        ts = self.fields.integers("ts")
        self.refuse(ts <= 0, "InvalidTimestamp", lambda row: f"ts {ts[row]} is not after the epoch")
        self.refuse(ts > now + policy.future_ms, "FromTheFuture", lambda row: f"ts {ts[row]} lies {ts[row] - now} ms after the step's now")
        return ts

    def check_position(self, lat: F64, lon: F64, what: str, optional: bool = False) -> None:
        """Degrees in -90…90 and -180…180; NaN is neither, but both may be NaN where they are ``optional``."""
        fine = np.isnan(lat) & np.isnan(lon) if optional else np.zeros(len(lat), np.bool_)
        self.refuse(~(np.abs(lat) <= 90) & ~fine, "InvalidPosition", lambda row: f"{what} latitude {lat[row]} is outside -90…90")
        self.refuse(~(np.abs(lon) <= 180) & ~fine, "InvalidPosition", lambda row: f"{what} longitude {lon[row]} is outside -180…180")

    def codes(self, column: str, symbols: tuple[str, ...]) -> U8:
        """Strings' positions in ``symbols``; NONE for nulls and other strings."""
        place = {symbol: i for i, symbol in enumerate(symbols)}
        return np.array([place.get(name, NONE) for name in self.fields.values(column)], np.uint8)

    def check_symbol(self, column: str, symbols: tuple[str, ...]) -> U8:
        """An enum is of the schema's symbols. → their positions"""
        values, given = self.codes(column, symbols), self.fields.values(column)
        self.refuse(values == NONE, "UnknownSymbol", lambda row: f"{column} {given[row]!r} is not of the schema")
        return values

    def rows(self, columns: dict[str, Array]) -> Rows:
        """What has passed."""
        rows = Rows(self.records.topic, self.fields.names("market"), self.records.offsets, columns)
        return rows.take(np.flatnonzero(~self.bad)) if self.bad.any() else rows


def hashes(ids: Array) -> U64:
    """The first 64 bits of BLAKE2b of each name, shape (n,)."""
    return np.frombuffer(b"".join([blake2b(name.encode(), digest_size=8).digest() for name in ids.tolist()]), "<u8")


def read_quotes(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """quote-requests → what is priced."""
    sieve = Sieve(records, rejected)
    sieve.check_names("quote_id", "market")
    service, tier = sieve.check_symbol("service", SERVICES), sieve.check_symbol("tier", TIERS)
    ts = sieve.check_time(now, policy)
    lat, lon, to_lat, to_lon = sieve.numbers(*PLACES)
    sieve.check_position(lat, lon, "pickup")
    sieve.check_position(to_lat, to_lon, "drop-off")
    with np.errstate(invalid="ignore"):
        trip_m = haversine_m(lat, lon, to_lat, to_lon)
    far = f"km from the pickup; the limit is {policy.trip_limit_m / 1000:g} km"
    sieve.refuse(trip_m > policy.trip_limit_m, "TripTooLong", lambda row: f"drop-off lies {trip_m[row] / 1000:.0f} {far}")
    columns: dict[str, Array] = {"ts": ts, "service": service, "tier": tier, "lat": lat, "lon": lon, "trip_m": trip_m}
    columns |= {name: sieve.fields.numbers(name) for name in PERSONAL} | {"id": sieve.fields.names("quote_id")}
    return sieve.rows(columns)


def read_answers(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """quote-answers → whose, and what was said."""
    sieve = Sieve(records, rejected)
    sieve.check_names("quote_id", "market")
    answer = sieve.check_symbol("answer", ANSWERS)
    return sieve.rows({"ts": sieve.check_time(now, policy), "answer": answer, "id": sieve.fields.names("quote_id")})


def read_orders(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """orders → where and for what."""
    sieve = Sieve(records, rejected)
    sieve.check_names("market")
    service = sieve.check_symbol("service", SERVICES)
    ts, (lat, lon) = sieve.check_time(now, policy), sieve.numbers("pickup_lat", "pickup_lon")
    sieve.check_position(lat, lon, "pickup")
    return sieve.rows({"ts": ts, "service": service, "lat": lat, "lon": lon})


def read_moves(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-moves → who is where, and free or not."""
    sieve = Sieve(records, rejected)
    sieve.check_names("driver_id", "market")
    status = sieve.check_symbol("status", STATUSES)
    ts, (lat, lon) = sieve.check_time(now, policy), sieve.numbers("lat", "lon")
    sieve.check_position(lat, lon, "the driver's")
    return sieve.rows({"ts": ts, "lat": lat, "lon": lon, "status": status, "driver": sieve.fields.names("driver_id")})


def read_profiles(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-profiles → what services a driver offers, as bits; none of a deleted one."""
    sieve = Sieve(records, rejected)
    sieve.check_names("driver_id", "market")
    bit = {service: 1 << i for i, service in enumerate(SERVICES)}
    offered = [sum(bit.get(service, 0) for service in set(given or ())) for given in sieve.fields.values("services")]
    services = np.where(sieve.fields.flags("deleted"), 0, np.array(offered, np.uint8)).astype(np.uint8)
    return sieve.rows({"ts": sieve.check_time(now, policy), "services": services, "driver": sieve.fields.names("driver_id")})


def read_competitors(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """competitor-prices → the price over the reference price of such a trip."""
    sieve = Sieve(records, rejected)
    sieve.check_names("competitor", "market")
    service = sieve.check_symbol("service", SERVICES)
    ts, (price, distance, lat, lon) = sieve.check_time(now, policy), sieve.numbers("price_cents", "distance_m", "lat", "lon")
    sieve.refuse(~(price > 0), "InvalidPrice", lambda row: f"price_cents {price[row]:.0f} is not above 0")
    trip_m = np.where(np.isnan(distance), 0.0, distance)
    wrong = ~((trip_m >= 0) & (trip_m <= policy.trip_limit_m))
    sieve.refuse(wrong, "InvalidDistance", lambda row: f"distance_m {trip_m[row]} is outside 0…{policy.trip_limit_m:g}")
    known = np.where(service == NONE, 0, service)
    ratio = price / reference_cents(known, np.zeros(len(known), np.uint8), np.where(wrong, 0.0, trip_m), policy.tariff)
    least, most = policy.competitor_range
    absurd = ~((ratio >= least) & (ratio <= most))
    sieve.refuse(absurd, "AbsurdPrice", lambda row: f"price_cents {price[row]:.0f}, {ratio[row]:.3g} times the tariff, not {least}…{most}")
    sieve.check_position(lat, lon, "the observation's", optional=True)
    columns: dict[str, Array] = {
        "ts": ts,
        "service": service,
        "ratio": ratio,
        "lat": lat,
        "lon": lon,
        "competitor": sieve.fields.names("competitor"),
    }
    return sieve.rows(columns)


def read_conditions(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """market-conditions → what holds when and where."""
    sieve = Sieve(records, rejected)
    sieve.check_names("name", "market")
    kind = sieve.check_symbol("kind", CONDITIONS)
    ts, start, until = sieve.check_time(now, policy), sieve.fields.integers("from_ts"), sieve.fields.integers("until_ts")
    value, lat, lon, radius = sieve.numbers("value", "lat", "lon", "radius_m")
    low = np.where(kind == CONDITIONS.index("WEATHER"), -1.0, 0.0)
    wrong = ~((value >= low) & (value <= 1.0))
    sieve.refuse(wrong, "InvalidValue", lambda row: f"value {value[row]} is outside {low[row]:g}…1")
    sieve.refuse((start <= 0) | (until < start), "InvalidTimestamp", lambda row: f"it holds from {start[row]} until {until[row]}")
    sieve.check_position(lat, lon, "the condition's", optional=True)
    placed = ~np.isnan(lat) & ~(radius > 0)
    sieve.refuse(placed, "InvalidDistance", lambda row: f"radius_m {radius[row]} is not above 0: a place needs one")
    columns: dict[str, Array] = {
        "ts": ts,
        "kind": kind,
        "value": value,
        "from": start,
        "until": until,
        "lat": lat,
        "lon": lon,
        "radius": radius,
    }
    return sieve.rows(columns | {"name": sieve.fields.names("name")})


def read_flags(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-flags → complaints about safety, and that they are settled; other reasons change no price."""
    sieve = Sieve(records, rejected)
    sieve.check_names("driver_id", "market", "conversation_id")
    reason, ts = sieve.check_symbol("reason", FLAGS), sieve.check_time(now, policy)
    sieve.bad |= reason != FLAGS.index("SAFETY")
    names = {"driver": sieve.fields.names("driver_id"), "conversation": sieve.fields.names("conversation_id")}
    return sieve.rows({"ts": ts, "cleared": sieve.fields.flags("cleared"), **names})


def read_overcharges(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """overcharge-reports → service (NONE where it is not known) and conversation of those that are probably fare disputes."""
    sieve = Sieve(records, rejected)
    sieve.check_names("market", "conversation_id")
    ts, sure = sieve.check_time(now, policy), sieve.fields.numbers("probability")
    sieve.refuse(~((sure >= 0) & (sure <= 1)), "InvalidValue", lambda row: f"probability {sure[row]} is outside 0…1")
    sieve.bad |= sure < policy.overcharge_sure
    service = sieve.codes("service", SERVICES)
    return sieve.rows({"ts": ts, "service": service, "conversation": sieve.fields.names("conversation_id")})


def read_policies(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """pricing-policies → settings by scope; "" stands for all markets, NONE for all services and for an objective not said."""
    sieve = Sieve(records, rejected)
    sieve.check_names("name")
    ts, fields = sieve.check_time(now, policy), sieve.fields
    settings = dict(zip(SETTINGS, sieve.numbers(*SETTINGS), strict=True))
    for name, (least, most) in SETTING_RANGES.items():
        given = settings[name]
        wrong = ~(np.isnan(given) | ((given >= least) & (given <= most)))
        sieve.refuse(wrong, "InvalidPolicy", lambda row, n=name, g=given, a=least, b=most: f"{n} {g[row]} is outside {a}…{b}")  # type: ignore[misc]
    floor, cap = settings["floor"], settings["cap"]
    sieve.refuse(floor > cap, "InvalidPolicy", lambda row: f"floor {floor[row]} is above cap {cap[row]}")
    columns: dict[str, Array] = {"ts": ts, "name": fields.names("name"), **settings, "deleted": fields.flags("deleted")}
    columns |= {"service": sieve.codes("service", SERVICES), "objective": sieve.codes("objective", OBJECTIVES)}
    for name in ("personal", "safety_hold"):
        columns[name] = np.array([-1 if said is None else said for said in fields.values(name)], np.int8)
    columns["recommendation_id"] = np.array([name or "" for name in fields.values("recommendation_id")], object)
    rows = sieve.rows(columns)
    rows.markets = np.array(["" if market is None else market for market in rows.markets.tolist()], object)
    return rows


Reader = Callable[[Records, int, Policy, list[Rejection]], Rows]
READERS: dict[str, Reader] = {  # in the order in which records of equal time are taken
    "pricing-policies": read_policies,
    "market-conditions": read_conditions,
    "competitor-prices": read_competitors,
    "driver-flags": read_flags,
    "overcharge-reports": read_overcharges,
    "driver-profiles": read_profiles,
    "driver-moves": read_moves,
    "orders": read_orders,
    "quote-requests": read_quotes,
    "quote-answers": read_answers,
}
