"""What a closed loop runs in, before anybody decides anything: riders' orders, drivers and their shifts, roads, and what idle drivers do.

A simulated one is made by `scenario` from a seed, a recorded one by `recorded_world` from a day of real cabs. Every policy meets the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from columns.table import F64, I64, Mask

NEVER = 1 << 60  # ms
MONDAY_MS = 1_750_089_600_000  # 2025-06-16, 16:00 UTC
PARTS = 6  # of a way, each with a speed of its own


@dataclass(frozen=True, slots=True)
class Setting:
    """What all runs of an evaluation have in common; times in minutes, but for those in ms.

    Orders are measured that come after the warm-up, for ``minutes``; the cool-down is long enough for each of them to come to its pickup
    or to its end. ``boarding_s``: mean time to get in; ``traffic``: log spread of a way's time around what the roads say.
    """

    orders_per_hour: float = 700.0  # of simulated demand
    warm_up: float = 30.0
    minutes: float = 90.0
    cool_down: float = 21.0
    tick_ms: int = 3000
    ping_ms: int = 15_000
    start_ms: int = MONDAY_MS
    boarding_s: float = 45.0
    traffic: float = 0.25

    @property
    def window(self) -> tuple[int, int]:
        """Event times, ms, between which orders, income and hours are measured."""
        first = self.start_ms + int(self.warm_up * 60_000)
        return first, first + int(self.minutes * 60_000)

    @property
    def end_ms(self) -> int:
        """When the run ends."""
        return self.window[1] + int(self.cool_down * 60_000)


@dataclass(frozen=True, slots=True)
class Demand:
    """Orders by time, shape (orders,): ms, degrees; ``pay_cents``: what the driver gets. ``frame`` has them as records of ``orders``.

    ``leaves_ms``: when the rider cancels if nobody has been found (NEVER: waits until its patience ends); ``limit_ms``: when it cancels if
    it has not been picked up; ``trip_ms``: how long the trip takes, -1: as long as the roads say.
    """

    at_ms: I64
    lat: F64
    lon: F64
    to_lat: F64
    to_lon: F64
    pay_cents: I64
    patience_ms: I64
    leaves_ms: I64
    limit_ms: I64
    trip_ms: I64
    frame: pl.DataFrame

    def __len__(self) -> int:
        return len(self.at_ms)


@dataclass(frozen=True, slots=True)
class Supply:
    """Drivers, shape (drivers,), as they are before the first order.

    ``acceptance``: chance to accept an order that is near, 1: accepts all; ``pace`` multiplies the roads' speed; ``flips_ms`` (drivers, n):
    when they go on or off, ascending, NEVER: not any more; ``flip_places`` (drivers, n, 2): where that is, degrees, NaN: where they are;
    ``profiles``: records of ``driver-profiles``.
    """

    ids: list[str]
    lat: F64
    lon: F64
    online: Mask
    acceptance: F64
    pace: F64
    flips_ms: I64
    flip_places: F64
    profiles: pl.DataFrame

    def __len__(self) -> int:
        return len(self.ids)


class Roads(Protocol):
    """How fast one really drives. The agent is told none of this."""

    def parts_ms(self, lat: F64, lon: F64, to_lat: F64, to_lon: F64, at_ms: I64) -> F64:
        """Time for each of the PARTS of equal length of the ways that begin at ``at_ms`` (n,): shape (n, PARTS)."""
        ...


class Idling(Protocol):
    """What drivers do who wait for orders: they stand for a while, then drive somewhere, and so on."""

    def rests_until(self, rows: I64, at_ms: I64) -> I64:
        """Until when drivers (n,) stand who have nothing to do from ``at_ms`` (n,) on; NEVER: until an order comes."""
        ...

    def drifts(self, rows: I64, here: F64, at_ms: I64) -> tuple[F64, F64, I64]:
        """Where to drivers go who are ``here`` (n, 2), the time for each part of the way (n, PARTS), ms, and when they look on, ms."""
        ...


@dataclass(frozen=True, slots=True)
class Scenario:
    """One world; ``seed`` names the draws of what happens in it."""

    seed: int
    setting: Setting
    market: str
    roads: Roads
    idling: Idling
    demand: Demand
    supply: Supply
