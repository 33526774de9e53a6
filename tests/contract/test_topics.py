"""topics.yaml keeps the rules, every broken rule is named, and the plan finds each difference and what it may lose."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ops.topic_plan import Change, Found, Wanted, config_of, differences, wanted
from ops.topic_rules import agents, problems
from ops.topics import app
from streams.contract import Contract, contract, retention_ms
from streams.settings import Settings, settings

TOPICS, SCHEMAS = settings().topics_file, settings().schemas_dir
Doc = dict[str, dict[str, dict[str, object]]]


def test_the_committed_contract_keeps_every_rule() -> None:
    assert problems(contract(), TOPICS, SCHEMAS) == []
    assert {"matching", "probe", "bench"} <= set(agents(contract()))


def _change(topic: str, **fields: object) -> Callable[[Doc], None]:
    def change(doc: Doc) -> None:
        doc["topics"][topic].update(fields)

    return change


def _rename(old: str, new: str) -> Callable[[Doc], None]:
    def rename(doc: Doc) -> None:
        doc["topics"][new] = doc["topics"].pop(old)

    return rename


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (_rename("orders", "Orders_new"), "Orders_new: names have small letters"),
        (_change("orders", description=" "), "orders: has no description"),
        (_change("orders", writer="matching, upstream.orders"), "orders: must have one writer"),
        (_change("orders", writer="strangers"), "orders: 'strangers' is neither an agent"),
        (_change("orders", readers=["matching", "nobody"]), "orders: 'nobody' is neither an agent"),
        (_change("orders", readers=[]), "orders: nobody reads it"),
        (_change("matching.decisions", writer="probe"), "matching.decisions: is named after matching, but written by probe"),
        (_change("orders", key="city"), "orders: its key 'city' is no field of schema order-requested"),
        (_change("orders", key="ts"), "orders: its key 'ts' must be a string"),
        (_change("orders", key=None), "orders: has no key"),
        (_change("orders", schema="order-wished"), "orders: schema 'order-wished' is not in schemas/registry.json"),
        (_change("orders", partitions=4), "agent matching: all its topics must have equal partition counts; most have 8, orders has 4"),
        (_change("orders", partitions=0), "orders: partitions and replication must be at least 1"),
        (_change("orders", retention="a week"), "orders: retention 'a week' is no time"),
        (_rename("probe.journal", "probe.diary"), "agent probe: its topic probe.journal is missing"),
        (_change("probe.snapshots", cleanup="delete"), "probe.snapshots: snapshots must be compacted"),
        (_change("probe.journal", cleanup="compact"), "probe.journal: must not be compacted"),
        (_change("orders", table="decisions"), "table decisions: 2 topics have it"),
        (_change("orders", table="orders"), "orders: a table's topic must be compacted"),
    ],
)
def test_a_broken_rule_is_named(broken: Callable[[Doc], None], problem: str, tmp_path: Path) -> None:
    doc = yaml.safe_load(TOPICS.read_text())
    broken(doc)
    file = tmp_path / "topics.yaml"
    file.write_text(yaml.safe_dump(doc))
    assert any(found.startswith(problem) for found in problems(Contract(file, SCHEMAS), file, SCHEMAS))


def test_a_topic_written_twice_and_a_schema_of_no_topic_are_found(tmp_path: Path) -> None:
    file, schemas = tmp_path / "topics.yaml", tmp_path / "schemas"
    file.write_text(
        TOPICS.read_text() + "  orders: {description: again, writer: chaos, readers: [probe], key: market, schema: order-requested}\n"
    )
    shutil.copytree(SCHEMAS, schemas)
    (schemas / "lonely.avsc").write_text("{}")
    found = problems(Contract(file, schemas), file, schemas)
    assert "orders: is in topics.yaml 2 times" in found
    assert "schema lonely: no topic has it" in found


@pytest.mark.parametrize(("text", "ms"), [("30m", 1_800_000), ("12h", 43_200_000), ("7d", 604_800_000), ("5s", 5000), ("forever", -1)])
def test_retention_is_read(text: str, ms: int) -> None:
    assert retention_ms(text) == ms


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "1.5h", "7 d", "7w"])
def test_retention_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        retention_ms(text)


def test_configurations_follow_from_the_contract() -> None:
    topics = contract().topics
    assert config_of(topics["driver-moves"]) == {"cleanup.policy": "delete", "retention.ms": "172800000"}
    assert config_of(topics["matching.decisions"])["retention.ms"] == "604800000"
    assert "retention.ms" not in config_of(topics["matching.drivers"])
    assert config_of(topics["matching.drivers"])["min.cleanable.dirty.ratio"] == "0.1"
    for own in ("journal", "snapshots", "dead-letters"):
        assert int(config_of(topics[f"matching.{own}"])["max.message.bytes"]) > 4 * 1024 * 1024
    assert config_of(topics["orders"].model_copy(update={"replication": 3}))["min.insync.replicas"] == "2"
    assert [(t.name, t.partitions) for t in wanted(contract(), Settings(namespace="x."), ["orders"], 3)] == [("x.orders", 3)]


WANTED = Wanted("orders", 8, 1, {"cleanup.policy": "delete", "retention.ms": "1000"})
SAME = Found("orders", 8, 1, {"cleanup.policy": "delete", "retention.ms": "1000", "segment.ms": "5"})


def _found(**config: str) -> Found:
    return replace(SAME, config=SAME.config | {k.replace("_", "."): v for k, v in config.items()})


def _one(found: Found | None, topic: Wanted = WANTED) -> Change | None:
    changes = differences([topic], {} if found is None else {"orders": found})
    assert len(changes) <= 1
    return changes[0] if changes else None


def test_equal_topics_have_no_differences() -> None:
    assert _one(SAME) is None
    compacted = replace(WANTED, config={"cleanup.policy": "compact,delete", "min.cleanable.dirty.ratio": "0.1"})
    assert _one(replace(SAME, config={"cleanup.policy": "delete,compact", "min.cleanable.dirty.ratio": "0.10"}), compacted) is None


@pytest.mark.parametrize(
    ("found", "kind", "destructive", "possible"),
    [
        (None, "missing", False, True),
        (replace(SAME, partitions=4), "partitions", False, True),
        (replace(SAME, partitions=16), "partitions", True, False),
        (replace(SAME, replication=3), "replication", True, False),
        (_found(retention_ms="500"), "config", False, True),
        (_found(retention_ms="2000"), "config", True, True),
        (_found(retention_ms="-1"), "config", True, True),
        (_found(cleanup_policy="compact"), "config", True, True),
        (_found(cleanup_policy="compact,delete"), "config", False, True),
    ],
)
def test_what_could_lose_records_is_told_from_what_cannot(found: Found | None, kind: str, destructive: bool, possible: bool) -> None:
    change = _one(found)
    assert change is not None
    assert (change.kind, change.destructive, change.possible) == (kind, destructive, possible)


def test_check_prints_the_problems_and_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doc = yaml.safe_load(TOPICS.read_text())
    doc["topics"]["orders"]["partitions"] = 4
    (tmp_path / "topics.yaml").write_text(yaml.safe_dump(doc))
    monkeypatch.setenv("TRIPO_TOPICS_FILE", str(tmp_path / "topics.yaml"))
    settings.cache_clear()
    contract.cache_clear()
    try:
        result = CliRunner().invoke(app, ["check", "--json"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        contract.cache_clear()
    assert result.exit_code == 1
    assert "orders has 4" in result.stdout
    last = json.loads(result.stdout.splitlines()[-1])
    assert last["passed"] is False
    assert CliRunner().invoke(app, ["check"]).exit_code == 0
