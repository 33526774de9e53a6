"""Decoded batches in; valid rows by topic, and a rejection with its reason for each row that is not, out.

A topic's columns are taken out of its frame by one selection; all checks are masks over whole columns, and the first that a row
fails is its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from agents.matching.pay import price_cents, share_cents
from agents.matching.policy import ANSWERS, CHANGES, FEATURES, SERVICES, STATUSES, TIERS, VEHICLES, Policy
from agents.matching.seen import hashes
from columns import earth
from columns.records import Records, Rejection
from columns.table import F64, I64, U8, Array, Mask

NONE = 255  # the code of an enum's null
RATINGS = ("rating_30d", "rating_90d", "rating_lifetime")
RATES = ("completion_rate", "acceptance_rate", "cancellation_rate", "eta_accuracy")
LATER = ("scheduled_ts", "ready_ts")
PLACES = ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")


def codes(column: str, symbols: tuple[str, ...]) -> pl.Expr:
    """An enum, or strings → positions in ``symbols``; NONE for nulls and other strings."""
    return pl.col(column).cast(pl.Enum(symbols), strict=False).to_physical().cast(pl.UInt8).fill_null(NONE)


def bits(column: str, symbols: tuple[str, ...]) -> pl.Expr:
    """Lists of enums or strings → one byte per row with bit i set where ``symbols[i]`` is in the list."""
    each = [pl.col(column).list.contains(pl.lit(symbol)).cast(pl.UInt8) * (1 << i) for i, symbol in enumerate(symbols)]
    return pl.sum_horizontal(each).cast(pl.UInt8).alias(column)


def numbers(*columns: str) -> list[pl.Expr]:
    """Numbers as float64, nulls as NaN."""
    return [pl.col(column).cast(pl.Float64).fill_null(float("nan")) for column in columns]


def integers(*columns: str) -> list[pl.Expr]:
    """Numbers as int64, nulls as 0."""
    return [pl.col(column).cast(pl.Int64).fill_null(0) for column in columns]


def flag(column: str) -> pl.Expr:
    """A boolean, null as false."""
    return pl.col(column).fill_null(False)


def empty(*columns: str) -> list[pl.Expr]:
    """Whether a string is empty or null, as columns with ``?`` after their names."""
    return [(pl.col(column) == "").fill_null(True).alias(column + "?") for column in columns]


MOVES = [*empty("driver_id", "market"), *integers("ts"), *numbers("lat", "lon"), codes("status", STATUSES)]
PROFILES = [*empty("driver_id", "market"), *integers("ts", "total_rides"), *numbers(*RATINGS, *RATES), flag("deleted")]
PROFILES += [codes("vehicle", VEHICLES), codes("tier", TIERS), bits("features", FEATURES), bits("services", SERVICES)]
ORDERS = [*empty("order_id", "market", "rider_id"), *integers("ts", "patience_s", "offer_s"), *numbers(*PLACES, *LATER, "fare_cents")]
ORDERS += [codes("service", SERVICES), codes("tier", TIERS), flag("premium_required"), bits("requirements", FEATURES)]
ORDERS += [codes("preferred_vehicle", VEHICLES)]
ANSWERED = [*empty("driver_id", "order_id", "market"), *integers("ts"), codes("answer", ANSWERS)]
FLAGGED = [*empty("driver_id", "market", "conversation_id"), *integers("ts"), flag("cleared")]
CHANGED = [*empty("order_id", "market"), *integers("ts"), codes("change", CHANGES)]


@dataclass(slots=True)
class Rows:
    """Valid rows of one topic in offset order: names, markets, offsets and numpy columns, all of shape (n,)."""

    ids: pl.Series
    markets: pl.Series
    offsets: I64
    columns: dict[str, Array]

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def take(self, index: I64) -> Rows:
        """The rows of these positions."""
        columns = {name: column[index] for name, column in self.columns.items()}
        return Rows(self.ids.gather(index), self.markets.gather(index), self.offsets[index], columns)

    def by_market(self) -> list[tuple[str, Rows]]:
        """The rows of each market, in the markets' alphabetical order."""
        if len(self) == 0:
            return []
        first = self.markets[0]
        if (self.markets == first).all():
            return [(first, self)]
        names = self.markets.unique().sort()
        code = self.markets.cast(pl.Enum(names)).to_physical().to_numpy()
        order = np.argsort(code, kind="stable")
        ends = np.searchsorted(code[order], np.arange(len(names) + 1))
        return [(name, self.take(order[ends[i] : ends[i + 1]])) for i, name in enumerate(names.to_list())]


