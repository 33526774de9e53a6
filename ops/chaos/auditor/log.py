"""What the auditor judges: the records of a workload's topics as plain values, and the violations found in them.

A ``Log`` is Kafka's content at rest: per topic (the contract's name) and partition the read_committed records, the extents that transaction
markers show, and the group's committed offsets. Judging is a pure function of it, so a corrupted copy can be judged too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Record(NamedTuple):
    """One Kafka record of a partition that the reader knows; ``timestamp`` in ms."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Extent(NamedTuple):
    """Offsets [first, end) of one producer's batch, and how many of them hold a record."""

    first: int
    end: int
    held: int


@dataclass(slots=True)
class Partition:
    """One topic's partition: what a read_committed client saw, and what the raw log says of its transactions."""

    records: list[Record] = field(default_factory=list)  # by offset
    start: int = 0  # the log's first offset
    end: int = 0  # high watermark
    stable: int = 0  # last stable offset
    committed: list[Extent] = field(default_factory=list)  # batches outside transactions, or in committed ones
    aborted: list[Extent] = field(default_factory=list)  # batches in aborted transactions
    open: list[Extent] = field(default_factory=list)  # batches whose transaction has no end


@dataclass(frozen=True, slots=True)
class Workload:
    """The topics of an agent as the contract lays them down, by logical name."""

    agent: str
    inputs: tuple[str, ...]
    decided: str  # the input each of whose records must be decided or dead-lettered
    decisions: str  # the output that holds one decision for each
    outputs: tuple[str, ...]  # every output topic whose digest the journal keeps, dead letters included
    schemas: Mapping[str, str]  # logical topic → subject in schemas/registry.json
    keys: Mapping[str, str]  # input topic → the field that the record key must equal
    place: tuple[str, str, str] = ("topic", "partition", "offset")  # fields of a decision that name its input
    asking: Mapping[str, str] = field(default_factory=dict)  # what the decided input's records say that need a decision; all of them
    personal: frozenset[str] = frozenset()  # input topics of whose records dead letters hold neither value nor headers
    waiting: frozenset[str] = frozenset()  # … whose records may be dead-lettered by a later step: from what was kept, without headers

    @property
    def journal(self) -> str:
        """The topic of the journal."""
        return f"{self.agent}.journal"

    @property
    def snapshots(self) -> str:
        """The topic of the snapshots."""
        return f"{self.agent}.snapshots"

    @property
    def dead_letters(self) -> str:
        """The topic of the dead letters."""
        return f"{self.agent}.dead-letters"

    @property
    def written(self) -> tuple[str, ...]:
        """Every topic the agent writes."""
        return (*self.outputs, self.journal, self.snapshots)

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic to read."""
        return (*self.inputs, *self.written)


def _schemas(agent: str, topics: Mapping[str, str]) -> dict[str, str]:
    own = {f"{agent}.journal": "journal", f"{agent}.snapshots": "snapshot-chunk", f"{agent}.dead-letters": "dead-letter"}
    return {**topics, **own}


PROBE = Workload(
    agent="probe",
    inputs=("probe.events",),
    decided="probe.events",
    decisions="probe.decisions",
    outputs=("probe.decisions", "probe.dead-letters"),
    schemas=_schemas("probe", {"probe.events": "probe-event", "probe.decisions": "probe-decided"}),
    keys={"probe.events": "key"},
)
MATCHING = Workload(
    agent="matching",
    inputs=("driver-profiles", "driver-flags", "driver-moves", "order-changes", "driver-answers", "orders"),
    decided="orders",
    decisions="matching.decisions",
    outputs=(
        "matching.decisions",
        "matching.offers",
        "matching.drivers",
        "matching.markets",
        "matching.fairness",
        "matching.recommendations",
        "matching.dead-letters",
    ),
    schemas=_schemas(
        "matching",
        {
            "driver-profiles": "driver-profiled",
            "driver-flags": "driver-flagged",
            "driver-moves": "driver-moved",
            "order-changes": "order-changed",
            "driver-answers": "driver-answered",
            "orders": "order-requested",
            "matching.decisions": "order-decided",
            "matching.drivers": "driver-state",
            "matching.markets": "market-state",
            "matching.offers": "offer-made",
            "matching.fairness": "driver-fairness",
            "matching.recommendations": "driver-advised",
        },
    ),
    keys=dict.fromkeys(("driver-profiles", "driver-flags", "driver-moves", "order-changes", "driver-answers", "orders"), "market"),
)
SUPPORT = Workload(
    agent="support",
    inputs=("knowledge-entries", "escalation-rules", "human-agents", "feedback", "conversation-changes", "messages"),
    decided="messages",
    decisions="support.decisions",
    outputs=(
        "support.decisions",
        "support.events",
        "support.conversations",
        "support.handovers",
        "support.analytics",
        "driver-flags",
        "overcharge-reports",
        "support.dead-letters",
    ),
    schemas=_schemas(
        "support",
        {
            "knowledge-entries": "knowledge-changed",
            "escalation-rules": "escalation-rule-changed",
            "human-agents": "human-agent-changed",
            "feedback": "feedback-given",
            "conversation-changes": "conversation-changed",
            "messages": "message-received",
            "support.decisions": "message-decided",
            "support.events": "support-event",
            "support.conversations": "conversation-state",
            "support.handovers": "handed-over",
            "support.analytics": "support-analytics",
            "driver-flags": "driver-flagged",
            "overcharge-reports": "overcharge-reported",
        },
    ),
    keys={"knowledge-entries": "entry_id", "escalation-rules": "name", "human-agents": "agent_id"}
    | dict.fromkeys(("feedback", "conversation-changes", "messages"), "conversation_id"),
    place=("source_topic", "source_partition", "source_offset"),
    asking={"sender": "USER"},
    personal=frozenset({"feedback", "messages"}),
    waiting=frozenset({"feedback", "conversation-changes"}),
)
WORKLOADS = {w.agent: w for w in (PROBE, MATCHING, SUPPORT)}


@dataclass(slots=True)
class Log:
    """Everything of a workload that is in Kafka, by (logical topic, partition)."""

    workload: Workload
    partitions: dict[tuple[str, int], Partition]
    group: dict[tuple[str, int], int]  # committed offsets of the agent's consumer group

    def tasks(self) -> list[int]:
        """The partitions of the inputs, ascending."""
        return sorted({p for topic, p in self.partitions if topic in self.workload.inputs})

    def at(self, topic: str, partition: int) -> Partition:
        """A topic's partition; an empty one where the topic has none."""
        return self.partitions.get((topic, partition)) or Partition()

    def only(self, partition: int) -> Log:
        """The log of one task; a copy whose lists of records may be changed."""
        kept = {at: replace(part, records=list(part.records)) for at, part in self.partitions.items() if at[1] == partition}
        return Log(self.workload, kept, {at: offset for at, offset in self.group.items() if at[1] == partition})


