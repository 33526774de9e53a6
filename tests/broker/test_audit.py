"""`tripo audit` on a real log: two small cities and the chaos workload, decided by workers that were killed and taken over from.

One run makes the log; every command reads it. A damaged copy of it lies in a second namespace.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from typer.testing import CliRunner, Result

import agents.matching.agent
from audit import ranges, restoring
from audit import replay as replaying
from audit.faults import CHANGED, DROPPED, UNREADABLE
from audit.log import Log
from audit.replay import Replay
from audit.restoring import GoneError
from audit.states import States
from ops.audit import asked
from ops.broker import Broker
from ops.cli import build
from streams import journal
from streams.contract import contract
from streams.message import payload
from streams.publish import Publisher
from streams.settings import ROOT, settings
from tests.audit_serve import by_fork, process
from tests.broker.test_runtime import events
from tests.broker.test_why import at, drivers, order, profile, publish
from tests.workers import committed, decoded, eventually, worker

ORDERS = 40
Copies = dict[str, list[Any]]
TOPICS = [name for name, topic in contract().topics.items() if topic.writer in ("matching", "probe")] + [
    *(
        name
        for name, topic in contract().topics.items()
        if {"matching", "probe"} & set(topic.readers) and topic.writer not in ("matching", "probe")
    )
]


@contextmanager
def in_namespace(**env: str) -> Iterator[None]:
    """Settings as of these variables for a block."""
    before = {name: os.environ.get(name) for name in env}
    os.environ.update(env)
    settings.cache_clear()
    contract.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        settings.cache_clear()
        contract.cache_clear()


def create(admin: AdminClient, prefix: str) -> None:
    new = [NewTopic(prefix + name, 2, 1, config={"cleanup.policy": contract().topic(name).cleanup}) for name in TOPICS]
    for done in admin.create_topics(new).values():
        done.result(30)


@pytest.fixture(scope="module")
def log(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The log, in this namespace and home; the folder takes what tests write."""
    folder = tmp_path_factory.mktemp("audit")
    admin = AdminClient({"bootstrap.servers": broker.start().bootstrap, "log_level": 0})
    prefix = f"t{uuid.uuid4().hex[:6]}."
    with in_namespace(TRIPO_NAMESPACE=prefix, TRIPO_HOME=str(folder), TRIPO_REDIS_URL="redis://127.0.0.1:1/0"):
        create(admin, prefix)
        decide(folder)
        yield folder
    names = [name for name in admin.list_topics(timeout=10).topics if name.startswith((prefix, "c" + prefix, "cd" + prefix))]
    for done in admin.delete_topics(names).values():
        done.exception(30)


