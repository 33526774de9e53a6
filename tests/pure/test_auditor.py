"""The auditor finds nothing in a log as a correct runtime leaves it, and names each thing that is wrong in a spoilt one."""

from __future__ import annotations

import ast
import hashlib
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.chaos import auditor
from ops.chaos.auditor.judge import REGISTRY, judge
from ops.chaos.auditor.log import Extent, Log, Partition
from ops.chaos.auditor.seeded import CORRUPTIONS, self_test
from ops.chaos.auditor.wire import ABORT, COMMIT, Schemas, batches
from tests.pure.audited import Dispatch, encode, order, probe_event, probe_log

DECISIONS, EVENTS, JOURNAL, LETTERS = "probe.decisions", "probe.events", "probe.journal", "probe.dead-letters"


def renumbered(part: Partition) -> None:
    """The partition as if it had been written like this from the start."""
    part.records[:] = [r._replace(offset=i) for i, r in enumerate(part.records)]
    part.end = part.stable = len(part.records)
    part.committed = [Extent(0, part.end, part.end)]


def invariants(log: Log) -> set[str]:
    """What the auditor says is violated."""
    return set(judge(log).invariants())


def test_the_auditor_imports_nothing_of_the_system() -> None:
    folder = Path(auditor.__file__).parent
    nodes = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    own = {
        name
        for name in modules
        if name.split(".")[0] in {"streams", "agents", "columns", "tables", "ops", "bench", "confluent_kafka", "faust"}
    }
    assert {name for name in own if not name.startswith("ops.chaos.auditor")} == set()
    assert len(modules) > 10


def test_a_correct_log_is_clean() -> None:
    found = judge(probe_log())
    assert found.violations == []
    assert (found.lost, found.duplicated, found.broken_state) == (0, 0, 0)
    assert found.figures["decisions"] == 36
    assert found.letters == {"UnknownSchema": 1, "Duplicate": 1, "StepFailed": 1}


@pytest.mark.parametrize("seed", range(8))
def test_each_seeded_corruption_is_caught(seed: int) -> None:
    trials = self_test(probe_log(), seed)
    assert [t.corruption for t in trials] == list(CORRUPTIONS)
    assert all(t.caught for t in trials), trials


def test_the_last_journal_record_is_missed_though_no_other_follows_it() -> None:
    log = probe_log()
    log.at(JOURNAL, 0).records.pop()  # of a clean stop: it steps over nothing, and only its snapshot knows of it
    renumbered(log.at(JOURNAL, 0))
    assert invariants(log) == {"J"}


def test_the_self_test_refuses_a_log_that_is_not_clean() -> None:
    log = probe_log()
    log.partitions[(DECISIONS, 0)].records.pop()
    with pytest.raises(ValueError, match="needs a clean log"):
        self_test(log, 1)


@given(st.integers(0, 35), st.data())
def test_no_byte_of_a_decision_can_change(at: int, data: st.DataObject) -> None:
    log = probe_log()
    records = log.partitions[(DECISIONS, 0)].records
    value = bytearray(records[at].value or b"")
    value[data.draw(st.integers(0, len(value) - 1))] ^= data.draw(st.integers(1, 255))
    records[at] = records[at]._replace(value=bytes(value))
    assert not judge(log).clean


def test_a_lost_decision_is_named_by_its_coordinates() -> None:
    log = probe_log()
    part = log.partitions[(DECISIONS, 0)]
    del part.records[7]
    renumbered(part)
    found = judge(log)
    assert found.lost == 1
    assert any(v.kind == "lost" and v.topic == EVENTS and v.offset == 7 for v in found.violations)


def test_a_decision_written_twice_is_a_duplicate() -> None:
    log = probe_log()
    part = log.partitions[(DECISIONS, 0)]
    part.records.insert(8, part.records[7])
    renumbered(part)
    assert judge(log).duplicated == 1


