"""`tripo tail`, `lag`, `dead` and `table` against real Kafka and Redis, as their users call them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import orjson
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from typer.testing import CliRunner, Result

import ops.reading
from ops.broker import free_port
from ops.cli import COMMANDS, build
from streams.settings import settings
from tests.conftest import CreateTopics
from tests.mirrors import TOPICS, Writer, driver, market, mirror, value
from tests.workers import committed, eventually, worker

EVENT = {"run_id": "r", "seq": 1, "key": "k", "key_seq": 0, "ts": 1, "amount": 5, "sha": "ab", "crash": False}
PROBE = ("probe.events", "probe.decisions", "probe.journal", "probe.snapshots", "probe.dead-letters")


def tripo(*arguments: str) -> Result:
    """Run a command in this process, its output no terminal."""
    assert arguments[0] in COMMANDS
    return CliRunner().invoke(build([arguments[0]]), arguments)


def said(*arguments: str) -> Any:
    """The last line a command prints with --json, which it must leave with exit code 0."""
    done = tripo(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout.splitlines()[-1])


def lines(*arguments: str) -> list[Any]:
    """Every line a command prints with --json."""
    done = tripo(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def produce(topic: str, records: Iterable[tuple[bytes | None, bytes | None]], partition: int = 0, **more: Any) -> None:
    """Write keys and values to a partition, without a transaction."""
    producer = Producer({"bootstrap.servers": settings().brokers})
    for key, body in records:
        producer.produce(settings().topic(topic), body, key, partition, **more)
    assert producer.flush(30) == 0


def transactional(name: str) -> Producer:
    """A producer with a transaction begun."""
    producer = Producer({"bootstrap.servers": settings().brokers, "transactional.id": settings().namespace + name})
    producer.init_transactions(90)
    producer.begin_transaction()
    return producer


def test_tail_shows_records_decoded_with_their_coordinates(topics: CreateTopics) -> None:
    topics(["matching.drivers"], partitions=2)
    writer = Writer()
    for n in range(30):
        writer.write("drivers", n % 2, [(f"d{n}", driver(f"d{n}", n))])
    writer.write("drivers", 0, [("lost", driver("lost", 99))], commit=False)
    everything = lines("tail", "matching.drivers", "--from-beginning", "--no-follow")
    assert sorted(record["key"] for record in everything) == sorted(f"d{n}" for n in range(30))
    assert everything[0]["value"]["driver_id"] == everything[0]["key"]
    last = lines("tail", "matching.drivers", "--no-follow", "--limit", "4")
    assert [record["key"] for record in last] == ["d26", "d27", "d28", "d29"]
    assert [r["key"] for r in lines("tail", "matching.drivers", "--no-follow", "--key", "d7")] == ["d7"]
    assert {r["partition"] for r in lines("tail", "matching.drivers", "--no-follow", "--from-beginning", "--partition", "1")} == {1}
    assert "lost" in {r["key"] for r in lines("tail", "matching.drivers", "--no-follow", "--from-beginning", "--uncommitted")}
    plain = tripo("tail", "matching.drivers", "--no-follow", "--limit", "1").stdout
    assert "matching.drivers/1/" in plain
    assert '"assignments":29' in plain


def test_tail_shows_what_cannot_be_read_as_such(topics: CreateTopics) -> None:
    topics(["probe.events"], partitions=1)
    good = value("probe.events", EVENT)
    bad = [b"", b"\0", b"hello world", b"\0\0\0\0\x63xx", good[:-3], good + b"x", b"\0" + good[1:5] + b"\xff" * 20]
    produce("probe.events", [(b"k", good), *((b"\xff\xfe", each) for each in bad), (None, None)])
    shown = lines("tail", "probe.events", "--from-beginning", "--no-follow")
    assert shown[0]["value"] == EVENT
    assert [bytes.fromhex(record["raw"]) for record in shown[1:-1]] == bad
    assert all(record["error"] for record in shown[1:-1])
    assert (shown[-1]["key"], shown[-1]["value"]) == (None, None)
    assert tripo("tail", "probe.events", "--from-beginning", "--no-follow").stdout.count("UNREADABLE") == len(bad)


def test_tail_follows_new_records_until_the_limit(topics: CreateTopics) -> None:
    topics(["probe.events"], partitions=2)
    produce("probe.events", [(b"old", value("probe.events", EVENT))])
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(lines("tail", "probe.events", "--limit", "2")))
    thread.start()

    def arrived() -> bool:
        produce("probe.events", [(b"new", value("probe.events", EVENT))], partition=1)
        thread.join(0.5)
        return not thread.is_alive()

    eventually(arrived, 30, "tail ends at its limit")
    assert [record["key"] for record in found] == ["new", "new"]


def test_wrong_names_are_usage_errors_that_say_which_are_right(topics: CreateTopics) -> None:
    topics(["probe.events"], partitions=1)
    for arguments, right in (
        (("tail", "nothing"), "matching.decisions"),
        (("lag", "nothing"), "matching"),
        (("dead", "ls", "nothing"), "matching"),
        (("dead", "show", "nothing", "0", "0"), "matching"),
        (("dead", "replay", "nothing"), "matching"),
        (("dead", "ls", "probe", "--since", "yesterday-ish"), "15m"),
    ):
        done = tripo(*arguments)
        assert done.exit_code == 2, arguments
        assert right in done.stderr
    missing = tripo("tail", "orders", "--no-follow")
    assert missing.exit_code == 1
    assert "tripo topics apply" in missing.stderr


@pytest.mark.parametrize(
    "command", ["tail orders --no-follow", "lag", "dead ls", "dead replay probe", "dead show probe 0 0", "table drivers"]
)
def test_a_side_away_is_told_in_plain_words(command: str, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPO_BROKERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("TRIPO_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(ops.reading, "TIMEOUT_S", 1.0)
    settings.cache_clear()
    done = tripo(*command.split())
    assert done.exit_code == 1, done.output
    assert "is it running" in done.stderr


def test_lag_counts_records_not_the_markers_of_transactions(topics: CreateTopics) -> None:
    topics(PROBE, partitions=2)
    for n in range(3):
        producer = transactional("upstream")
        for _ in range(10):
            producer.produce(settings().topic("probe.events"), value("probe.events", EVENT), b"k", 0)
        producer.flush(30)  # also what is then aborted must reach the log
        (producer.commit_transaction if n < 2 else producer.abort_transaction)(30)
    before = {p["partition"]: p for p in said("lag", "probe")["partitions"]}
    assert (before[0]["committed"], before[0]["end"], before[0]["lag"]) == (None, 33, 20)
    commit("probe", {0: 15, 1: 0})
    after = said("lag", "probe")
    assert (after["total"], after["partitions"][0]["committed"]) == (6, 15)
    commit("probe", {0: 21})  # behind the last committed record: an aborted transaction and two markers follow
    assert said("lag", "probe")["total"] == 0
    assert tripo("lag", "probe").stdout.splitlines()[-1] == "total\t0"


def commit(agent: str, positions: dict[int, int]) -> None:
    """Commit positions of a group, as a worker does."""
    consumer = Consumer({"bootstrap.servers": settings().brokers, "group.id": settings().namespace + agent})
    consumer.commit(offsets=[TopicPartition(settings().topic("probe.events"), p, o) for p, o in positions.items()], asynchronous=False)
    consumer.close()


def test_lag_does_not_wait_for_open_transactions(topics: CreateTopics) -> None:
    topics(PROBE, partitions=1)
    produce("probe.events", [(b"k", value("probe.events", EVENT))] * 5)
    commit("probe", {0: 2})
    open_input, open_group = transactional("upstream"), transactional("probe-0")
    for _ in range(7):
        open_input.produce(settings().topic("probe.events"), value("probe.events", EVENT), b"k", 0)
    open_input.flush(30)
    group = Consumer({"bootstrap.servers": settings().brokers, "group.id": settings().namespace + "probe"})
    open_group.send_offsets_to_transaction([TopicPartition(settings().topic("probe.events"), 0, 5)], group.consumer_group_metadata(), 30)
    started = time.monotonic()
    (shown,) = said("lag", "probe")["partitions"]
    assert time.monotonic() - started < 5
    assert (shown["committed"], shown["lag"], shown["held"], shown["end"]) == (2, 3, 7, 12)
    open_group.abort_transaction(30)
    open_input.abort_transaction(30)
    group.close()


def dead_letters(count: int, error: str, *, partition: int = 0, start: int = 0, at: int | None = None, again: bool = False) -> None:
    """Letters of the probe agent, of records ``start`` to ``start + count`` of a partition."""
    headers = [{"key": "trace", "value": b"t-1"}, *([{"key": "tripo-replayed-from", "value": b"probe.dead-letters/0/0"}] if again else [])]
    body = {"agent": "probe", "topic": "probe.events", "partition": partition, "timestamp": 1, "error": error, "message": f"{error} it is"}
    body |= {"at": at or time.time_ns() // 1_000_000, "headers": headers}
    letters = [body | {"offset": n, "key": f"k{n}".encode(), "value": f"{error}-{n}".encode()} for n in range(start, start + count)]
    produce("probe.dead-letters", [(each["key"], value("probe.dead-letters", each)) for each in letters], partition)


def redriven() -> Counter[str]:
    """The records written to the source topic again, by their values; each names its letter once."""
    records = [m for m in committed("probe.events") if m.headers() and "tripo-replayed-from" in dict(m.headers())]
    origins = [dict(m.headers())["tripo-replayed-from"] for m in records]
    assert len(set(origins)) == len(origins), "a letter was re-driven twice"
    return Counter(m.value().decode() for m in records)


def names(error: str, count: int, start: int = 0) -> Counter[str]:
    """What ``redriven`` gives for letters of a class."""
    return Counter(f"{error}-{n}" for n in range(start, start + count))


def test_dead_ls_counts_by_class_and_shows_the_latest(topics: CreateTopics) -> None:
    topics(PROBE, partitions=2)
    dead_letters(3, "NotAvro")
    dead_letters(4, "Crash", partition=1)
    produce("probe.dead-letters", [(None, b"garbage")])
    listed = {entry["error"]: entry for entry in said("dead", "ls", "probe")["classes"]}
    assert {error: entry["count"] for error, entry in listed.items()} == {"NotAvro": 3, "Crash": 4, "NoDeadLetter": 1}
    assert listed["Crash"]["latest"] == "probe.dead-letters/1/3"
    assert listed["Crash"]["source"] == "probe.events/1/3"
    assert said("dead", "ls", "--error", "Crash")["total"] == 4
    assert said("dead", "ls", "probe", "--since", "1h")["total"] == 8
    assert said("dead", "ls", "probe", "--since", "2100-01-01")["total"] == 0
    assert "NotAvro it is" in tripo("dead", "ls", "probe").stdout


def test_dead_show_tells_reason_bytes_and_meaning(topics: CreateTopics) -> None:
    topics(PROBE, partitions=1)
    body: dict[str, Any] = {"agent": "probe", "topic": "probe.events", "partition": 0, "timestamp": 1, "error": "Crash", "message": "boom"}
    body |= {"at": 2, "headers": []}
    good = value("probe.events", EVENT)
    for held in (good, b"\0\0\0\x0f\xff" + good[5:], b"\xde\xad", None):
        produce("probe.dead-letters", [(b"k", value("probe.dead-letters", body | {"offset": 7, "key": b"k", "value": held}))])
    whole, misnamed, noise, empty = (said("dead", "show", "probe", "0", str(n)) for n in range(4))
    assert (whole["source"], whole["error"], whole["key"]) == ("probe.events/0/7", "Crash", "k")
    assert bytes.fromhex(whole["value"]) == good
    assert whole["decoded"] == misnamed["decoded"] == EVENT
    assert "prefix" in misnamed["schema"]
    assert (noise["value"], noise["decoded"]) == ("dead", None)
    assert (empty["value"], empty["decoded"]) == (None, None)
    assert "boom" in tripo("dead", "show", "probe", "0", "0").stdout
    absent = tripo("dead", "show", "probe", "0", "99")
    assert absent.exit_code == 1
    assert "no dead letter" in absent.stderr


def test_a_second_replay_adds_nothing(topics: CreateTopics) -> None:
    topics(PROBE, partitions=2)
    dead_letters(5, "NotAvro")
    dead_letters(3, "Crash", partition=1)
    assert said("dead", "replay", "probe", "--dry-run")["replayed"] == 8
    assert not redriven()
    assert said("dead", "replay", "probe")["by_error"] == {"NotAvro": 5, "Crash": 3}
    assert redriven() == names("NotAvro", 5) + names("Crash", 3)
    for arguments in (("probe",), ("probe", "--error", "Crash"), ("probe", "--error", "NotAvro")):
        assert said("dead", "replay", *arguments)["replayed"] == 0
    assert redriven() == names("NotAvro", 5) + names("Crash", 3)
    sent = next(m for m in committed("probe.events") if m.value() == b"Crash-2")
    assert (sent.partition(), sent.key(), dict(sent.headers())["trace"]) == (1, b"k2", b"t-1")
    assert said("dead", "ls", "probe")["classes"][0]["waiting"] == 0


def test_replays_by_class_and_of_all_take_each_letter_once(topics: CreateTopics) -> None:
    topics(PROBE, partitions=1)
    for n in range(6):
        dead_letters(2, "NotAvro" if n % 2 else "Crash", start=10 * n)
    assert said("dead", "replay", "probe", "--error", "Crash")["by_error"] == {"Crash": 6}
    dead_letters(2, "Crash", start=60)
    dead_letters(2, "NotAvro", start=70)
    assert said("dead", "replay", "probe")["by_error"] == {"NotAvro": 8, "Crash": 2}
    dead_letters(1, "NotAvro", start=80)
    dead_letters(1, "Crash", start=90)
    assert said("dead", "replay", "probe", "--error", "NotAvro")["by_error"] == {"NotAvro": 1}
    assert said("dead", "replay", "probe")["by_error"] == {"Crash": 1}
    assert redriven().total() == 18


def test_letters_that_came_back_are_left_unless_asked_for(topics: CreateTopics) -> None:
    topics(PROBE, partitions=1)
    dead_letters(2, "Crash")
    dead_letters(3, "Crash", start=10, again=True)
    assert said("dead", "replay", "probe")["replayed"] == 2
    assert said("dead", "replay", "probe", "--again")["replayed"] == 3
    assert said("dead", "replay", "probe", "--again")["replayed"] == 0
    assert redriven() == names("Crash", 2) + names("Crash", 3, 10)


def test_letters_older_than_the_brokers_memory_need_a_word(topics: CreateTopics) -> None:
    topics(PROBE, partitions=1)
    dead_letters(2, "Crash", at=time.time_ns() // 1_000_000 - 400 * 86_400_000)
    dead_letters(3, "Crash", start=10)
    refused = tripo("dead", "replay", "probe")
    assert refused.exit_code == 1
    assert "--older take" in refused.stderr
    assert not redriven()
    assert said("dead", "replay", "probe", "--older", "take")["replayed"] == 5
    assert said("dead", "replay", "probe", "--older", "take")["replayed"] == 0, "now the broker remembers"


def test_a_replay_killed_at_random_moments_still_takes_each_letter_once(topics: CreateTopics) -> None:
    topics(PROBE, partitions=2)
    dead_letters(6000, "Crash")
    dead_letters(6000, "NotAvro", partition=1)
    chance = random.Random(3)
    for _ in range(6):
        command = [sys.executable, "-m", "ops.cli", "dead", "replay", "probe"]
        process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0.9, 2.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
    tripo("dead", "replay", "probe")
    assert redriven() == names("Crash", 6000) + names("NotAvro", 6000)


def test_poison_redriven_through_the_agent_comes_back_once(topics: CreateTopics, tmp_path: Path) -> None:
    """The whole round: an agent moves records aside, a re-drive brings them back, they fail again; a second re-drive adds nothing."""
    topics(PROBE, partitions=2)
    produce("probe.events", [(b"k", b"poison-%d" % n) for n in range(5)])
    produce("probe.events", [(b"k", value("probe.events", EVENT | {"key_seq": n})) for n in range(100)], partition=1)
    with worker(tmp_path / "worker.log", "probe") as running:
        eventually(lambda: len(committed("probe.dead-letters")) == 5, 60, "five dead letters")
        assert said("dead", "replay", "probe")["replayed"] == 5
        eventually(lambda: len(committed("probe.dead-letters")) == 10, 60, "they come back")
        eventually(lambda: said("lag", "probe")["total"] == 0, 30, "nothing is left behind the markers of the re-drive")
        assert said("dead", "replay", "probe")["replayed"] == 0
        assert running.stop() == 0
    assert len(committed("probe.events")) == 110
    assert said("dead", "ls", "probe")["total"] == 10


def test_table_shows_rows_with_their_source(topics: CreateTopics, redis_url: str) -> None:
    topics(TOPICS.values(), partitions=2)
    writer = Writer()
    writer.write("drivers", 1, [(f"d{n}", driver(f"d{n}", n)) for n in range(30)])
    writer.write("markets", 0, [("sf", market("sf", 4))])
    assert "never mirrored" in tripo("table").stdout
    command = [sys.executable, "-m", "ops.cli", "mirror", "--once", "--json"]  # a process of its own: it sets up logging and signals
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert orjson.loads(done.stdout.splitlines()[-1])["rows"] == dict.fromkeys(TOPICS, 0) | {"drivers": 30, "markets": 1}
    assert {entry["table"]: entry["rows"] for entry in said("table")["tables"]} == dict.fromkeys(TOPICS, 0) | {"drivers": 30, "markets": 1}
    row = said("table", "drivers", "d7")
    assert (row["topic"], row["partition"], row["offset"], row["row"]) == ("matching.drivers", 1, 7, driver("d7", 7))
    listed = said("table", "drivers", "--limit", "5")
    assert (listed["count"], len(listed["rows"])) == (30, 5)
    plain = tripo("table", "markets").stdout.splitlines()
    assert plain[0].startswith("key\tmarket\tclock")
    assert "matching.markets/0/0" in plain[1]
    assert tripo("table", "drivers", "d7").stdout.splitlines()[0] == "key\td7"
    absent = tripo("table", "drivers", "nobody")
    assert absent.exit_code == 1
    assert "nobody" in absent.stderr
    unknown = tripo("table", "nothing")
    assert unknown.exit_code == 2
    assert all(name in unknown.stderr for name in TOPICS)


def test_the_mirror_serves_its_metrics(topics: CreateTopics, redis_url: str, tmp_path: Path) -> None:
    topics(TOPICS.values(), partitions=1)
    Writer().write("markets", 0, [(f"m{n}", market(f"m{n}", n)) for n in range(9)])
    port = free_port()

    def figures() -> str:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    with mirror(tmp_path, TRIPO_METRICS_PORT=str(port)) as running:
        eventually(lambda: 'tripo_mirror_held_rows{table="markets"} 9.0' in figures(), 30, "the rows are counted")
        shown = figures()
        assert 'tripo_mirror_lag_records{partition="0",table="markets"} 0.0' in shown
        assert 'tripo_mirror_up{side="redis"} 1.0' in shown
        assert 'tripo_mirror_rebuilds_total{reason="empty",table="markets"} 1.0' in shown
        assert running.stop() == 0
