"""Competitors' prices, weather, events, holidays, safety flags and disputed charges in; what of them holds at a moment, by cell, out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.pricing.cells import MINUTE_MS, S
from agents.pricing.contexts import F64, I64, Mask
from agents.pricing.fleet import Fleet
from agents.pricing.policy import CONDITIONS, Policy
from agents.pricing.reading import NONE, Rows
from columns.earth import area, haversine_m
from columns.records import Rejection

EVERYWHERE, UNKNOWN = -(1 << 62), -(1 << 62) - 1  # no zones
WEATHER, EVENT, HOLIDAY = range(len(CONDITIONS))
HOUR_MIN = 60


class Competitors:
    """What each competitor asks for a service, somewhere or in the whole market, as a running mean of its logarithm in reference prices."""

    def __init__(self) -> None:
        self.seen: dict[tuple[int, int, str], tuple[float, int]] = {}  # by service, zone and name: mean, time
        self.published: dict[tuple[int, int], float] = {}  # by service and zone: in reference prices

    def take(self, rows: Rows, policy: Policy) -> None:
        """Take observations in offset order; one older than the last changes nothing."""
        away = np.isnan(rows["lat"])
        zones = np.where(away, EVERYWHERE, area(np.nan_to_num(rows["lat"]), np.nan_to_num(rows["lon"]), policy.zone_m))
        logs = np.log(rows["ratio"])
        columns = (rows["service"].tolist(), zones.tolist(), rows["competitor"].tolist(), logs.tolist(), rows["ts"].tolist())
        for service, zone, name, log, ts in zip(*columns, strict=True):
            mean, last = self.seen.pop((service, zone, name), (log, 0))
            if ts >= last:
                stale = ts - last > policy.competitor_ttl_s * 1000
                mean, last = (log if stale else mean + policy.competitor_memory * (log - mean)), ts
            self.seen[service, zone, name] = mean, last
        while len(self.seen) > policy.competitor_limit:
            del self.seen[next(iter(self.seen))]

    def publish(self, clock_ms: int, policy: Policy) -> None:
        """What holds in the second that begins: the median of the competitors seen of late."""
        since = clock_ms - policy.competitor_ttl_s * 1000
        self.seen = {key: value for key, value in self.seen.items() if value[1] >= since}
        by_zone: dict[tuple[int, int], list[float]] = {}
        for (service, zone, _), (mean, _) in self.seen.items():
            by_zone.setdefault((service, zone), []).append(mean)
            if zone != EVERYWHERE:
                by_zone.setdefault((service, EVERYWHERE), []).append(mean)
        self.published = {key: float(np.exp(_median(means))) for key, means in sorted(by_zone.items())}  # EVERYWHERE comes first

    def ratios(self, zones: I64) -> F64:
        """Their price in reference prices by cell: that of those seen there, else of those seen anywhere; NaN for none."""
        out = np.full((len(zones), S), np.nan)
        for (service, zone), ratio in self.published.items():
            out[slice(None) if zone == EVERYWHERE else np.flatnonzero(zones == zone), service] = ratio
        return out

    def facts(self) -> dict[str, Any]:
        """The state."""
        seen, published = ([[*key, *value] for key, value in self.seen.items()], [[*key, value] for key, value in self.published.items()])
        return {"seen": seen, "published": published}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Competitors:
        """The state whose ``facts()`` these are."""
        out = cls()
        out.seen = {(service, zone, name): (mean, ts) for service, zone, name, mean, ts in facts["seen"]}
        out.published = {(service, zone): ratio for service, zone, ratio in facts["published"]}
        return out


class Conditions:
    """Weather, events and holidays by name."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.published: list[dict[str, Any]] = []  # those that hold in the newest second

    def take(self, rows: Rows, policy: Policy, rejected: list[Rejection]) -> None:
        """Take conditions in offset order; one older than known is late."""
        for i, name in enumerate(rows["name"].tolist()):
            row = {key: rows[key][i].item() for key in ("ts", "kind", "value", "from", "until", "lat", "lon", "radius")}
            row |= {key: None for key in ("lat", "lon", "radius") if np.isnan(row[key])}
            last = self.known.get(name)
            if last is not None and row["ts"] < last["ts"]:
                message = f"{name} had a newer record than ts {row['ts']} before this one"
                rejected.append(Rejection(rows.topic, int(rows.offsets[i]), "OutOfOrder", message, True))
            elif last is None and len(self.known) >= policy.condition_limit:
                message = f"there are {len(self.known)} conditions; the limit is {policy.condition_limit}: let some end"
                rejected.append(Rejection(rows.topic, int(rows.offsets[i]), "TooManyConditions", message, False))
            else:
                self.known[name] = row

    def publish(self, clock_ms: int) -> None:
        """What holds in the second that begins."""
        self.known = {name: row for name, row in self.known.items() if row["until"] >= clock_ms}
        self.published = [row for _, row in sorted(self.known.items()) if row["from"] <= clock_ms and row["value"] != 0.0]

    def hold(self, lat: F64, lon: F64) -> tuple[F64, F64, Mask]:
        """Of zones with these centres: the weather (the worst that holds), the event (the largest), and whether it is a holiday."""
        weather, event, holiday = np.full(len(lat), np.inf), np.zeros(len(lat)), np.zeros(len(lat), np.bool_)
        for row in self.published:
            here = np.ones(len(lat), np.bool_)
            if row["lat"] is not None:
                here = haversine_m(lat, lon, np.float64(row["lat"]), np.float64(row["lon"])) <= row["radius"]  # type: ignore[arg-type]
            if row["kind"] == WEATHER:
                weather[here] = np.minimum(weather[here], row["value"])
            elif row["kind"] == EVENT:
                event[here] = np.maximum(event[here], row["value"])
            else:
                holiday |= here
        return np.where(np.isinf(weather), 0.0, weather), event, holiday

    def facts(self) -> dict[str, Any]:
        """The state."""
        return {"known": self.known, "published": self.published}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Conditions:
        """The state whose ``facts()`` these are."""
        out = cls()
        out.known, out.published = facts["known"], facts["published"]
        return out