def test_two_decisions_of_a_key_in_the_wrong_order_are_seen_without_the_journal() -> None:
    log = probe_log()
    part = log.partitions[(DECISIONS, 0)]
    part.records[3], part.records[6] = part.records[6], part.records[3]  # three keys in turn: both are k0's
    renumbered(part)
    assert {"I2", "J"} <= invariants(log)


def test_lost_state_shows_in_the_chain() -> None:
    log = probe_log()
    records = log.partitions[(DECISIONS, 0)].records
    read = Schemas(REGISTRY, log.workload.schemas)
    at, said = next((r.offset, d) for r in records if (d := read.decode(DECISIONS, r.value))["key"] == "k0" and d["key_seq"] == 6)
    event = probe_event("k0", 6)
    restarted = said | {"count": 1, "sum": event["amount"], "state_hash": hashlib.sha256(event["sha"].encode()).hexdigest()}
    records[at] = records[at]._replace(value=encode("probe-decided", restarted))
    found = judge(log)
    assert [(v.invariant, v.offset) for v in found.violations if v.invariant != "J"] == [("I3", at)]
    assert (found.lost, found.duplicated) == (0, 0)


def test_a_good_record_in_the_dead_letters_is_no_answer() -> None:
    log = probe_log()
    part = log.partitions[(EVENTS, 0)]
    unreadable = next(r for r in part.records if r.value == b"\0nonsense")
    good = encode("probe-event", probe_event("k0", 4))
    part.records[unreadable.offset] = unreadable._replace(value=good)
    assert "I6" in invariants(log)


def test_poison_without_a_dead_letter_is_found() -> None:
    log = probe_log()
    part = log.partitions[(LETTERS, 0)]
    part.records.pop(0)
    renumbered(part)
    found = judge(log)
    assert found.lost == 1
    assert "I6" in found.invariants()


def test_a_dead_letter_must_carry_the_original_bytes() -> None:
    log = probe_log()
    part = log.partitions[(EVENTS, 0)]
    unreadable = next(r for r in part.records if r.value == b"\0nonsense")
    part.records[unreadable.offset] = unreadable._replace(value=b"\0nonsensf")
    assert any(v.kind == "dead letter" and "original" in v.message for v in judge(log).violations)


def test_a_journal_that_skips_inputs_is_found() -> None:
    log = probe_log()
    part = log.partitions[(JOURNAL, 0)]
    del part.records[2]
    renumbered(part)
    found = judge(log)
    assert {v.kind for v in found.violations if v.invariant == "J"} >= {"chain", "lost"}


def test_inputs_beyond_the_journal_are_lost() -> None:
    log = probe_log()
    part = log.partitions[(EVENTS, 0)]
    part.records.append(part.records[-1]._replace(offset=part.end, value=encode("probe-event", probe_event("k0", 12))))
    part.end = part.stable = part.end + 1
    found = judge(log)
    assert found.lost == 2  # no answer, and no step
    assert "I5" in found.invariants()


def test_offsets_without_a_record_are_no_gap() -> None:
    log = probe_log()
    part = log.partitions[(EVENTS, 0)]
    part.end = part.stable = part.end + 1  # a transaction's marker
    assert judge(log).clean


def test_an_open_transaction_is_found() -> None:
    log = probe_log()
    part = log.partitions[(DECISIONS, 0)]
    part.open = [Extent(part.end, part.end + 3, 3)]
    part.end += 3
    assert "I4" in invariants(log)


def test_a_record_of_an_aborted_transaction_must_not_be_read() -> None:
    log = probe_log()
    part = log.partitions[(DECISIONS, 0)]
    part.committed, part.aborted = [Extent(0, 5, 5), Extent(6, part.end, part.end - 6)], [Extent(5, 6, 1)]
    assert "I7" in invariants(log)


def batch(first: int, count: int, producer: int, attributes: int, payload: bytes = b"") -> bytes:
    """A record batch of format 2."""
    head = struct.pack(">ibIhiqqqhii", 0, 2, 0, attributes, count - 1, 0, 0, producer, 0, 0, count)
    return struct.pack(">qi", first, len(head) + len(payload)) + head + payload


