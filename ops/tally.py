"""Orders, decisions, dead letters and markets' rows as they are read → what has become of the orders of this run.

An order is its record's coordinates, so two orders of one id are two. Records may come in any order between topics.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.following import Part

TOPICS = ("orders", "matching.decisions", "matching.dead-letters", "matching.markets")
SHOWN = 12  # last decisions kept for the screen


@dataclass(slots=True)
class Asked:
    """An order without a decision."""

    market: str
    until_ms: int  # its patience is over then, event time


@dataclass(slots=True)
class MarketTally:
    """One market: what this run saw, and its own latest row (`matching.markets`)."""

    orders: int = 0
    matched: int = 0
    unmatched: int = 0
    eta_s: float = 0.0  # sum over the matched
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mean_eta_s(self) -> float | None:
        """Mean expected time to the pickup of the matched."""
        return self.eta_s / self.matched if self.matched else None


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
    def mean_eta_s(self) -> float | None:
        """Mean expected time to the pickup of all matched, s."""
        return sum(m.eta_s for m in self.markets.values()) / self.matched if self.matched else None

    @property
    def undecided(self) -> int:
        """Orders read that have neither a decision nor a dead letter."""
        return len(self._undecided)

    def take(self, part: Part) -> None:
        """Count the records of one of TOPICS."""
        match part.topic:
            case "orders":
                self._ask(part)
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
        rows = part.frame.select("market", "ts", "patience_s").iter_rows()
        for offset, (market, ts, patience_s) in zip(part.offsets.tolist(), rows, strict=True):
            self._market(market).orders += 1
            at = (part.partition, offset)
            if at in self._answered_early:
                self._answered_early.discard(at)
            else:
                self._undecided[at] = Asked(market, ts + patience_s * 1000)

    def _decide(self, part: Part) -> None:
        for row in part.frame.iter_rows(named=True):
            if not self._answer(row["partition"], row["offset"]):
                continue
            market = self._market(row["market"])
            self.reasons[row["reason"]] += 1
            if row["outcome"] == "MATCHED":
                market.matched += 1
                market.eta_s += row["eta_s"] or 0.0
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