def decide(folder: Path) -> None:
    """Workers decide; one of each agent is killed and another goes on."""
    with Publisher() as publisher:
        publisher.publish("probe.events", events(500, crash=frozenset({77})))
    drivers()
    for market in ("porto", "faro"):
        publish("driver-profiles", *(profile(f"{market}-{i}", 4 + i % 10 / 10) | {"market": market} for i in range(30)))
        publish("driver-moves", *(at(f"{market}-{i}", 40 * i + 10) | {"market": market} for i in range(30)))
    quick = {"TRIPO_SNAPSHOT_INTERVAL_S": "0.3"}
    with worker(folder / "m0.log", "matching", 0, **quick) as first, worker(folder / "p0.log", "probe", 0, **quick) as probe:
        eventually(lambda: any(row["available"] for row in decoded("matching.markets")), what="drivers are free")
        some_orders(0)
        eventually(lambda: len(decoded("matching.decisions")) >= ORDERS // 2, what="the first orders decided")
        first.stop(9)
        eventually(lambda: probe.goes_on() and decoded("probe.decisions"), what="the probe decides")
        probe.stop(9)
    with worker(folder / "m1.log", "matching", 1, **quick) as second, worker(folder / "p0.log", "probe", 0, **quick) as probe:
        some_orders(ORDERS // 2)
        eventually(lambda: len(decoded("matching.decisions")) >= ORDERS, what="the others decided")
        answers = ("probe.decisions", "probe.dead-letters")
        eventually(lambda: probe.goes_on() and sum(len(decoded(topic)) for topic in answers) == 500, what="the probe is done")
        assert second.stop() == 0, second.tail()
        assert probe.stop() == 0, probe.tail()


@pytest.mark.usefixtures("log")
def test_the_state_before_a_decision_is_kept_once_it_took_time_to_step_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in (settings().home / "audit").glob("*/*/states/*/*.state"):
        kept.unlink()
    decision = next(one["decision_id"] for one in decisions() if stepped_before(one["decision_id"]) > 0)
    monkeypatch.setattr(replaying, "NEAR_S", 0.0)
    assert stepped_before(decision) > 0
    assert stepped_before(decision) == 0


def stepped_before(decision: str) -> int:
    """How many journal records are stepped over before the decision's own."""
    said = told("verify", decision)
    assert said["holds"]
    began = re.search(r"sequence (\d+)", said["stepped"]["began_at"])
    return int(said["journal"]["sequence"]) - (int(began[1]) + 1 if began else 0)


def test_forks_of_a_process_that_stays_say_the_same(log: Path) -> None:
    decision = matched()["decision_id"]
    told("verify", decision)
    with process(log):
        for words in (("verify", decision), ("explain", decision), ("verify", decision.replace("/0/", "/7/", 1))):
            alone = run(*words, "--json")
            said, code = by_fork(log, "audit", *words, "--json")
            assert code == alone.exit_code
            ours, theirs = ({} if code else orjson.loads(one) for one in (said, alone.stdout))
            for each in (ours, theirs):
                for varying in ("seconds", "took_s", "read"):
                    each.pop(varying, None)
            assert ours == theirs


def some_orders(start: int) -> None:
    half = ORDERS // 4
    for market in ("porto", "faro"):
        publish("orders", *(order(f"{market}-o{i}", patience_s=3, tier="GOLD" if i % 5 == 0 else "STANDARD") | {"market": market}
                            for i in range(start, start + half)))  # fmt: skip


def run(*arguments: str) -> Result:
    """Run the command in this process, its output no terminal."""
    return CliRunner().invoke(build(["audit"]), ["audit", *arguments])


def told(*arguments: str, code: int = 0) -> Any:
    """What it prints with --json: that and nothing else."""
    done = run(*arguments, "--json")
    assert done.exit_code == code, done.output
    assert done.stdout.count("\n") == 1, done.stdout
    return orjson.loads(done.stdout)


def decisions() -> list[dict[str, Any]]:
    return list(decoded("matching.decisions"))


def matched() -> dict[str, Any]:
    """A decision that had alternatives."""
    return next(d for d in reversed(decisions()) if d["outcome"] == "MATCHED" and d["alternatives"])


def ends(isolation: str = "read_committed") -> dict[str, Any]:
    """Where every partition of every topic ends, and all groups."""
    admin = AdminClient({"bootstrap.servers": settings().brokers, "log_level": 0})
    consumer = Consumer({"bootstrap.servers": settings().brokers, "group.id": "test-ends", "isolation.level": isolation})
    try:
        topics = admin.list_topics(timeout=10).topics
        places = {(name, p) for name, topic in topics.items() for p in topic.partitions if name.startswith(settings().namespace)}
        marks = {f"{name}[{p}]": consumer.get_watermark_offsets(TopicPartition(name, p), timeout=10) for name, p in sorted(places)}
    finally:
        consumer.close()
    groups = sorted(group.group_id for group in admin.list_consumer_groups(request_timeout=10).result().valid)
    return marks | {"groups": groups}


@pytest.mark.usefixtures("log")
def test_the_chain_holds_and_replay_gives_every_byte_and_nothing_is_written() -> None:
    eventually(lambda: ends() == ends("read_uncommitted"), what="the last transactions' markers are written")
    before = ends()
    chain = told("verify", "--chain", "--workers", "1")
    assert chain["holds"]
    assert chain["records"] == sum(len(committed(t)) for t in TOPICS if contract().topic(t).writer in ("matching", "probe")
                                   and not t.endswith((".journal", ".snapshots")))  # fmt: skip
    matching = told("replay", "matching", "--workers", "1")
    assert (matching["different"], matching["decisions"], matching["faults"]) == (0, len(decisions()), 0)
    probe = told("replay", "probe", "--workers", "1")
    assert (probe["different"], probe["decisions"]) == (0, len(decoded("probe.decisions")))
    assert matching["times_asked"] == round(matching["events_per_s"] / 5000, 1)
    assert matching["times_recorded"] == pytest.approx(matching["live_s"] / matching["seconds"], rel=0.1, abs=0.1)
    assert matching["cores_for_ten"] == round(10 * 5000 * matching["step_us"] / 1e6, 1)
    assert 0 < matching["step_us"] * matching["events"] / 1e6 < matching["seconds"], "steps are a part of a replay by one process"
    assert (probe["times_asked"], probe["cores_for_ten"]) == (None, None), "nothing is asked of the probe"
    assert probe["records"] == 500, "dead letters are compared, too: also that of the record that made the step raise"
    assert ends() == before, "no record, no group, no offset"


@pytest.mark.usefixtures("log")
def test_a_range_is_replayed_from_the_state_before_it() -> None:
    times = sorted(d["decided_at"] for d in decisions())
    middle = times[len(times) // 2]
    late = told("replay", "matching", "--from", str(middle), "--workers", "1", "--fresh")
    early = told("replay", "matching", "--to", str(middle), "--workers", "1", "--fresh")
    assert late["holds"]
    assert early["holds"]
    assert 0 < late["decisions"] < len(times)
    assert late["decisions"] + early["decisions"] >= len(times), "the journal record at the border belongs to the later part"
    assert any("snapshot" in task["began_at"] or "kept" in task["began_at"] for task in late["tasks"])
    nothing = run("replay", "matching", "--from", str(times[-1] + 10**9))
    assert nothing.exit_code == 1
    assert "no record of the journal in this range" in nothing.output
    for option, time_ms in (("--from", times[-1] + 10**9), ("--to", 10**12)):
        none = told("replay", "matching", option, str(time_ms), "--workers", "1", code=1)
        assert (none["holds"], none["compared"], {task["holds"] for task in none["tasks"]}) == (False, False, {None})
        assert [said.partition(": ")[2] for said in none["missing"]] == ["no record of the journal in this range"] * 2


@pytest.mark.usefixtures("log")
def test_where_compaction_took_a_snapshot_the_last_of_an_hour_before_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of half a second; of the snapshots of the latest one none is left."""
    real, asked = restoring._from_snapshot, []

    def left(agent: Any, partition: int, ref: Any, log: Any) -> Any:
        asked.append((partition, ref["sequence"]))
        return None if sum(p == partition for p, _ in asked) == 1 else real(agent, partition, ref, log)

    monkeypatch.setattr(restoring, "HOUR_MS", 500)
    monkeypatch.setattr(restoring, "_from_snapshot", left)
    monkeypatch.setattr(States, "best", lambda self, below: iter(()))
    last = max(d["decided_at"] for d in decisions())
    found = told("replay", "matching", "--from", str(last), "--workers", "1", "--fresh")
    assert found["holds"]
    assert found["decisions"] > 0
    first, second = ([s for p, s in asked if p == asked[0][0]] + [0, 0])[:2]
    assert second < first, "an earlier one, or the beginning"


@pytest.mark.usefixtures("log")
def test_a_replay_under_other_code_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents.matching.agent.AGENT, "code_version", "another")
    found = told("replay", "matching", "--workers", "1", "--fresh", code=1)
    assert found["other_code"]
    assert found["only_versions"] == found["decisions"], "all but the version is the same"
    assert "OTHER CODE" in run("replay", "matching", "--workers", "1", "--fresh").output


@pytest.mark.usefixtures("log")
def test_a_decision_is_verified() -> None:
    decision = matched()
    found = told("verify", decision["decision_id"])
    assert found["holds"]
    assert found["input"]["order_id"] == decision["order_id"]
    assert found["decision"]["fields"]["driver_id"] == decision["driver_id"]
    partition = decision["decision_id"].split("/")[2]
    assert {f"{topic}[{partition}]" for topic in ("matching.journal", "matching.decisions", "orders")} <= found["read"].keys()
    assert all(one["from"] < one["to"] and one["records"] for place, one in found["read"].items() if "decisions" in place)
    again = told("verify", decision["decision_id"])
    assert again["stepped"]["before"] <= found["stepped"]["before"], "from a state that was kept on the way"
    for wrong, said in {
        "matching/orders/0/999999/0": "ends at offset",
        "matching/orders/7/0/0": "has 2 partitions",
        "matching/messages/0/0/0": "matching reads",
        "nobody/orders/0/0/0": "there is no agent 'nobody'",
        "o-1": "is no decision's id",
    }.items():
        done = run("verify", wrong)
        assert done.exit_code == 2, done.output
        assert said in done.output
    assert run("replay", "matching", "--partition", "9").exit_code == 2
    assert run("replay", "matching", "--from", "yesterday").exit_code == 2


@pytest.mark.usefixtures("log")
def test_a_decision_is_explained() -> None:
    decision = matched()
    found = told("explain", decision["decision_id"])
    assert sum(one["share"] for one in found["factors"]) == pytest.approx(1)
    assert {one["what"] for one in found["alternatives"]} == {one["driver_id"] for one in decision["alternatives"]}
    assert found["versions"]["code_version"] == decision["code_version"]
    assert found["personal"]
    assert {place.partition("[")[0] for place in found["read"]} == {"matching.decisions", "orders"}
    assert "read from " in run("explain", decision["decision_id"]).output
    other = decision["alternatives"][0]["driver_id"]
    said = run("explain", decision["decision_id"], "--driver", other)
    assert said.exit_code == 0, said.output
    assert f"{other} was" in said.stdout
    assert "It was short by" in said.stdout or "instead, where it saved more" in said.stdout
    stepped = told("explain", decision["decision_id"], "--driver", other)
    places = {place.partition("[")[0] for place in stepped["read"]}
    assert places >= {"matching.journal", "orders"}, "also for the driver"
    assert {"matching.snapshots", "driver-profiles"} & places, "from a snapshot on, or from the beginning"
    nobody = run("explain", decision["decision_id"], "--driver", "nosuch")
    assert (nobody.exit_code, "knew no driver 'nosuch'" in nobody.output) == (2, True), nobody.output
    plain = told("explain", decoded("probe.decisions")[3]["decision_id"])
    assert plain["said"], "a decision of any agent"


def test_decisions_are_exported(log: Path) -> None:
    found = told("export", "matching", "--out", str(log / "out"), "--workers", "1")
    files = f"{log}/out/agent=matching/topic=matching.decisions/**/*.parquet"
    frame = pl.read_parquet(files, hive_partitioning=True)
    assert found["decisions"] == frame.height == len(decisions())
    assert frame["input_order_id"].equals(frame["order_id"], null_equal=True)
    weighed = frame.filter(pl.col("score").is_not_null()).select(
        total=sum(pl.col(f"factor_{n}") * pl.col(f"weight_{n}") for n in ("eta", "rating", "reliability", "fairness", "vehicle")),
        score="score",
    )
    assert weighed["total"].to_list() == pytest.approx(weighed["score"].to_list())
    later = ["export", "matching", "--out", str(log / "out"), "--workers", "1", "--partition", "0"]
    refused = run(*later)
    assert (refused.exit_code, "is of an earlier export" in refused.output) == (2, True), refused.output
    told(*later, "--replace")
    assert {path.name.rsplit("-", 2)[1] for path in (log / "out").rglob("*.parquet")} <= {"0"}


def test_a_fork_with_nothing_changed_decides_the_same_and_another_policy_does_not(log: Path) -> None:
    same, other, wrong = log / "same.yaml", log / "other.yaml", log / "wrong.yaml"
    same.write_text("quality_s: 300.0\n")
    other.write_text("quality_s: 3000.0\nacceptance: {lost_s: 500.0}\n")
    wrong.write_text("kindness: 1\n")
    (topic,) = told("fork", "matching", "--policy", str(same), "--workers", "1")["topics"]
    assert (topic["actual"], topic["paired"], topic["differ"], topic["only_other"]) == (len(decisions()), len(decisions()), 0, 0)
    page = log / "fork.html"
    (topic,) = told("fork", "matching", "--policy", str(other), "--workers", "1", "--page", str(page))["topics"]
    assert topic["choose"] > 0
    assert {group["name"] for group in topic["groups"]} >= {"market", "service", "tier"}
    cost = next(change for change in topic["changes"] if change["field"] == "cost_s")
    assert cost["low"] <= cost["difference"] <= cost["high"]
    html = page.read_text()
    assert "<svg" in html
    assert "http://" not in html
    assert "would have reacted otherwise" in html
    refused = run("fork", "matching", "--policy", str(wrong), "--workers", "1")
    assert refused.exit_code == 2
    assert "no field 'kindness'" in refused.output
    assert "git knows no such" in run("fork", "matching", "--code", "no-such-ref", "--workers", "1").output


def test_a_damaged_copy_is_told_from_the_log(log: Path) -> None:
    """Copied to other topics, one decision with a bit flipped, another left out."""
    original = settings().namespace
    copies = copied()
    copy = copies["matching.decisions"]
    flipped, dropped = 0, len(copy) - 3
    partition, key, value, ts = copy[flipped]
    at_byte = value.index(b"matching/orders") + 2
    copy[flipped] = (partition, key, value[:at_byte] + bytes([value[at_byte] ^ 4]) + value[at_byte + 1 :], ts)
    gone = journal.decode("matching.decisions", copy.pop(dropped)[2])["decision_id"]
    admin = AdminClient({"bootstrap.servers": settings().brokers, "log_level": 0})
    with in_namespace(TRIPO_NAMESPACE="c" + original):
        lay(admin, copies)
        chain = told("verify", "--chain", "matching", "--workers", "1", code=1)
        assert {fault["what"] for fault in chain["faults"]} == {CHANGED, DROPPED}
        assert all(fault["topic"] == "matching.decisions" for fault in chain["faults"])
        replayed = told("replay", "matching", "--workers", "1", "--fresh", code=1)
        assert replayed["different"] == 2
        named = {one["id"]: one["fields"] for task in replayed["tasks"] for one in task["differences"]}
        assert list(named[gone]) == ["(no record)"]
        assert ["decision_id"] in [list(fields) for fields in named.values()]
        a_replay_that_was_cut_off_forgets_nothing(replayed)
        what_retention_deleted_is_said(admin)


def copied() -> Copies:
    """All that was written: partition, key, value, time."""
    return {name: [(m.partition(), m.key(), m.value(), m.timestamp()[1]) for m in committed(name)] for name in TOPICS}


def lay(admin: AdminClient, copies: Copies) -> None:
    """Write copies into this namespace."""
    create(admin, settings().namespace)
    producer = Producer({"bootstrap.servers": settings().brokers, "linger.ms": 5})
    for name, records in copies.items():
        for to, key, value, ts in records:
            producer.produce(settings().topic(name), value, key, to, timestamp=ts)
    assert producer.flush(30) == 0


def a_replay_that_was_cut_off_forgets_nothing(whole: Any) -> None:
    """Cut off in the middle of every partition: what was found before is said in the end, as if it had not been."""
    agent = agents.matching.agent.AGENT
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replaying, "STATE_EVERY_S", 0.0)
        for task in whole["tasks"]:
            with Log() as log:
                folder = asked.folder(log)
            half = Replay(agent, task["partition"], folder=folder)
            steps = half.run()
            for _ in range(sum(task["codes"].values()) * 2 // 3):
                next(steps)
            steps.close()
    resumed = told("replay", "matching", "--workers", "1", code=1)
    assert any(task["resumed_at"] for task in resumed["tasks"])
    for before, after in zip(whole["tasks"], resumed["tasks"], strict=True):
        same = ("decisions", "records", "events", "different", "faults", "missing", "differences", "fields", "codes", "sequences")
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        assert after["read"].keys() == before["read"].keys()


def test_a_damaged_journal_record_is_named_by_every_command(log: Path) -> None:
    """Of one partition the record with the last decision is cut short; of the other one the first record of all."""
    original, copies = settings().namespace, copied()
    last = decisions()[-1]["decision_id"]
    found = told("verify", last)
    partition = found["decision"]["partition"]
    journals = copies["matching.journal"]
    mine = [i for i, one in enumerate(journals) if one[0] == partition]
    sequences = [journal.decode("matching.journal", journals[i][2])["sequence"] for i in mine]
    spoilt = mine[sequences.index(found["journal"]["sequence"])]
    for i in (spoilt, next(i for i, one in enumerate(journals) if one[0] != partition)):
        to, key, value, ts = journals[i]
        journals[i] = (to, key, value[:20], ts)
    admin = AdminClient({"bootstrap.servers": settings().brokers, "log_level": 0})
    with in_namespace(TRIPO_NAMESPACE="cd" + original, TRIPO_HOME=str(log / "damaged")):
        lay(admin, copies)
        chain = told("verify", "--chain", "matching", "--workers", "1", code=1)
        assert [fault["what"] for fault in chain["faults"]].count(UNREADABLE) == 2
        replayed = told("replay", "matching", "--workers", "1", code=1)
        named = [fault for task in replayed["tasks"] for fault in task["faults"] if fault["what"] == UNREADABLE]
        assert {fault["partition"] for fault in named} == {0, 1}
        single, out = ["--workers", "1"], ["--out", str(log / "x")]
        for command in (["verify", last], ["explain", last], ["export", "matching", *single, *out]):
            done = run(*command)
            assert isinstance(done.exception, SystemExit | None), done.exception
            assert done.exit_code in (0, 1, 2), done.output
        forked = run("fork", "matching", "--policy", policy(log))
        assert forked.exit_code == 1
        assert "no record of matching.journal" in forked.output, "processes tell each other of damage"
        late = told("replay", "matching", "--from", str(found["decision"]["fields"]["decided_at"] - 1), "--workers", "1", code=1)
        assert late["faults"] > 0, "also when the damaged record is looked for by its time"


def policy(folder: Path) -> str:
    path = folder / "small.yaml"
    path.write_text("quality_s: 310.0\n")
    return str(path)


@pytest.mark.usefixtures("log")
def test_a_snapshot_of_another_state_format_is_not_loaded_and_what_to_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents.matching.agent.AGENT, "state_format", 5)
    monkeypatch.setattr(States, "best", lambda self, below: iter(()))
    late = str(max(d["decided_at"] for d in decisions()))
    found = told("replay", "matching", "--from", late, "--workers", "1", "--fresh")
    assert found["holds"]
    begun = [task["began_at"] for task in found["tasks"] if task["events"] or task["warmed_events"]]
    assert any("the task's beginning, for the snapshot" in said and "reads format 5" in said for said in begun)

    def gone(*given: Any) -> Any:
        raise GoneError("deleted by retention")

    monkeypatch.setattr(restoring, "_beginning", gone)
    refused = run("verify", decisions()[-1]["decision_id"])
    assert refused.exit_code == 3
    assert "has state format 4, of code" in refused.output
    assert "check that code out" in refused.output


def latest_snapshot(agent: str, partition: int) -> int:
    """The sequence of the latest snapshot that steps follow; 0 where there is none."""
    with Log() as log:
        records = [journal.decode(f"{agent}.journal", payload(m)) for m in log.stream(f"{agent}.journal", partition)]
    taken = [record["snapshot"]["sequence"] for record in records if record["snapshot"] is not None]
    stepped = max((record["sequence"] for record in records if record["steps"]), default=0)
    return max((sequence for sequence in taken if sequence < stepped), default=0)


@pytest.mark.usefixtures("log")
def test_where_this_code_cannot_read_early_snapshots_replay_begins_at_the_first_it_can_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of half a second; the snapshots before the latest are of a format that is no more, and so is the beginning."""
    whole = told("replay", "matching", "--workers", "1", "--fresh")
    latest = {partition: latest_snapshot("matching", partition) for partition in (0, 1)}
    real = restoring._from_snapshot

    def formats(agent: Any, partition: int, ref: Any, log: Any) -> Any:
        if ref["sequence"] < latest[partition]:
            raise GoneError("the state cannot be loaded: matching state has format 1; this code reads 4")
        return real(agent, partition, ref, log)

    def gone(*given: Any) -> Any:
        raise GoneError("the beginning was of another format")

    monkeypatch.setattr(ranges, "HOUR_MS", 500)
    monkeypatch.setattr(restoring, "_from_snapshot", formats)
    monkeypatch.setattr(restoring, "_beginning", gone)
    monkeypatch.setattr(States, "best", lambda self, below: iter(()))
    found = told("replay", "matching", "--workers", "1", "--fresh")
    assert found["holds"]
    assert 0 < found["journal_records"] < whole["journal_records"]
    for task in found["tasks"]:
        assert any("format" in said for said in task["missing"])
    for task in (one for one in found["tasks"] if one["sequences"][1] >= 0):
        assert any(f"from journal sequence {task['sequences'][0]} on only" in said for said in task["missing"])


def test_the_code_of_another_commit_is_stepped(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree of this code with another default of the policy decides as that policy does."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: there is no other code to take")
    objects(log / "objects", monkeypatch)
    git("add", "-A", "agents", "columns", "streams", "schemas", "topics.yaml", "pyproject.toml")
    path = "agents/matching/policy.py"
    text = (ROOT / path).read_text()
    assert "quality_s: float = 300.0" in text
    (log / "policy.py").write_text(text.replace("quality_s: float = 300.0", "quality_s: float = 3000.0"))
    blob = git("hash-object", "-w", str(log / "policy.py"))
    git("update-index", "--cacheinfo", f"100644,{blob},{path}")
    tree = git("write-tree")
    (log / "same_change.yaml").write_text("quality_s: 3000.0\n")
    by_code = told("fork", "matching", "--code", tree, "--workers", "1")
    by_policy = told("fork", "matching", "--policy", str(log / "same_change.yaml"), "--workers", "1")
    ours, theirs = by_code["topics"][0], by_policy["topics"][0]
    assert ours["paired"] == theirs["paired"] == len(decisions())
    assert ours["choose"] == theirs["choose"] > 0
    assert ours["changes"] == theirs["changes"]
    versions = [dict(one["facts"]) for one in (by_code, by_policy)]
    assert versions[0] != versions[1]


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True).stdout.strip()


def what_retention_deleted_is_said(admin: AdminClient) -> None:
    """Of the inputs some are deleted: what can be stepped again is, and what cannot is named; a decision before it cannot be verified."""
    low = {
        p: next(m.offset() for m in committed("driver-moves") if m.partition() == p) for p in {m.partition() for m in committed("orders")}
    }
    places = [TopicPartition(settings().topic("driver-moves"), p, offset + 5) for p, offset in low.items()]
    for done in admin.delete_records(places).values():
        done.result(30)
    whole = sum(len([m for m in committed("matching.journal") if m.partition() == p]) for p in low)
    done = run("replay", "matching", "--workers", "1", "--fresh", "--json")
    assert done.stdout, f"{done.stderr} {done.exception!r}"
    found = orjson.loads(done.stdout)
    assert any("retention deleted those before" in said for said in found["missing"])
    assert found["journal_records"] < whole, "from a later snapshot on, where one is left"
    assert done.exit_code == (0 if found["holds"] and found["compared"] else 1)


def test_wrong_input_gets_a_plain_error_and_its_exit_code(log: Path) -> None:
    (log / "file").write_text("quality_s: many\n")
    (log / "fine.yaml").write_text("quality_s: 310.0\n")
    (log / "latin.yaml").write_bytes("# für alle\nquality_s: 310.0\n".encode("latin-1"))
    (log / "fun.yaml").write_text("assignment: fun\n")
    fork = ["fork", "matching", "--workers", "1", "--policy"]
    first = decisions()[0]["decision_id"]
    cases: list[tuple[list[str], int, str]] = [
        (["replay", "matching", "--from", "2031-01-01", "--workers", "1"], 1, "NOTHING WAS COMPARED"),
        (["replay", "matching", "--to", "2001-01-01", "--workers", "1"], 1, "no record of the journal in this range"),
        (["replay", "matching", "--from", "2026-01-02", "--to", "2026-01-01"], 2, "is not before"),
        (["replay", "support"], 3, "does not exist"),
        (["verify", first[:-1] + "9"], 2, f"that record led to {first}"),
        (["verify", "support/messages/0/0/0"], 2, "the broker has no topic messages"),
        (["verify"], 2, "give a decision's id, or --chain"),
        (["verify", "--chain", "nobody"], 2, "there is no agent 'nobody'"),
        (["explain", "probe/probe.events/0/3/0", "--driver", "x"], 2, "this one is of probe"),
        (["export", "matching", "--out", str(log / "file")], 2, "it is a file"),
        (["fork", "matching"], 2, "--policy FILE, --models DIR or --code REF"),
        ([*fork, str(log / "file")], 2, "'quality_s' is 300.0; 'many' is no such value"),
        ([*fork, str(log / "fine.yaml"), "--page", str(log / "no" / "page.html")], 2, "there is no folder"),
        ([*fork, str(log / "fine.yaml"), "--models", str(log / "no")], 2, "there is no such folder"),
        ([*fork, str(log / "fine.yaml"), "--reward", "orders:nothing"], 2, "a field of its schema"),
        (
            [*fork, str(log / "fine.yaml"), "--reward", "pricing.outcomes:outcome"],
            2,
            "outcome is text; write pricing.outcomes:outcome=VALUE",
        ),
        ([*fork, str(log / "latin.yaml")], 2, "latin.yaml: the file is no UTF-8 text"),
        ([*fork, str(log / "fun.yaml")], 2, "fun.yaml: the policy's field 'assignment' cannot be 'fun'; it can be optimal, best-first"),
        (["fork", "probe", "--workers", "1", "--policy", str(log / "fine.yaml")], 2, "probe decides by no policy"),
    ]
    for arguments, code, said in cases:
        done = run(*arguments)
        assert isinstance(done.exception, SystemExit | None), (arguments, done.exception)
        assert (done.exit_code, said in done.output) == (code, True), (arguments, done.output)
        assert "bench" not in done.output
        assert "Error" not in done.output


def test_other_code_is_taken_from_its_tree_alone(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree without the agent is not helped out by this one, installed as it is; one that reads an older state says what to do."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout: there is no other code to take")
    mine = objects(log / "alone", monkeypatch)
    git("add", "-A", "streams", "schemas", "topics.yaml", "columns")
    without = git("write-tree")
    done = run("fork", "matching", "--code", without, "--workers", "1")
    assert (done.exit_code, f"{without} has no agent matching" in done.output) == (2, True), done.output
    git("add", "-A", "agents")
    path = "agents/matching/state.py"
    text = (ROOT / path).read_text()
    assert "\nFORMAT = 4" in text
    (mine / "state.py").write_text(text.replace("\nFORMAT = 4", "\nFORMAT = 3"))
    git("update-index", "--cacheinfo", f"100644,{git('hash-object', '-w', str(mine / 'state.py'))},{path}")
    late = str(max(d["decided_at"] for d in decisions()))
    done = run("fork", "matching", "--code", git("write-tree"), "--from", late, "--workers", "1")
    assert (done.exit_code, "has format 4; this code reads 3" in done.output) == (2, True), done.output
    assert "leave out --from" in done.output


def objects(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What git writes from here on goes to this folder."""
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(ROOT / git("rev-parse", "--git-path", "objects")))
    folder.mkdir()
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(folder))
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / "index"))
    return folder


def test_a_replay_that_is_interrupted_says_that_it_goes_on(log: Path) -> None:
    """Ctrl-C, at a terminal: the whole group of processes gets it."""
    for workers in ("1", "2"):
        command = [str(Path(sys.executable).with_name("tripo")), "audit", "replay", "matching", "--workers", workers, "--json"]
        env = os.environ | {"TRIPO_HOME": str(log / f"cut{workers}"), "PYTHONPATH": str(slow(log))}
        with subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            eventually((log / "begun").exists, what="it steps")
            os.killpg(process.pid, signal.SIGINT)
            out, said = process.communicate(timeout=60)
        (log / "begun").unlink()
        assert (process.returncode, out) == (130, "")
        assert "the same command goes on where it was" in said
        assert "Traceback" not in said


def slow(folder: Path) -> Path:
    """A folder for PYTHONPATH with which a replay takes its time, and says when it begins."""
    path = folder / "slow"
    path.mkdir(exist_ok=True)
    (path / "sitecustomize.py").write_text(
        "import time, pathlib, sys\n"
        "if 'replay' in sys.argv or 'multiprocessing' in str(sys.argv) or '--multiprocessing-fork' in sys.argv:\n"
        "    import audit.replay as replay\n"
        "    real = replay.restored\n"
        "    def late(*given):\n"
        f"        pathlib.Path({str(folder / 'begun')!r}).touch()\n"
        "        time.sleep(20)\n"
        "        return real(*given)\n"
        "    replay.restored = late\n"
    )
    return path


@pytest.mark.usefixtures("log")
def test_every_flipped_bit_of_a_copy_in_memory_is_found() -> None:
    found = told("flips", "matching", "--count", "60", "--workers", "1")
    assert found["found"] == found["flips"] == 60


@pytest.mark.usefixtures("log")
def test_verifying_is_quick_once_the_index_is_warm() -> None:
    told("index", "matching", "--workers", "1")
    decision = matched()["decision_id"]
    told("verify", decision)
    began = time.monotonic()
    assert told("verify", decision)["holds"]
    assert time.monotonic() - began < 5, "a second, where no other tests run beside"