class Sieve:
    """The columns of one batch, and what is wrong with its rows."""

    def __init__(self, records: Records, selection: list[pl.Expr], rejected: list[Rejection]) -> None:
        self.records = records
        self.rejected = rejected
        self.bad: Mask = np.zeros(len(records.offsets), np.bool_)
        self._columns = records.frame.select_seq(selection)

    def __getitem__(self, column: str) -> Array:
        return self._columns[column].to_numpy()

    def refuse(self, failing: Mask, error: str, message: Callable[[int], str]) -> None:
        """Reject the rows where ``failing`` (n,) holds and nothing was wrong before."""
        if not failing.any():
            return
        for row in np.flatnonzero(failing & ~self.bad).tolist():
            self.rejected.append(Rejection(self.records.topic, int(self.records.offsets[row]), error, message(row), False))
        self.bad |= failing

    def rows(self, name: str, columns: dict[str, Array]) -> Rows:
        """What has passed, named by the field ``name``."""
        frame = self.records.frame
        rows = Rows(frame[name], frame["market"], self.records.offsets, columns)
        return rows.take(np.flatnonzero(~self.bad)) if self.bad.any() else rows

    def check_names(self, *names: str) -> None:
        """Names must not be empty."""
        for name in names:
            self.refuse(self[name + "?"], "MissingId", lambda row, name=name: f"{name} is empty")  # type: ignore[misc]

    def check_time(self, now: int, policy: Policy) -> I64:
        """Event times lie after the epoch and not beyond ``now`` (ms) plus the policy's allowance. → the times"""
        ts: I64 = self["ts"]
        self.refuse(ts <= 0, "InvalidTimestamp", lambda row: f"ts {ts[row]} is not after the epoch")
        self.refuse(ts > now + policy.future_ms, "FromTheFuture", lambda row: f"ts {ts[row]} lies {ts[row] - now} ms after the step's now")
        return ts

    def check_position(self, lat: F64, lon: F64, what: str) -> None:
        """Degrees in -90…90 and -180…180; NaN and infinite are neither."""
        self.refuse(~(np.abs(lat) <= 90), "InvalidPosition", lambda row: f"{what} latitude {lat[row]} is outside -90…90")
        self.refuse(~(np.abs(lon) <= 180), "InvalidPosition", lambda row: f"{what} longitude {lon[row]} is outside -180…180")

    def check_symbols(self, *columns: str) -> list[U8]:
        """Enums are of the schema's symbols. → their positions"""
        out = [self[column] for column in columns]
        for column, values in zip(columns, out, strict=True):
            given = self.records.frame[column]
            self.refuse(values == NONE, "UnknownSymbol", lambda row, c=column, g=given: f"{c} {g[row]!r} is not of the schema")  # type: ignore[misc]
        return out

    def check_share(self, column: str, high: float) -> F64:
        """0 ≤ value ≤ high; NaN is not. → the values"""
        values: F64 = self[column]
        bad = ~((values >= 0) & (values <= high))
        self.refuse(bad, "InvalidProfile", lambda row: f"{column} {values[row]} is outside 0…{high:g}")
        return values


