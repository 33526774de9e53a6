"""One agent on one partition: its state, its place in its inputs, and what it did since the last commit."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from polars.exceptions import PanicException

from streams import dead_letters, faults, journal
from streams.agent import Agent
from streams.avro import codec
from streams.avro_tables import each
from streams.batch import AnyOutput, Decisions, Output, Rejected, RowOutput, TableOutput
from streams.contract import contract
from streams.errors import RecoveryMismatch, StepFailed
from streams.journal import OutputDigest, SnapshotRef
from streams.packed import Packed
from streams.records import Read, Records, by_inputs, read


@dataclass(slots=True)
class Written:
    """Encoded records for one output topic."""

    topic: str
    keys: Packed
    values: Packed


@dataclass(slots=True)
class Stepped:
    """What one step of a task came to."""

    records: int
    written: list[Written]
    rejected: list[Rejected]


@dataclass(slots=True)
class Task:
    """A task; changes only by stepping, and is thrown away when anything about it is in doubt."""

    agent: Agent
    partition: int
    state: Any
    positions: dict[str, int]  # next offset of every input
    sequence: int = 0  # of the next journal record
    previous: bytes = b""  # hash of the last journal record
    last_now: int = 0
    snapshot: SnapshotRef | None = None
    journal_offset: int = 0  # at or before the last journal record written
    restepped_from: str | None = None
    snapshot_at: float = field(default_factory=time.monotonic)
    stepped_since_snapshot: bool = False
    unnamed: bool = False  # no journal record names ``snapshot`` yet
    after: int | None = None  # of a task that was taken over and has committed nothing since: where its journal ended …
    own: int | None = None  # … and where its own first record lies: nobody else's may lie between
    fresh: bool = False  # nothing of it is in the journal yet
    steps: list[journal.Step] = field(default_factory=list)
    digests: dict[str, OutputDigest] = field(default_factory=dict)

    @property
    def dirty(self) -> bool:
        """It has something to commit."""
        return self.fresh or self.unnamed or bool(self.steps)

    def step(
        self, inputs: Mapping[str, Records], now: int, crashing: Mapping[tuple[str, int], str], decoded: Mapping[str, Read] | None = None
    ) -> Stepped:
        """Decide on the records, note it for the journal, encode what is to be written.

        ``crashing`` names records (topic, offset) known to make the step raise, and how: they are dead-lettered unseen.
        ``decoded``: the inputs, where they were decoded already.
        Raises StepFailed when anything of it raises: the state is then undefined.
        """
        try:
            return self._step(inputs, max(now, self.last_now), crashing, decoded)
        except (Exception, PanicException) as error:
            raise StepFailed(f"{type(error).__name__}: {error}") from error

    def _step(
        self, inputs: Mapping[str, Records], now: int, crashing: Mapping[tuple[str, int], str], decoded: Mapping[str, Read] | None
    ) -> Stepped:
        crashed = _crashed(inputs, crashing)
        seen = {t: r.without({c.offset for c in crashed if c.topic == t}) for t, r in inputs.items()} if crashed else inputs
        reads = decoded if decoded is not None and not crashed else {topic: read(records) for topic, records in seen.items()}
        skipped = [one for got in reads.values() for one in got.unreadable] + crashed
        faults.point("mid-step")
        decisions = self.agent.step(self.state, by_inputs(self.agent.inputs, reads), now)
        self._note(inputs, now, skipped)
        rejected = skipped + list(decisions.rejected)
        written = self._encode(decisions)
        if rejected:
            written.append(
                self._digested(dead_letters.topic_of(self.agent.name), *dead_letters.encode(self.agent.name, rejected, inputs, now))
            )
        return Stepped(sum(len(r.messages) for r in inputs.values()), written, rejected)

    def restep(self, step: journal.Step, inputs: Mapping[str, Records]) -> int:
        """Step again over what a journal record says was stepped over; outputs are discarded, their rows counted."""
        reads = {}
        for topic, records in inputs.items():
            skipped = next(r["skipped"] for r in step["ranges"] if r["topic"] == topic)
            reads[topic] = read(records.without(set(skipped)) if skipped else records)
            if reads[topic].unreadable:
                raise RecoveryMismatch(f"the journal says a record was read that cannot be: {reads[topic].unreadable[0]}")
        decisions = self.agent.step(self.state, by_inputs(self.agent.inputs, reads), step["now"])
        for one in step["ranges"]:
            self.positions[one["topic"]] = one["end"]
        self.last_now = step["now"]
        self.stepped_since_snapshot = True
        dead = len(decisions.rejected) + sum(len(r["skipped"]) for r in step["ranges"])
        return sum(out.height for out in decisions.outputs) + dead

    def _note(self, inputs: Mapping[str, Records], now: int, skipped: Sequence[Rejected]) -> None:
        ranges: list[journal.Range] = []
        for topic, records in inputs.items():
            gone = sorted(one.offset for one in skipped if one.topic == topic)
            ranges.append({"topic": topic, "start": records.start, "end": records.end, "skipped": gone})
            self.positions[topic] = records.end
        self.steps.append({"now": now, "ranges": ranges})
        self.last_now = now
        self.stepped_since_snapshot = True

    def _encode(self, decisions: Decisions) -> list[Written]:
        return [self._digested(out.topic, *_encoded(out)) for out in decisions.outputs if out.height]

    def _digested(self, topic: str, keys: Packed, values: Packed) -> Written:
        self.digests.setdefault(topic, OutputDigest()).add(keys, values)
        return Written(topic, keys, values)

    def journal_record(self, snapshot: SnapshotRef | None) -> bytes:
        """The journal record of everything since the last one, encoded; ``snapshot``: the latest."""
        record: journal.Record = {
            "agent": self.agent.name,
            "partition": self.partition,
            "sequence": self.sequence,
            "code_version": self.agent.code_version,
            "model_versions": [],
            "steps": self.steps,
            "positions": [{"topic": t, "offset": o} for t, o in sorted(self.positions.items())],
            "outputs": [{"topic": t, "count": d.count, "digest": d.digest()} for t, d in sorted(self.digests.items())],
            "snapshot": snapshot,
            "restepped_from": self.restepped_from,
            "previous": self.previous,
        }
        return journal.encode(f"{self.agent.name}.journal", record)

    def located(self, offset: int) -> None:
        """A journal record lies here."""
        self.journal_offset = offset
        if self.own is None:
            self.own = offset

    def journalled(self, value: bytes) -> None:
        """The record is in the transaction: go on to the next one."""
        self.previous = journal.chain_hash(value)
        self.sequence += 1
        self.steps, self.digests = [], {}
        self.fresh = self.unnamed = False
        self.restepped_from = None


def _encoded(output: AnyOutput) -> tuple[Packed, Packed]:
    """Keys and values of its records."""
    of, values = codec(output.topic), None
    if isinstance(output, RowOutput):
        values = of.encode_rows(output.rows)
    elif isinstance(output, TableOutput):
        values = of.encode_tables(output.tables)
    if values is None:
        output, values = Output(output.topic, output.frame), of.encode(output.frame)
    name = contract().topic(output.topic).key
    return Packed.absent(output.height) if name is None else _keys(output, name), Packed(values.data, values.lengths)


def _keys(output: AnyOutput, name: str) -> Packed:
    match output:
        case RowOutput():
            return Packed.of([str(row[name]).encode() for row in output.rows])
        case TableOutput():
            return Packed.of([key for table in output.tables for key in each(table.columns[name], table.height, _utf8)])
    column = output.frame[name].cast(pl.String)
    return Packed("".join(column.to_list()).encode(), column.str.len_bytes().cast(pl.Int64).to_numpy())


def _utf8(key: object) -> bytes:
    return str(key).encode()


def _crashed(inputs: Mapping[str, Records], crashing: Mapping[tuple[str, int], str]) -> list[Rejected]:
    if not crashing:
        return []
    offsets = {topic: {m.offset() for m in records.messages} for topic, records in inputs.items()}
    return [Rejected(t, o, "StepFailed", why) for (t, o), why in crashing.items() if o in offsets.get(t, ())]
