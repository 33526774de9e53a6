"""What happened in conversations in; how support did by day and by human agent, out.

Whole numbers only, each a sum of what happened: so neither the order of events nor that of partitions leaves a trace, a sum can be taken
back, and rows of several partitions add up (`Figures.read`, `merge`). Means, rates and percentiles are derived when shown. A day is one of
UTC, by event time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.support.turns import Feedback, Resolution

DAY_MS = 86_400_000
DAYS = 40  # kept
MICRO = 1_000_000
EVERYBODY = ""  # the row of all of support; the others are those of a human agent
COUNTS = (
    "conversations",  # begun; of a human agent: assigned, or taken
    "messages",
    "answered",  # messages, automatically
    "clarified",
    "escalated",
    "resolved",  # conversations that are, and stayed so
    "resolved_alone",  # without any person
    "first_contact",  # without being reopened
    "confidence_micro",  # of answered, clarified and escalated messages
    "ratings",
    "rating_sum",
    "helpful",
    "not_helpful",
)
DECIDED = ("answered", "clarified", "escalated")
TIMES = ("response", "resolution")  # of answers, from the message; of conversations, from the first message
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
BOUNDS_MS = (  # a time is in the first bucket whose bound it does not exceed; the last bucket is without
    10, 20, 50, 100, 200, 300, 500, 750, SECOND, 1500, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE,
    10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY_MS, 3 * DAY_MS, 7 * DAY_MS,
)  # fmt: skip


@dataclass(slots=True)
class Times:
    """How long things took: the sum in ms, and how many fell into each bucket."""

    sum_ms: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.buckets)

    def add(self, ms: int, times: int = 1) -> None:
        """Something took ``ms``, less than 0 being 0; -1 times: it is taken back."""
        ms = max(0, ms)
        self.sum_ms += times * ms
        self.buckets[bisect_left(BOUNDS_MS, ms)] += times

    def percentile_ms(self, share: float) -> int | None:
        """What ``share`` of the times did not exceed, taken as evenly spread within buckets, the last up to twice its bound; None: none."""
        wanted, seen = share * self.count, 0
        for i, count in enumerate(self.buckets):
            if count and seen + count >= wanted:
                low = BOUNDS_MS[i - 1] if i else 0
                high = BOUNDS_MS[i] if i < len(BOUNDS_MS) else 2 * low
                return round(low + (high - low) * (wanted - seen) / count)
            seen += count
        return None


@dataclass(slots=True)
class Figures:
    """The sums of one day, of everybody or of one human agent."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    times: dict[str, Times] = field(default_factory=lambda: {name: Times() for name in TIMES})

    def merge(self, other: Figures) -> None:
        """Add the sums of another partition."""
        for name in COUNTS:
            self.counts[name] += other.counts[name]
        for name in TIMES:
            mine, its = self.times[name], other.times[name]
            mine.sum_ms += its.sum_ms
            mine.buckets = [a + b for a, b in zip(mine.buckets, its.buckets, strict=True)]

    def shown(self) -> dict[str, Any]:
        """The sums, and what they say; None where nothing can be said."""
        counts = self.counts
        decided = sum(counts[name] for name in DECIDED)
        out: dict[str, Any] = dict(counts) | {
            "automation_rate": _ratio(counts["answered"], decided),
            "escalation_rate": _ratio(counts["escalated"], decided),
            "mean_confidence": _ratio(counts["confidence_micro"], decided * MICRO),
            "satisfaction": _ratio(counts["rating_sum"], counts["ratings"]),
            "helpful_share": _ratio(counts["helpful"], counts["helpful"] + counts["not_helpful"]),
            "first_contact_resolution": _ratio(counts["first_contact"], counts["resolved"]),
            "resolved_alone_share": _ratio(counts["resolved_alone"], counts["resolved"]),
        }
        for name, times in self.times.items():
            out |= {f"{name}_sum_ms": times.sum_ms, f"{name}_buckets": list(times.buckets)}
            out |= {f"{name}_mean_ms": _ratio(times.sum_ms, times.count)}
            out |= {f"{name}_p{share}_ms": times.percentile_ms(share / 100) for share in (50, 95, 99)}
        return out

    def facts(self) -> list[Any]:
        """The state, as JSON can hold it."""
        return [[self.counts[name] for name in COUNTS], *([self.times[name].sum_ms, *self.times[name].buckets] for name in TIMES)]

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Figures:
        """The sums of a row as it was shown: to be merged with those of other partitions, and shown again."""
        times = {name: Times(row[f"{name}_sum_ms"], list(row[f"{name}_buckets"])) for name in TIMES}
        return cls({name: row[name] for name in COUNTS}, times)

    @classmethod
    def of(cls, facts: Iterable[list[int]]) -> Figures:
        """The sums whose ``facts()`` these are."""
        counts, *times = facts
        return cls(
            dict(zip(COUNTS, counts, strict=True)),
            {name: Times(sum_ms, buckets) for name, (sum_ms, *buckets) in zip(TIMES, times, strict=True)},
        )


