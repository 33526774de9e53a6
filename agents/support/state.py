"""The state of one support task: conversations, knowledge, rules, people, figures, what was learnt; to bytes and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from agents.support.analytics import Analytics
from agents.support.conversations import Conversations
from agents.support.early import Early
from agents.support.entries import Entries
from agents.support.escalation import Rules
from agents.support.learning import Learner
from agents.support.people import People
from agents.support.retrieval import Index

FORMAT = 2  # changes whenever older code could not load what this code dumps

_PLAIN = ("partition", "now", "latest", "since", "shown_at", "events", "flagged")
_PARTS = ("people", "learner", "conversations", "entries", "rules", "analytics", "early")


@dataclass(slots=True)
class SupportState:
    """What a support task knows. ``now``: of the last step, ms; ``latest``: the latest event time, and ``since``: the step's time then.

    ``flagged``: the complaints that matching was told of and has not been told to be settled, by conversation and driver: market and
    reason; of driver "" one of which it is not known yet whom it is about.
    """

    partition: int
    people: People
    learner: Learner
    now: int = 0
    latest: int = 0
    since: int = 0
    shown_at: int = 0  # when figures were shown last, ms
    events: int = 0  # that no record led to, so far
    conversations: Conversations = field(default_factory=Conversations)
    entries: Entries = field(default_factory=Entries)
    rules: Rules = field(default_factory=Rules)
    analytics: Analytics = field(default_factory=Analytics)
    flagged: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    early: Early = field(default_factory=Early)
    index: Index = field(init=False)
    look_at: int = field(default=0, init=False)  # event time, ms, from which somebody may be free for who waits; not kept

    def __post_init__(self) -> None:
        self.index = Index(self.entries)

    @classmethod
    def fresh(cls, partition: int, partitions: int, classes: Sequence[str]) -> SupportState:
        """The state of a task that has seen nothing."""
        return cls(partition, People(partition, partitions), Learner(tuple(classes)))

    def clock(self, ts: int | None = None) -> int:
        """Event time, ms: the latest seen, and what has passed since then by the steps' time; 0 before the first."""
        passed = self.clock_at(self.now)
        if ts is None or ts <= passed:
            return passed
        self.latest, self.since = ts, self.now
        return ts

    def clock_at(self, now: int) -> int:
        """What the clock is, or would be without further records, when it is ``now`` by the steps' time."""
        return self.latest + max(0, now - self.since) if self.latest else 0

    def dump(self) -> bytes:
        """The state as bytes; equal states give equal bytes. Mappings keep their order, which steps may have gone by."""
        facts = {name: getattr(self, name) for name in _PLAIN}
        facts |= {name: self.conversations.dumped() if name == "conversations" else getattr(self, name).facts() for name in _PARTS}
        return orjson.dumps({"agent": "support", "format": FORMAT} | facts)

    @classmethod
    def load(cls, data: bytes, classes: Sequence[str]) -> SupportState:
        """The state that was dumped. Raises ValueError for bytes of another agent or format."""
        if not data.startswith(b'{"agent":"support",'):
            raise ValueError("these bytes are no state of support: another agent wrote them, or they are damaged")
        facts = orjson.loads(data)
        if facts["format"] != FORMAT:
            raise ValueError(f"support state has format {facts['format']}; this code reads {FORMAT}: run the code that wrote it")
        return cls(
            **{name: facts[name] for name in _PLAIN},
            people=People.of(facts["people"]),
            learner=Learner.of(classes, facts["learner"]),
            conversations=Conversations.of(facts["conversations"]),
            entries=Entries.of(facts["entries"]),
            rules=Rules.of(facts["rules"]),
            analytics=Analytics.of(facts["analytics"]),
            early=Early.of(facts["early"]),
        )