def read_moves(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-moves → ts, lat, lon, status by driver_id."""
    sieve = Sieve(records, MOVES, rejected)
    sieve.check_names("driver_id", "market")
    (status,) = sieve.check_symbols("status")
    ts, lat, lon = sieve.check_time(now, policy), sieve["lat"], sieve["lon"]
    sieve.check_position(lat, lon, "the driver's")
    return sieve.rows("driver_id", {"ts": ts, "lat": lat, "lon": lon, "status": status})


def read_profiles(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-profiles → what the driver table keeps of a profile, by driver_id.

    A driver's rating is that of 30 days, or else of 90, or else of ever; 0 is none, and who has none counts as ``policy.unrated``.
    """
    sieve = Sieve(records, PROFILES, rejected)
    sieve.check_names("driver_id", "market")
    vehicle, tier = sieve.check_symbols("vehicle", "tier")
    ts = sieve.check_time(now, policy)
    month, quarter, ever = (sieve.check_share(name, 5.0) for name in RATINGS)
    completion, acceptance, cancellation, accuracy = (sieve.check_share(name, 1.0) for name in RATES)
    rides = sieve["total_rides"]
    sieve.refuse(rides < 0, "InvalidProfile", lambda row: f"total_rides {rides[row]} is negative")
    rating = np.where(month > 0, month, np.where(quarter > 0, quarter, np.where(ever > 0, ever, policy.unrated)))
    columns: dict[str, Array] = {"ts": ts, "vehicle": vehicle, "tier": tier, "rating": rating}
    columns |= {"completion": completion, "acceptance": acceptance, "cancellation": cancellation, "eta_accuracy": accuracy}
    columns |= {name: sieve[name] for name in ("features", "services", "deleted")}
    return sieve.rows("driver_id", columns)


def read_orders(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """orders → the columns of the pending orders, by order_id."""
    sieve = Sieve(records, ORDERS, rejected)
    sieve.check_names("order_id", "market", "rider_id")
    service, tier = sieve.check_symbols("service", "tier")
    ts, patience = sieve.check_time(now, policy), sieve["patience_s"]
    lat, lon, to_lat, to_lon = (sieve[name] for name in PLACES)
    sieve.check_position(lat, lon, "pickup")
    sieve.check_position(to_lat, to_lon, "drop-off")
    with np.errstate(invalid="ignore"):
        trip = earth.haversine_m(lat, lon, to_lat, to_lon)
    far = f"the limit is {policy.trip_limit_m / 1000:g} km"
    sieve.refuse(trip > policy.trip_limit_m, "TripTooLong", lambda row: f"drop-off lies {trip[row] / 1000:.0f} km from the pickup; {far}")
    wrong = (patience <= 0) | (patience > policy.patience_limit_s)
    sieve.refuse(wrong, "InvalidPatience", lambda row: f"patience_s {patience[row]} is outside 1…{policy.patience_limit_s}")
    wanted = np.maximum(_wanted(sieve, "scheduled_ts", ts, policy), _wanted(sieve, "ready_ts", ts, policy))
    offer_s, fare = sieve["offer_s"], sieve["fare_cents"]
    unheard = (offer_s < 0) | (offer_s > policy.offer_limit_s)
    sieve.refuse(unheard, "InvalidOffer", lambda row: f"offer_s {offer_s[row]} is outside 0…{policy.offer_limit_s}")
    unpayable = (fare < 0) | (fare > policy.fare_limit_cents)
    sieve.refuse(unpayable, "InvalidFare", lambda row: f"fare_cents {fare[row]:.0f} is outside 0…{policy.fare_limit_cents}")
    columns: dict[str, Array] = {"ts": ts, "service": service, "tier": tier, "lat": lat, "lon": lon, "to_lat": to_lat, "to_lon": to_lon}
    columns |= {"premium": sieve["premium_required"], "requirements": sieve["requirements"], "preferred": sieve["preferred_vehicle"]}
    columns |= {"trip_m": np.nan_to_num(trip), "wanted": wanted, "start": np.maximum(ts, wanted - int(policy.lead_s * 1000))}
    columns |= {"until": columns["start"] + patience * 1000, "offer_ms": offer_s * 1000, "merchant": _merchants(records)}
    columns |= _money(columns, fare, sieve.bad, policy)
    return sieve.rows("order_id", columns)


def _wanted(sieve: Sieve, column: str, ts: I64, policy: Policy) -> I64:
    """A time that a thing is wanted or ready at, in whole ms; the order's own where none is named. Absurd ones are refused."""
    ahead = (sieve[column] - ts) / 1000
    absurd = (ahead < -policy.schedule_back_s) | (ahead > policy.schedule_ahead_s)
    error = "InvalidSchedule" if column == "scheduled_ts" else "InvalidReadyTime"
    sieve.refuse(absurd, error, lambda row: f"{column} lies {ahead[row]:.0f} s after ts")
    unnamed = absurd | np.isnan(ahead) | sieve.bad
    named = np.where(unnamed, 0.0, sieve[column]).astype(np.int64)
    out: I64 = np.where(unnamed, ts, named)
    return out


def _merchants(records: Records) -> I64:
    """A number for each order's merchant, 0 where none is named: 63 bits of the name's hash."""
    names = records.frame["merchant_id"]
    out: I64 = np.zeros(len(names), np.int64)
    named = names.is_not_null().to_numpy()
    if named.any():
        out[named] = (hashes(names.drop_nulls().to_list()) >> np.uint64(1)).astype(np.int64)
    return out


def _money(orders: Mapping[str, Array], fare: F64, bad: Mask, policy: Policy) -> dict[str, Array]:
    """What the rider pays and what the driver earns, whole cents: by the fare agreed, or else by the tariff."""
    service, tier = np.where(bad, 0, orders["service"]), np.where(bad, 0, orders["tier"])
    hour = earth.hour_of_week(orders["wanted"], np.where(bad, 0.0, orders["lon"]))
    agreed = ~np.isnan(fare) & ~bad
    price = price_cents(service, tier, np.where(bad, 0.0, orders["trip_m"]), hour, policy.pay)
    cents = np.where(agreed, np.nan_to_num(np.where(bad, 0.0, fare)), price).astype(np.int64)
    return {"price_cents": cents, "pay_cents": share_cents(cents, policy.pay)}


def read_changes(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """order-changes → ts, change by order_id."""
    sieve = Sieve(records, CHANGED, rejected)
    sieve.check_names("order_id", "market")
    (change,) = sieve.check_symbols("change")
    return sieve.rows("order_id", {"ts": sieve.check_time(now, policy), "change": change})


def read_flags(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-flags → ts, cleared and the conversation's id by driver_id."""
    sieve = Sieve(records, FLAGGED, rejected)
    sieve.check_names("driver_id", "market", "conversation_id")
    conversations: Array = records.frame["conversation_id"].to_numpy()
    columns = {"ts": sieve.check_time(now, policy), "cleared": sieve["cleared"], "conversation_id": conversations}
    return sieve.rows("driver_id", columns)


def read_answers(records: Records, now: int, policy: Policy, rejected: list[Rejection]) -> Rows:
    """driver-answers → ts, answer and the order's id by driver_id."""
    sieve = Sieve(records, ANSWERED, rejected)
    sieve.check_names("driver_id", "order_id", "market")
    (answer,) = sieve.check_symbols("answer")
    orders: Array = records.frame["order_id"].to_numpy()
    return sieve.rows("driver_id", {"ts": sieve.check_time(now, policy), "answer": answer, "order_id": orders})