def test_batches_are_read_with_their_markers() -> None:
    def control(kind: int) -> bytes:
        return bytes([22, 0, 0, 0, 8]) + struct.pack(">hh", 0, kind) + b"\x0c" + bytes(6)

    data = batch(0, 3, 7, 0x10) + batch(3, 1, 7, 0x30, control(COMMIT)) + batch(4, 2, 8, 0x10) + batch(6, 1, 8, 0x30, control(ABORT))
    read = list(batches(data + batch(7, 1, 9, 0)[:30]))
    assert [(b.first, b.end, b.producer, b.marker) for b in read] == [(0, 3, 7, None), (3, 4, 7, COMMIT), (4, 6, 8, None), (6, 7, 8, ABORT)]


def test_a_driver_is_matched_again_after_its_order_is_over() -> None:
    day = Dispatch()
    day.step(orders=["a"], matches=[("a", "d1")])
    day.step(changes=[("a", "PICKED_UP")])
    day.step(changes=[("a", "COMPLETED")], orders=["b"], matches=[("b", "d1")])
    assert judge(day.writing.log()).violations == []


@pytest.mark.parametrize("changes", [[], [("a", "PICKED_UP")], [("other", "COMPLETED")]])
def test_a_driver_with_a_live_order_must_not_be_matched(changes: list[tuple[str, str]]) -> None:
    day = Dispatch()
    day.step(orders=["a", "other"], matches=[("a", "d1"), ("other", None)])
    day.step(changes=changes)
    day.step(orders=["b"], matches=[("b", "d1")])
    day.step(changes=[("a", "COMPLETED")])
    found = judge(day.writing.log())
    assert [v.kind for v in found.violations] == ["driver"]
    assert "d1 is matched to b while it holds a" in found.violations[0].message


def test_an_order_that_was_cancelled_before_must_not_be_matched() -> None:
    day = Dispatch()
    day.step(orders=["a"])
    day.step(changes=[("a", "CANCELLED_BY_RIDER")], matches=[("a", "d1")])
    assert [v.kind for v in judge(day.writing.log()).violations] == ["closed"]


def test_an_order_without_a_decision_is_lost() -> None:
    day = Dispatch()
    day.step(orders=["a", "b"], matches=[("a", None)])
    assert judge(day.writing.log()).lost == 1


def test_an_order_id_seen_before_is_dead_lettered() -> None:
    day = Dispatch()
    day.step(orders=["a"], matches=[("a", None)])
    log = day.writing.log()
    assert judge(log).clean
    day.step(orders=["a"])
    assert any(v.kind == "poison" and "DuplicateOrder" in v.message for v in judge(day.writing.log()).violations)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"pickup_lat": 95.0}, "InvalidPosition"),
        ({"dropoff_lon": float("nan")}, "InvalidPosition"),
        ({"dropoff_lat": 80.0}, "TripTooLong"),
        ({"patience_s": 0}, "InvalidPatience"),
        ({"ts": -1}, "InvalidTimestamp"),
        ({"ts": 10**15}, "FromTheFuture"),
        ({"rider_id": ""}, "MissingId"),
        ({"scheduled_ts": 1}, "InvalidSchedule"),
    ],
)
def test_absurd_orders_must_be_dead_lettered(changed: dict[str, object], error: str) -> None:
    day = Dispatch()
    day.step(orders=["a"], matches=[("a", None)])
    log = day.writing.log()
    records = log.partitions[("orders", 0)].records
    records[0] = records[0]._replace(value=encode("order-requested", order("a", **changed)))
    assert any(v.kind == "poison" and error in v.message for v in judge(log).violations)


def test_a_corrupted_copy_leaves_the_log_as_it_was() -> None:
    log = probe_log()
    copy = log.only(0)
    _, corrupt = CORRUPTIONS["decision deleted"]
    corrupt(copy.partitions[(DECISIONS, 0)], random.Random(1))
    assert judge(log).clean
