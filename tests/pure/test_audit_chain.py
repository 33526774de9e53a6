"""A journal and the decisions it names: whatever is flipped, dropped, inserted or put in another order is found and named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.faults import CHANGED, DROPPED, INSERTED, REORDERED, UNREADABLE, Fault
from audit.flips import pieces
from audit.links import Head
from audit.memory import MemoryLog, MemoryStream
from audit.walk import Task, walk_all
from ops.chaos.probe import AGENT
from streams import journal
from tests.pure.audit_log import DEAD, DECISIONS, JOURNAL, Topics, written

TOPICS = written([3, 1, 8, 2, 5, 1, 20, 4])
PLACES = [(topic, i) for topic in (JOURNAL, DECISIONS, DEAD) for i in range(len(TOPICS[topic]))]
places = st.sampled_from(PLACES)


def walked(topics: Topics, known: Head | None = None, lows: dict[str, int] | None = None) -> Task:
    return walk_all(Task(AGENT, 0, MemoryLog(topics, lows or {}), known))  # type: ignore[arg-type]


WHOLE = walked(TOPICS)


def faults(topics: Topics) -> list[Fault]:
    return walked(topics, WHOLE.chain.head).faults


def changed(topic: str, records: list) -> Topics:  # type: ignore[type-arg]
    return TOPICS | {topic: records}


def test_an_undamaged_log_has_no_faults() -> None:
    assert not faults(TOPICS)
    assert WHOLE.chain.head is not None
    assert WHOLE.chain.head.sequence == 7
    assert WHOLE.outputs[DECISIONS].checked == len(TOPICS[DECISIONS])
    assert not WHOLE.missing()


@given(places, st.randoms(use_true_random=False))
def test_a_flipped_bit_is_found_and_named(place: tuple[str, int], random: object) -> None:
    topic, i = place
    record = TOPICS[topic][i]
    byte, bit = random.randrange(record.size), random.randrange(8)  # type: ignore[attr-defined]
    damaged = record.flipped(byte, bit)
    found = faults(changed(topic, [*TOPICS[topic][:i], damaged, *TOPICS[topic][i + 1 :]]))
    assert found, "found"
    here = [f for f in found if f.topic == topic and f.offset == record.at and f.what in (CHANGED, UNREADABLE)]
    assert here, (place, byte, bit, found)
    assert len(found) == 1 or topic == JOURNAL, "nothing else is blamed"


@given(places)
def test_a_dropped_record_is_found_and_named(place: tuple[str, int]) -> None:
    topic, i = place
    found = faults(changed(topic, TOPICS[topic][:i] + TOPICS[topic][i + 1 :]))
    dropped = [f for f in found if f.what == DROPPED and f.topic == topic]
    assert dropped
    if topic == JOURNAL:
        assert dropped[0].sequence == i
    else:
        assert dropped[0].sequence == sequence_of(topic, i)
        assert len(found) == 1


@given(places, st.booleans())
def test_an_inserted_record_is_found_and_named(place: tuple[str, int], forged: bool) -> None:
    """A copy of a record, or a new one that names the record before it."""
    topic, i = place
    record = TOPICS[topic][i]
    new = replace(record, at=record.at)
    if topic == JOURNAL and forged:
        content = journal.decode(JOURNAL, record.of_value or b"")
        content |= {"previous": journal.chain_hash(record.of_value or b""), "sequence": content["sequence"] + 1, "code_version": "x"}
        new = replace(record, of_value=journal.encode(JOURNAL, content))
    elif forged:
        new = record.flipped(record.size - 1, 0)
    found = faults(changed(topic, [*TOPICS[topic][: i + 1], new, *TOPICS[topic][i + 1 :]]))
    if topic == JOURNAL and forged and i + 1 == len(TOPICS[JOURNAL]):
        assert [f.what for f in found] == [DROPPED, DROPPED], "it goes on the chain rightly, but nothing of what it names was written"
        return
    assert any(f.topic == topic and f.what in (INSERTED, CHANGED) for f in found)
    if topic != JOURNAL:
        assert found[0].offset == record.at


@given(places)
def test_records_in_another_order_are_found_and_named(place: tuple[str, int]) -> None:
    topic, i = place
    records = TOPICS[topic]
    if i + 1 == len(records):
        return
    a, b = records[i], records[i + 1]
    swapped = [*records[:i], replace(b, at=a.at, ts=a.ts), replace(a, at=b.at, ts=b.ts), *records[i + 2 :]]
    found = faults(changed(topic, swapped))
    assert found
    same = topic != JOURNAL and sequence_of(topic, i) == sequence_of(topic, i + 1)
    if same:
        assert [(f.what, f.offset) for f in found] == [(REORDERED, a.at)]
    elif topic == JOURNAL and 0 < i < len(records) - 2:
        assert (REORDERED, a.at) in {(f.what, f.offset) for f in found if f.topic == JOURNAL}
    else:
        assert {f.topic for f in found} <= {topic, *TOPICS}


def sequence_of(topic: str, i: int) -> int:
    """The journal record that names the i-th record of an output."""
    seen = 0
    for number, record in enumerate(TOPICS[JOURNAL]):
        outputs = journal.decode(JOURNAL, record.of_value or b"")["outputs"]
        seen += sum(o["count"] for o in outputs if o["topic"] == topic)
        if i < seen:
            return number
    raise AssertionError((topic, i))


def test_the_last_journal_record_is_held_by_what_an_earlier_walk_remembers() -> None:
    last = TOPICS[JOURNAL][-1]
    content = journal.decode(JOURNAL, last.of_value or b"")
    content["steps"][0]["now"] += 1  # nothing but the next record's hash of it could tell
    damaged = changed(JOURNAL, [*TOPICS[JOURNAL][:-1], replace(last, of_value=journal.encode(JOURNAL, content))])
    assert not walked(damaged).faults
    assert [(f.what, f.sequence) for f in faults(damaged)] == [(CHANGED, 7)]
    assert [f.what for f in faults(changed(JOURNAL, TOPICS[JOURNAL][:-1])) if f.topic == JOURNAL] == [DROPPED]


@pytest.mark.parametrize("cut", range(1, 8))
def test_what_retention_deleted_is_said_and_the_rest_is_checked(cut: int) -> None:
    """The journal's beginning is gone; or the decisions' beginning, in the middle of what one journal record names."""
    trimmed = walked(changed(JOURNAL, TOPICS[JOURNAL][cut:]), lows={JOURNAL: TOPICS[JOURNAL][cut].at})
    assert not trimmed.faults
    assert f"begins at sequence {cut}" in trimmed.missing()[0]
    decisions = TOPICS[DECISIONS][5 * cut :]
    trimmed = walked(changed(DECISIONS, decisions), lows={DECISIONS: decisions[0].at})
    assert not trimmed.faults
    assert trimmed.missing()
    first = sequence_of(DECISIONS, 5 * cut)
    whole = sum(sequence_of(DECISIONS, i) > first for i in range(5 * cut, len(TOPICS[DECISIONS])))
    assert trimmed.outputs[DECISIONS].checked >= whole
    bad = [*decisions[:-1], decisions[-1].flipped(0, 0)]
    assert walked(changed(DECISIONS, bad), lows={DECISIONS: decisions[0].at}).faults


@settings(max_examples=25)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(0, 3))
def test_any_log_that_a_worker_writes_holds(steps: list[int], seed: int) -> None:
    assert not walked(written(steps, seed)).faults


def test_what_retention_took_of_outputs_whose_place_is_known_is_missing_and_no_fault() -> None:
    """The journal record of 8 events: some of its decisions are gone, those of the next ones are all there."""
    at = sum(len(one.outputs.get(DECISIONS, ())) for one in list(Task(AGENT, 0, MemoryLog(TOPICS)).walk())[:2])  # type: ignore[arg-type]
    known, left = TOPICS[DECISIONS][at].at, TOPICS[DECISIONS][at + 3 :]
    log = MemoryLog(TOPICS | {DECISIONS: left}, {DECISIONS: left[0].at})
    walk = walk_all(Task(AGENT, 0, log, start=TOPICS[JOURNAL][2].at, first=2, offsets={DECISIONS: known}))  # type: ignore[arg-type]
    assert not [fault for fault in walk.faults if fault.topic == DECISIONS]
    assert walk.outputs[DECISIONS].gone == 1
    assert any(DECISIONS in said and "deleted by retention" in said for said in walk.missing())


class _Growing:
    """A log whose worker goes on: each time that its journal is asked for, it has a record more."""

    def __init__(self, topics: Topics, records: int) -> None:
        self._topics, self._records = topics, records

    def stream(self, topic: str, partition: int, start: int | None = None, end: int | None = None) -> MemoryStream:
        """The records of a topic."""
        self._records += topic == JOURNAL
        return MemoryLog(self._topics | {JOURNAL: self._topics[JOURNAL][: self._records]}).stream(topic, partition, start, end)

    def __getattr__(self, name: str) -> Any:
        return getattr(MemoryLog(self._topics), name)


def test_bits_are_flipped_in_what_was_there_though_the_log_grows_meanwhile() -> None:
    topics = written([3, 4, 5, 6, 7])
    assert [one.sequence for one in pieces(AGENT, 0, _Growing(topics, 2))] == [0, 1, 2]  # type: ignore[arg-type]
