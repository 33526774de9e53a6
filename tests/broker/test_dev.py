"""`tripo dev` and its feeds on real servers: orders come in, decisions come out, nothing is lost, and nothing is left behind."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from ops.broker import RedisServer, free_port
from ops.simulate import abandoned
from ops.supervise import Child
from streams.contract import contract
from tests.conftest import CreateTopics
from tests.mirrors import Writer, await_equal, driver
from tests.workers import committed, decoded, eventually, worker

TRIPO = (sys.executable, "-m", "ops.cli")
SMALL = ("--markets", "2", "--drivers", "60", "--orders-per-minute", "600", "--speed", "30")
INPUTS = ("driver-profiles", "driver-moves", "order-changes", "driver-answers", "orders")
DAY_S = 1_211_353_200  # 2008-05-21, midnight in San Francisco


def agent_topics() -> list[str]:
    return [name for name, topic in contract().topics.items() if topic.writer == "matching" or "matching" in topic.readers]


def finished(*command: str, timeout_s: float = 120) -> tuple[int, dict[str, Any]]:
    """A command's exit code and the JSON object on its last line."""
    done = subprocess.run([*TRIPO, *command], capture_output=True, text=True, timeout=timeout_s, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


class Dev:
    """`tripo dev` in a process of its own."""

    def __init__(self, log: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = psutil.Popen(
                [*TRIPO, "dev", *options], stdout=out, stderr=out, env=os.environ | (env or {}), start_new_session=True
            )

    def says(self, text: str) -> bool:
        assert self.process.poll() is None, f"it ended: {self.log.read_text()[-3000:]}"
        return text in self.log.read_text()

    def family(self) -> list[psutil.Process]:
        """All processes that it started."""
        return list(self.process.children(recursive=True))

    def child(self, *words: str) -> psutil.Process | None:
        """The process whose command line holds these words one after the other."""
        for process in self.family():
            line = process.cmdline()
            if any(tuple(line[i : i + len(words)]) == words for i in range(len(line))):
                return process
        return None

    def summary(self) -> dict[str, Any]:
        return dict(json.loads(self.log.read_text().splitlines()[-1]))


@contextmanager
def dev(log: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Dev]:
    """It for the time of a block; ended at its end if it still runs."""
    running = Dev(log, *options, env=env)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            running.process.wait(60)


@pytest.fixture
def own_home(environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Files of our own; Kafka's jars are those of the session's environment."""
    monkeypatch.setenv("TRIPO_HOME", str(tmp_path / "home"))
    return tmp_path


def test_it_ends_by_itself_with_everything_decided_though_a_worker_was_killed(
    topics: CreateTopics, redis_server: RedisServer, own_home: Path
) -> None:
    topics()
    # at night a fifth of the orders of a mean hour come
    with dev(own_home / "dev.log", *SMALL, "--orders-per-minute", "2400", "--seconds", "20") as running:
        eventually(lambda: running.says("First decision"), 120, "a decision")
        victim = running.child("worker", "matching")
        assert victim is not None
        victim.kill()
        assert running.process.wait(150) == 0, running.log.read_text()
    text, figures = running.log.read_text(), running.summary()
    assert "worker-matching-0 ended with signal 9, restarts in 0.5 s" in text
    assert "records/s" in text, "where stdout is no terminal, it prints plain lines"
    assert (figures["lost"], figures["pending"], figures["lag"], figures["restarts"]) == (0, 0, 0, 1)
    assert figures["orders"] == figures["decisions"] == figures["matched"] + figures["unmatched"] > 50
    assert figures["records"] == sum(len(committed(topic)) for topic in INPUTS)
    assert 0.5 < figures["accepted_share"] < 1
    assert 0 < figures["p50_age_ms"] <= figures["p99_age_ms"]
    assert len({d["decision_id"] for d in decoded("matching.decisions")}) == len(decoded("matching.decisions")) == figures["decisions"]
    await_equal("decisions", timeout_s=5)
    the_city_reacted()


def the_city_reacted() -> None:
    """Drivers were asked, and answered; matched orders were picked up and completed; and nothing that the city wrote was refused, but
    what came after an order's or an offer's end."""
    ways: dict[str, list[str]] = {}
    for change in decoded("order-changes"):
        ways.setdefault(change["order_id"], []).append(change["change"])
    matched = {d["order_id"] for d in decoded("matching.decisions") if d["outcome"] == "MATCHED"}
    completed = {order for order, way in ways.items() if way == ["PICKED_UP", "COMPLETED"]}
    assert completed
    assert completed <= matched
    said = {answer["order_id"] for answer in decoded("driver-answers") if answer["answer"] == "ACCEPTED"}
    taken = {d["order_id"] for d in decoded("matching.decisions") if d["offer_id"] is not None}
    assert taken
    assert taken <= said & {offer["order_id"] for offer in decoded("matching.offers")}
    refused = [d for d in decoded("matching.dead-letters") if d["topic"] != "order-changes"]
    assert {(d["topic"], d["error"]) for d in refused} <= {("driver-answers", "StaleAnswer")}


def test_ctrl_c_ends_all_that_it_started_in_order(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRIPO_BROKERS", "TRIPO_REDIS_URL", "TRIPO_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    with dev(own_home / "dev.log", *SMALL, "--kafka-port", "0", "--redis-port", "0", "--growth", "--pricing") as running:
        eventually(lambda: running.says("First decision"), 120, "a decision")
        eventually(lambda: re.search(r"pricing  [1-9]\d* quotes, [1-9]", running.log.read_text()), 120, "riders accept prices")
        eventually(lambda: re.search(r"growth  [1-9]\d* offers", running.log.read_text()), 120, "riders get offers")
        started = running.family()
        assert {"java", "redis-server"} <= {process.name() for process in started}
        agents = [("worker", name) for name in ("matching", "growth", "pricing")]
        for words in (("simulate",), ("mirror",), ("growth", "simulate"), *agents):
            assert running.child("ops.cli", *words), words
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) == 0, running.log.read_text()
    assert not [process for process in started if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    figures = running.summary()
    assert (figures["lost"], figures["growth"]["dead_letter_errors"]) == (0, {})
    assert figures["growth"]["requests"] >= figures["growth"]["offers"] > 0
    assert figures["pricing"]["quotes"] >= figures["pricing"]["accepted"] > 0
    assert figures["pricing"]["revenue_cents"] == sum(figures["pricing"]["revenue_by_service"].values()) > 0
    assert "killed" not in running.log.read_text(), "everything ended when asked to"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """An hour of forty cabs, a ping a minute each; a trip every minute, eight minutes long."""
    pings, trips = ["ts,taxi,lat,lon,occ"], ["trip_id,taxi,pickup_ts,pickup_lat,pickup_lon,dropoff_ts,dropoff_lat,dropoff_lon,day"]
    for minute in range(60):
        ts = DAY_S + minute * 60
        pings += [f"{ts + cab},t{cab:02d},{37.76 + cab / 2000:.5f},{-122.42 + cab / 3000:.5f},{int(cab % 5 == 0)}" for cab in range(40)]
        trips.append(f"sf{minute:06d},t07,{ts},37.77,-122.41,{ts + 480},37.78,-122.40,2008-05-21")
    for name, rows in (("pings_2008-05-21", pings), ("trips_2008-05-21", trips)):
        with gzip.open(tmp_path / f"cabspotting_{name}.csv.gz", "wt") as file:
            file.write("\n".join(rows) + "\n")
    return tmp_path


def test_a_recording_is_fed_twice_and_decided_twice(topics: CreateTopics, recording: Path, tmp_path: Path) -> None:
    topics(agent_topics(), 4)
    port = str(free_port())
    with worker(tmp_path / "worker.log", "matching", TRIPO_METRICS_PORT=port) as process:
        for weeks in range(2):
            code, figures = finished("feed", str(recording), "--speed", "600", "--ready", port, "--json")
            assert code == 0
            assert (figures["weeks_later"], figures["orders"], figures["driver-moves"]) == (weeks, 57, 2440)
            eventually(lambda expected=57 * (weeks + 1): len(decoded("matching.decisions")) == expected, what="every order is decided")
        assert process.stop() == 0, process.tail()
    decisions = decoded("matching.decisions")
    assert len({d["order_id"] for d in decisions}) == len(decisions)
    by_pass = Counter(d["order_id"].endswith("-w1") for d in decisions if d["outcome"] == "MATCHED")
    assert min(by_pass[False], by_pass[True]) > 40, "the second pass finds its drivers as the first one did"
    assert all(order["ts"] == (DAY_S + int(order["order_id"][2:8]) * 60 - 180) * 1000 for order in decoded("orders")[:50])


def test_drivers_of_a_recording_are_asked_where_one_wants_it(topics: CreateTopics, recording: Path, tmp_path: Path) -> None:
    topics(agent_topics(), 4)
    port = str(free_port())
    with worker(tmp_path / "worker.log", "matching", TRIPO_METRICS_PORT=port) as process:
        code, figures = finished("feed", str(recording), "--offer-s", "150", "--seconds", "15", "--ready", port, "--json")
        assert code == 0
        eventually(lambda: len(decoded("matching.decisions")) == figures["orders"] > 5, what="every order is decided")
        assert process.stop() == 0, process.tail()
    accepted = {answer["order_id"] for answer in decoded("driver-answers") if answer["answer"] == "ACCEPTED"}
    assert figures["driver-answers"] >= len(accepted)
    matched = {d["order_id"] for d in decoded("matching.decisions") if d["outcome"] == "MATCHED"}
    assert matched
    assert matched <= accepted, "nobody gets an order who did not accept it"


def test_what_is_wrong_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPO_BROKERS", "127.0.0.1:9")
    for options, code, words in (
        (("dev", "--feed", str(tmp_path)), 2, "no cabspotting_pings"),
        (("feed", str(tmp_path / "x")), 2, "is not a folder"),
        (("feed", str(tmp_path), "--offer-s", "15", "--speed", "0"), 2, "no time to answer"),
    ):
        done = subprocess.run([*TRIPO, *options], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    """Makes children that run a shell's command."""
    made: list[Child] = []

    def make(command: str) -> Child:
        made.append(Child("it", ("/bin/sh", "-c", command), tmp_path / "it.log", tmp_path))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.ask_to_end()
        one.await_end(5)


def test_a_child_that_ends_unasked_is_started_again_later_each_time(child: Callable[[str], Child]) -> None:
    one = child("echo alas; exit 3")
    said = [eventually(one.keep_running, 10) for _ in range(4)]
    assert said[0] == "it ended with exit code 3, restarts in 0.5 s; it last said: alas"
    assert said[1].startswith("it restarted")
    assert "restarts in 1 s" in said[2]
    assert one.restarts == 2


def test_a_child_that_does_not_listen_is_killed(child: Callable[[str], Child]) -> None:
    one = child("trap '' TERM; echo ready; while :; do read -r line; done < /dev/zero")
    eventually(lambda: one.last_words() == "ready", 10)
    one.ask_to_end()
    assert one.await_end(0.5) is False
    assert one.code == -signal.SIGKILL


def test_a_child_does_not_outlive_us(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from ops.supervise import Child; "
        f"c = Child('it', ('/bin/sleep', '1000'), pathlib.Path({str(tmp_path / 'it.log')!r}), pathlib.Path({str(tmp_path)!r})); "
        "c.start(); print(c.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.Process(pid).name() == "sleep"
    parent.kill()
    parent.communicate()
    eventually(lambda: not psutil.pid_exists(pid), 15, "the guard ends it")


def test_orders_that_a_killed_city_s_drivers_still_hold_are_given_back(topics: CreateTopics) -> None:
    topics(["matching.drivers"], 2)
    held, elsewhere = driver("d1", 1, market="lisbon", order_id="o-1"), driver("d3", 3, market="oslo", order_id="o-3")
    writer = Writer()
    writer.write("drivers", 0, [("d1", held), ("d2", driver("d2", 2, market="lisbon", order_id="o-2")), ("d3", elsewhere)])
    writer.write("drivers", 0, [("d2", driver("d2", 4, market="lisbon", order_id=None))])
    events = abandoned(["lisbon", "bogota"])
    assert events["order-changes"].select("order_id", "market", "change").rows() == [("o-1", "lisbon", "CANCELLED_BY_DRIVER")]
    assert abandoned(["bogota"]) == {}