class Violation(NamedTuple):
    """One thing that must not be: the invariant (RELIABILITY §3: I1 … I7; J the journal, D a driver's orders), its kind, where, what."""

    invariant: str
    kind: str
    topic: str
    partition: int
    offset: int
    message: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.kind} {self.topic}[{self.partition}]@{self.offset}: {self.message}"


SHOWN = 20  # violations of one kind that are kept whole; all are counted


@dataclass(slots=True)
class Findings:
    """Violations as they are found, all counted, the first of each kind kept; and figures of what was looked at."""

    violations: list[Violation] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)  # dead letters by error class

    def add(self, invariant: str, kind: str, topic: str, partition: int, offset: int, message: str) -> None:
        """Record a violation."""
        self.kinds[kind] += 1
        if self.kinds[kind] <= SHOWN:
            self.violations.append(Violation(invariant, kind, topic, partition, offset, message))

    def take(self, other: Findings) -> None:
        """Add another task's findings."""
        self.violations += other.violations
        self.kinds += other.kinds
        self.figures += other.figures
        self.letters += other.letters

    @property
    def lost(self) -> int:
        """Inputs with neither a decision nor a dead letter, and inputs that no step saw."""
        return self.kinds["lost"]

    @property
    def duplicated(self) -> int:
        """Inputs with more than one decision or dead letter."""
        return self.kinds["duplicated"]

    @property
    def broken_state(self) -> int:
        """Every other violation."""
        return self.kinds.total() - self.lost - self.duplicated

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.kinds

    def invariants(self) -> list[str]:
        """The invariants violated."""
        return sorted({v.invariant for v in self.violations})
