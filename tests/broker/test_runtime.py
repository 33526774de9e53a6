"""The runtime against a real broker: every record is decided once, whatever ends the worker, and nothing is skipped in silence."""

from __future__ import annotations

import hashlib
import signal
from pathlib import Path

import polars as pl
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from ops.broker import Broker
from streams import faults, journal
from streams.contract import contract
from streams.publish import Publisher
from streams.settings import settings
from tests.conftest import CreateTopics
from tests.workers import committed, decoded, eventually, worker

PROBE = [name for name in contract().topics if name.startswith("probe.")]
KEYS = 20


def events(count: int, start: int = 0, crash: frozenset[int] = frozenset()) -> pl.DataFrame:
    """Probe events numbered from ``start``, spread over the keys; ``crash`` names the numbers that make the step raise."""
    seqs = range(start, start + count)
    return pl.DataFrame(
        {
            "run_id": "test",
            "seq": list(seqs),
            "key": [f"key-{i % KEYS}" for i in seqs],
            "key_seq": [i // KEYS for i in seqs],
            "ts": 1_700_000_000_000,
            "amount": list(seqs),
            "sha": [hashlib.sha256(str(i).encode()).hexdigest() for i in seqs],
            "crash": [i in crash for i in seqs],
        }
    )


def publish(frame: pl.DataFrame) -> None:
    with Publisher() as publisher:
        publisher.publish("probe.events", frame)


def answered() -> set[tuple[str, int, int]]:
    """Coordinates of the inputs that have a decision or a dead letter; fails when one has two."""
    places = [(r["topic"], r["partition"], r["offset"]) for t in ("probe.decisions", "probe.dead-letters") for r in decoded(t)]
    assert len(places) == len(set(places)), "a record was answered twice"
    return set(places)


def test_every_record_has_one_decision_and_the_journal_is_a_chain(topics: CreateTopics, tmp_path: Path) -> None:
    topics(PROBE, 4)
    publish(events(2000))
    with worker(tmp_path / "w.log", "probe") as process:
        eventually(lambda: len(answered()) == 2000, what="all answered")
        assert process.stop() == 0, process.tail()
    for partition in range(4):
        values = [m.value() for m in committed("probe.journal") if m.partition() == partition]
        records = [journal.decode("probe.journal", value) for value in values]
        assert [r["sequence"] for r in records] == list(range(len(records)))
        assert [r["previous"] for r in records] == [b"", *(hashlib.sha256(v).digest() for v in values[:-1])]
        assert records[-1]["snapshot"] is not None, "a clean stop leaves a snapshot"


@pytest.mark.parametrize("point", faults.POINTS)
def test_a_kill_at_any_point_of_the_cycle_loses_and_repeats_nothing(point: str, topics: CreateTopics, tmp_path: Path) -> None:
    topics(PROBE, 2)
    publish(events(1000))
    if point == "in-recovery":  # there must be something to recover
        with worker(tmp_path / "w.log", "probe") as process:
            eventually(lambda: len(answered()) == 1000)
            process.stop(signal.SIGKILL)
    with worker(
        tmp_path / "w.log",
        "probe",
        TRIPO_FAULT=f"{point}@{1 if point in ('on-assign', 'on-revoke') else 2}",
        TRIPO_SNAPSHOT_INTERVAL_S="0.2",
    ) as process:
        publish(events(1000, 1000))
        if point == "on-revoke":
            eventually(lambda: len(answered()) == 2000, what="the first worker owns the partitions")
            with worker(tmp_path / "w2.log", "probe", 1) as second:
                assert process.wait() == -signal.SIGKILL, process.tail()
                second.stop()
        else:
            assert process.wait() == -signal.SIGKILL, process.tail()
    with worker(tmp_path / "w.log", "probe") as process:
        eventually(lambda: len(answered()) == 2000, what="all answered")
        assert process.stop() in (0, -signal.SIGTERM), process.tail()  # all may have been answered before it listens to signals
    sums = {(r["key"], r["count"]): r["sum"] for r in decoded("probe.decisions")}
    assert all(sums[(f"key-{k}", 100)] == sum(range(k, 2000, KEYS)) for k in range(KEYS)), "state was lost or counted twice"


def test_a_record_that_makes_the_step_raise_is_found_and_set_aside(topics: CreateTopics, tmp_path: Path) -> None:
    topics(PROBE, 2)
    publish(events(3000, crash=frozenset({777, 1500})))
    with worker(tmp_path / "w.log", "probe") as process:
        eventually(lambda: len(answered()) == 3000, what="all answered")
        assert process.stop() == 0, process.tail()
    dead = [letter for letter in decoded("probe.dead-letters") if letter["error"] == "StepFailed"]
    assert len(dead) == 2
    inputs = {(m.partition(), m.offset()): m.value() for m in committed("probe.events")}
    assert all(letter["value"] == inputs[letter["partition"], letter["offset"]] for letter in dead)


def test_too_many_dead_letters_stop_the_worker_and_none_of_the_last_are_kept(topics: CreateTopics, tmp_path: Path) -> None:
    topics(PROBE, 1)
    with Publisher() as publisher:
        publisher.publish("probe.events", events(1000).with_columns(amount=pl.lit(-1, pl.Int64)))
    with worker(tmp_path / "w.log", "probe", TRIPO_DEAD_LETTER_WINDOW="100") as process:
        assert process.wait() == 5, process.tail()
        assert "dead letters" in process.tail()
    assert committed("probe.dead-letters") == []


def test_a_committed_offset_that_retention_deleted_stops_the_worker(topics: CreateTopics, tmp_path: Path, broker: Broker) -> None:
    names = topics(PROBE, 1)
    publish(events(100))
    with worker(tmp_path / "w.log", "probe") as process:
        eventually(lambda: len(answered()) == 100)
        assert process.stop() == 0
    publish(events(100, 100))
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for done in admin.delete_records([TopicPartition(names["probe.events"], 0, 150)]).values():
        done.result(30)
    with worker(tmp_path / "w.log", "probe") as process:
        assert process.wait() == 7, process.tail()
        assert "outside the log" in process.tail()


def test_offsets_moved_behind_the_journals_back_stop_the_worker(topics: CreateTopics, tmp_path: Path, broker: Broker) -> None:
    names = topics(PROBE, 1)
    publish(events(100))
    with worker(tmp_path / "w.log", "probe", TRIPO_SESSION_TIMEOUT_MS="1000") as process:
        eventually(lambda: len(answered()) == 100)
        assert process.stop() == 0
    group = {"bootstrap.servers": broker.bootstrap, "group.id": settings().namespace + "probe"}

    def moved() -> bool:
        consumer = Consumer(group)
        try:
            found = consumer.commit(offsets=[TopicPartition(names["probe.events"], 0, 10)], asynchronous=False)
            return found is not None and all(p.error is None for p in found)
        except Exception:  # the stopped member's session has not ended yet
            return False
        finally:
            consumer.close()

    eventually(moved)
    with worker(tmp_path / "w.log", "probe") as process:
        assert process.wait() == 8, process.tail()
        assert "Somebody moved" in process.tail()


def test_a_second_worker_of_the_same_name_ends_the_first(topics: CreateTopics, tmp_path: Path) -> None:
    topics(PROBE, 2)
    publish(events(100))
    with worker(tmp_path / "w.log", "probe") as first:
        eventually(lambda: len(answered()) == 100)
        with worker(tmp_path / "w2.log", "probe") as second:
            publish(events(500, 100))
            assert first.wait() in (3, 4), first.tail()
            eventually(lambda: len(answered()) == 600)
            assert second.stop() == 0


def test_start_offsets_are_committed_before_anything_is_read(topics: CreateTopics, tmp_path: Path, broker: Broker) -> None:
    names = topics(PROBE, 3)
    with worker(tmp_path / "w.log", "probe") as process:
        eventually(lambda: len(committed("probe.journal")) == 3)
        assert process.stop() == 0
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": settings().namespace + "probe"})
    found = consumer.committed([TopicPartition(names["probe.events"], p) for p in range(3)], 10)
    consumer.close()
    assert [p.offset for p in found] == [0, 0, 0]


def test_a_stopped_workers_successor_takes_over_and_the_zombie_ends_itself(topics: CreateTopics, tmp_path: Path, broker: Broker) -> None:
    topics(PROBE, 2)
    publish(events(200))
    with worker(tmp_path / "w.log", "probe", TRIPO_SESSION_TIMEOUT_MS="1500") as process:
        eventually(lambda: len(answered()) == 200)
        process.process.send_signal(signal.SIGSTOP)
        with worker(tmp_path / "w2.log", "probe", TRIPO_SESSION_TIMEOUT_MS="1500") as second:
            publish(events(200, 200))
            eventually(lambda: len(answered()) == 400)
            process.process.send_signal(signal.SIGCONT)
            assert process.wait(40) in (3, 4), process.tail()
            assert second.stop() in (0, 3), "the zombie may take the name back for a moment before it ends"
    assert len(answered()) == 400
