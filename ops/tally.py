"""Orders, offers, answers, decisions, dead letters and markets' rows as they are read → what has become of the orders of this run.

An order is its record's coordinates, so two orders of one id are two. Records may come in any order between topics.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from agents.matching.policy import DEFAULT
from ops.following import Part

TOPICS = ("orders", "driver-answers", "matching.offers", "matching.decisions", "matching.dead-letters", "matching.markets")
SHOWN = 12  # last decisions kept for the screen


@dataclass(slots=True)
class Asked:
    """An order without a decision."""

    market: str
    until_ms: int  # its patience is over then, and no driver is asked any more, event time


@dataclass(slots=True)
class MarketTally:
    """One market: what this run saw, and its own latest row (`matching.markets`)."""

    orders: int = 0
    matched: int = 0
    unmatched: int = 0
    eta_s: float = 0.0  # sum over the matched
    offers: int = 0  # made to drivers
    accepted: int = 0  # of them, those by which an order was decided
    declined: int = 0  # answers; other offers run out, or their riders leave
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mean_eta_s(self) -> float | None:
        """Mean expected time to the pickup of the matched."""
        return self.eta_s / self.matched if self.matched else None

    @property
    def accepted_share(self) -> float | None:
        """Of the offers made."""
        return self.accepted / self.offers if self.offers else None

    @property
    def declined_share(self) -> float | None:
        """Of the offers made."""
        return self.declined / self.offers if self.offers else None


UNTIL_MS = pl.max_horizontal("ts", pl.max_horizontal("scheduled_ts", "ready_ts") - int(DEFAULT.lead_s * 1000)) + 1000 * (
    pl.col("patience_s").cast(pl.Int64) + pl.col("offer_s")
)  # patience begins where the search for a driver does


class Tally:
    """Counts from where following began: ``starts`` are the first offsets of `orders` that belong to this run, by partition."""

    def __init__(self, starts: Mapping[int, int]) -> None:
        self._starts = starts
        self._undecided: dict[tuple[int, int], Asked] = {}
        self._answered_early: set[tuple[int, int]] = set()  # answers read before their orders
        self.markets: dict[str, MarketTally] = {}
        self.reasons: Counter[str] = Counter()
        self.dead_letters: Counter[str] = Counter()  # by error
        self.last: deque[Mapping[str, Any]] = deque(maxlen=SHOWN)

    @property
    def orders(self) -> int:
        """Orders read."""
        return sum(m.orders for m in self.markets.values())

    @property
    def matched(self) -> int:
        """Orders with a driver."""
        return sum(m.matched for m in self.markets.values())

    @property
    def unmatched(self) -> int:
        """Orders decided without a driver."""
        return sum(m.unmatched for m in self.markets.values())

    @property
    def whole(self) -> MarketTally:
        """All markets as one, without a row."""
        counted = ("orders", "matched", "unmatched", "eta_s", "offers", "accepted", "declined")
        return MarketTally(**{name: sum(getattr(m, name) for m in self.markets.values()) for name in counted})

    def says(self, field: str) -> dict[str, Any]:
        """What the rows of this run's markets say of something, by market, where they do."""
        live = sorted(name for name, m in self.markets.items() if m.orders)
        return {name: value for name in live if (value := self.markets[name].row.get(field)) is not None}

    @property
    def undecided(self) -> int:
        """Orders read that have neither a decision nor a dead letter."""
        return len(self._undecided)

    def take(self, part: Part) -> None:
        """Count the records of one of TOPICS."""
        match part.topic:
            case "orders":
                self._ask(part)
            case "driver-answers":
                for name in part.frame.filter(pl.col("answer").cast(pl.String) == "DECLINED")["market"]:
                    self._market(name).declined += 1
            case "matching.offers":
                for name in part.frame["market"]:
                    self._market(name).offers += 1
            case "matching.decisions":
                self._decide(part)
            case "matching.dead-letters":
                self._bury(part)
            case "matching.markets":
                for row in part.frame.iter_rows(named=True):
                    self._market(row["market"]).row = row

    def pending(self) -> int:
        """Orders that still wait in their patience, by their market's own account."""
        return sum(min(waiting, self._says_pending(market)) for market, waiting in self._within_patience().items())

    def lost(self) -> int:
        """Orders that nothing accounts for: no decision, no dead letter, and not pending."""
        return self.undecided - self.pending()

    def _within_patience(self) -> Counter[str]:
        waiting: Counter[str] = Counter()
        for asked in self._undecided.values():
            clock = self._market(asked.market).row.get("clock", 0)
            waiting[asked.market] += asked.until_ms >= clock
        return waiting

    def _says_pending(self, market: str) -> int:
        return int(self._market(market).row.get("pending", 0))

    def _ask(self, part: Part) -> None:
        rows = part.frame.select("market", UNTIL_MS).iter_rows()
        for offset, (market, until_ms) in zip(part.offsets.tolist(), rows, strict=True):
            self._market(market).orders += 1
            at = (part.partition, offset)
            if at in self._answered_early:
                self._answered_early.discard(at)
            else:
                self._undecided[at] = Asked(market, until_ms)

    def _decide(self, part: Part) -> None:
        for row in part.frame.iter_rows(named=True):
            if not self._answer(row["partition"], row["offset"]):
                continue
            market = self._market(row["market"])
            self.reasons[row["reason"]] += 1
            if row["outcome"] == "MATCHED":
                market.matched += 1
                market.eta_s += row["eta_s"] or 0.0
                market.accepted += row["offer_id"] is not None
            else:
                market.unmatched += 1
            self.last.appendleft(row)

    def _bury(self, part: Part) -> None:
        for row in part.frame.select("topic", "partition", "offset", "error").iter_rows(named=True):
            self.dead_letters[row["error"]] += 1
            if row["topic"] == "orders":
                self._answer(row["partition"], row["offset"])

    def _answer(self, partition: int, offset: int) -> bool:
        """Note that an order is answered; whether it is one of this run's."""
        if offset < self._starts.get(partition, 0):
            return False
        if self._undecided.pop((partition, offset), None) is None:
            self._answered_early.add((partition, offset))
        return True

    def _market(self, name: str) -> MarketTally:
        return self.markets.setdefault(name, MarketTally())