class Flags:
    """Safety complaints that are not settled, by driver and conversation: when, and the zone where the driver was."""

    def __init__(self) -> None:
        self.raised: dict[str, dict[str, list[int]]] = {}

    def take(self, rows: Rows) -> None:
        """Take complaints and settlements in offset order; said twice is said once."""
        columns = (rows["driver"].tolist(), rows["conversation"].tolist(), rows["cleared"].tolist(), rows["ts"].tolist())
        for driver, conversation, cleared, ts in zip(*columns, strict=True):
            own = self.raised.setdefault(driver, {})
            if cleared:
                own.pop(conversation, None)
            else:
                own.setdefault(conversation, [ts, UNKNOWN])
            if not own:
                del self.raised[driver]

    def zones(self, fleet: Fleet, clock_ms: int, policy: Policy) -> set[int]:
        """The zones in which prices are held: EVERYWHERE is the market, for drivers that never said where they are."""
        since = clock_ms - policy.safety_hold_s * 1000
        held: set[int] = set()
        for driver in list(self.raised):
            own = {name: said for name, said in self.raised[driver].items() if said[0] >= since}
            for said in own.values():
                if said[1] == UNKNOWN:
                    zone = fleet.zone(driver)
                    said[1] = EVERYWHERE if zone is None else zone
                held.add(said[1])
            self.raised[driver] = own
            if not own:
                del self.raised[driver]
        return held


class Overcharges:
    """Disputed charges: each conversation counts once, for its service, or for all where that is not known."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = {}  # by conversation: when it last disputed, and of which service

    def take(self, rows: Rows) -> None:
        """Take reports."""
        for name, ts, service in zip(rows["conversation"].tolist(), rows["ts"].tolist(), rows["service"].tolist(), strict=True):
            self.counts[name] = [ts, S if service == NONE else service]

    def by_service(self, clock_ms: int, policy: Policy) -> I64:
        """Conversations in the window, shape (services,)."""
        since = (clock_ms - policy.overcharge_window_s * 1000) // MINUTE_MS
        self.counts = {name: said for name, said in self.counts.items() if said[0] // MINUTE_MS > since}
        total = np.bincount(np.array([service for _, service in self.counts.values()], np.int64), minlength=S + 1)
        out: I64 = total[:S] + total[S]
        return out

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Overcharges:
        """The state of these counts, as JSON has them."""
        out = cls()
        out.counts = {name: list(said) for name, said in facts.items()}
        return out


def _median(values: list[float]) -> float:
    """Of a few: numpy's takes ten times as long."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