class Analytics:
    """The figures of the last days. What a human agent did counts for that agent and for everybody."""

    def __init__(self) -> None:
        self._figures: dict[tuple[int, str], Figures] = {}  # by day since the epoch, and human agent
        self._changed: dict[tuple[int, str], None] = {}
        self._oldest = 0  # day that is kept

    def began(self, ts: int) -> None:
        """A conversation began at ``ts`` ms, and so with all that follow."""
        self._count(ts, EVERYBODY, conversations=1)

    def assigned(self, ts: int, agent_id: str) -> None:
        """A person got a conversation."""
        self._count(ts, agent_id, conversations=1)

    def said(self, ts: int, agent_id: str | None = None) -> None:
        """A message of anybody's; of a person's if ``agent_id`` is given."""
        self._all(ts, agent_id, messages=1)

    def decided(self, ts: int, how: str, confidence: float, response_ms: int | None = None) -> None:
        """What was done about a customer's message, ``how`` being one of DECIDED, how surely, and after how long it was answered."""
        if how not in DECIDED:
            raise ValueError(f"a message is decided as one of {', '.join(DECIDED)}, not as {how!r}")
        figures = self._count(ts, EVERYBODY, **{how: 1, "confidence_micro": round(min(1.0, max(0.0, confidence)) * MICRO)})
        if response_ms is not None:
            figures.times["response"].add(response_ms)

    def replied(self, ts: int, agent_id: str, response_ms: int) -> None:
        """A person's first message after the customer's: that person's response time. Everybody's is of automatic answers only."""
        self._count(ts, agent_id).times["response"].add(response_ms)

    def resolved(self, before: Resolution | None, after: Resolution | None) -> None:
        """``Conversation.resolution`` before and after whatever happened: what is no longer so is taken back from its day."""
        if before != after:
            for resolution, times in ((before, -1), (after, 1)):
                if resolution is not None:
                    self._resolve(resolution, times)

    def rated(self, feedback: Feedback, agent_id: str | None = None) -> None:
        """Feedback, on what a person did if ``agent_id`` is given."""
        rating = {} if feedback.rating is None else {"ratings": 1, "rating_sum": feedback.rating}
        helpful = {} if feedback.helpful is None else {"helpful" if feedback.helpful else "not_helpful": 1}
        if rating or helpful:
            self._all(feedback.ts, agent_id, **rating, **helpful)

    def forget(self, clock: int) -> None:
        """It is ``clock`` ms: days that lie DAYS or more before today are forgotten, and what happened on them is not counted any more."""
        oldest = clock // DAY_MS - DAYS + 1
        if oldest > self._oldest:
            self._oldest = oldest
            self._figures = {key: figures for key, figures in self._figures.items() if key[0] >= oldest}
            self._changed = dict.fromkeys(key for key in self._changed if key[0] >= oldest)

    def due(self) -> list[dict[str, Any]]:
        """The rows that have changed since this was last asked, by day, then human agent, everybody first."""
        out = [{"day": _day(day), "agent_id": who, **self._figures[day, who].shown()} for day, who in sorted(self._changed)]
        self._changed = {}
        return out

    @property
    def pending(self) -> bool:
        """Whether rows have changed since ``due`` was last asked."""
        return bool(self._changed)

    def facts(self) -> dict[str, Any]:
        """The state, as JSON can hold it; the order of events leaves no trace."""
        figures = [[*key, self._figures[key].facts()] for key in sorted(self._figures)]
        return {"oldest": self._oldest, "figures": figures, "changed": [list(key) for key in sorted(self._changed)]}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Analytics:
        """The analytics whose ``facts()`` these are."""
        out = cls()
        out._figures = {(day, who): Figures.of(figures) for day, who, figures in facts["figures"]}
        out._changed = dict.fromkeys((day, who) for day, who in facts["changed"])
        out._oldest = facts["oldest"]
        return out

    def _resolve(self, resolution: Resolution, times: int) -> None:
        for who in dict.fromkeys((EVERYBODY, resolution.agent_id or EVERYBODY)):
            counts = {"resolved": 1, "resolved_alone": int(resolution.alone), "first_contact": int(resolution.first)}
            figures = self._count(resolution.ts, who, **{name: times * count for name, count in counts.items()})
            figures.times["resolution"].add(resolution.took_ms, times)

    def _all(self, ts: int, agent_id: str | None, **counts: int) -> None:
        for who in dict.fromkeys((EVERYBODY, agent_id or EVERYBODY)):
            self._count(ts, who, **counts)

    def _count(self, ts: int, who: str, **counts: int) -> Figures:
        """The figures of that day, with the counts added; figures that nobody sees for a day that is forgotten."""
        key = (ts // DAY_MS, who)
        if key[0] < self._oldest:
            return Figures()
        figures = self._figures.setdefault(key, Figures())
        for name, count in counts.items():
            figures.counts[name] += count
        self._changed[key] = None
        return figures


def _ratio(part: int, whole: int) -> float | None:
    """To six digits."""
    return round(part / whole, 6) if whole else None


def _day(day: int) -> str:
    """Days since the epoch as a date, 2026-01-31."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
