"""Offers made in, answers in; what became of each offer, out: exactly one outcome, an answer in time or none.

When a rider leaves, what is known of the rider goes at once, and the offers when the open span of event time is over: nobody learns from
them. Offers that are over are remembered for a while, to tell a second or a late answer from one to an offer never made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.growth.conversion import FEATURES
from agents.growth.policy import HOUR_MS, Policy
from columns.packing import strings, strings_of
from columns.table import F64, Array

OPEN, ANSWERED, EXPIRED = range(3)
_NUMBERS = ("type", "offer", "made_ts", "expires_ts", "hour", "status", "expected_ppm")


@dataclass(slots=True)
class Pending:
    """An offer. ``offset``: of its request, which names it in the task; ``hour``: of the contact, the rider's local time."""

    offset: int
    rider_id: str
    type: int
    offer: int
    made_ts: int
    expires_ts: int
    hour: int
    expected_ppm: int
    features: F64
    status: int = OPEN

    @property
    def expected(self) -> float:
        """The conversion that was expected of it, to six digits."""
        return self.expected_ppm / 1e6


@dataclass(slots=True)
class PendingOffers:
    """Offers by their requests' offsets, and those that end in each hour of event time."""

    offers: dict[int, Pending] = field(default_factory=dict)
    ending: dict[int, list[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.offers)

    def add(self, offer: Pending) -> None:
        """An offer was made."""
        self.offers[offer.offset] = offer
        self.ending.setdefault(offer.expires_ts // HOUR_MS, []).append(offer.offset)

    def erase(self, riders: Mapping[str, int]) -> list[int]:
        """These riders left, at event times in ms: their offers from before tell nothing of them any more. → their offsets"""
        found = [offer for offer in self.offers.values() if offer.made_ts <= riders.get(offer.rider_id, -1)]
        for offer in found:
            offer.features = np.zeros(len(FEATURES))
        return sorted(offer.offset for offer in found)

    def settle(self, offsets: Iterable[int]) -> None:
        """These offers are over, without any outcome, and forgotten."""
        gone = {offset for offset in offsets if self.offers.pop(offset, None) is not None}
        if gone:
            ending = {hour: [offset for offset in of_hour if offset not in gone] for hour, of_hour in self.ending.items()}
            self.ending = {hour: of_hour for hour, of_hour in ending.items() if of_hour}

    def next_end(self) -> int | None:
        """An event time, ms, at which something of it may be over; None without offers."""
        return (min(self.ending) + 1) * HOUR_MS if self.ending else None

    def expire(self, clock: int, policy: Policy) -> list[Pending]:
        """Offers that nobody answered in the hours that ended by then, the earliest first; and forget what is long over."""
        out = []
        for hour in sorted(hour for hour in self.ending if (hour + 1) * HOUR_MS <= clock):
            late = []
            for offset in self.ending.pop(hour):
                offer = self.offers[offset]
                if offer.status == OPEN:
                    offer.status = EXPIRED
                    out.append(offer)
                if (keep := offer.expires_ts + policy.remember_h * HOUR_MS) > clock:
                    late.append((keep // HOUR_MS, offset))
                else:
                    del self.offers[offset]
            for when, offset in late:
                self.ending.setdefault(when, []).append(offset)
        return sorted(out, key=lambda offer: (offer.expires_ts, offer.offset))

    def arrays(self) -> dict[str, Array]:
        """The state, by offset."""
        offers = [self.offers[offset] for offset in sorted(self.offers)]
        when = {offset: hour for hour, offsets in self.ending.items() for offset in offsets}
        out = strings("rider", [offer.rider_id for offer in offers])
        out |= {"offset": np.array([offer.offset for offer in offers], np.int64)}
        out |= {"when": np.array([when[offer.offset] for offer in offers], np.int64)}
        out |= {name: np.array([getattr(offer, name) for offer in offers], np.int64) for name in _NUMBERS}
        return out | {"features": np.array([offer.features for offer in offers], np.float64).ravel()}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> PendingOffers:
        """The state whose ``arrays()`` these are."""
        out = cls()
        features = arrays["features"].reshape(-1, len(FEATURES))
        numbers = {name: arrays[name].tolist() for name in _NUMBERS}
        when = arrays["when"].tolist()
        for i, (offset, rider) in enumerate(zip(arrays["offset"].tolist(), strings_of("rider", arrays), strict=True)):
            out.offers[offset] = Pending(offset, rider, features=features[i].copy(), **{name: numbers[name][i] for name in _NUMBERS})
            out.ending.setdefault(when[i], []).append(offset)
        return out
