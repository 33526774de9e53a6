"""The probe's decisions of one task against a single-threaded recomputation (I2, I3, I6). Pure.

Per key: count, sum and ``h = sha256(h_prev + sha)`` in hex over what was decided. A negative amount and a key_seq that is not above the key's last
decided one are dead-lettered; a gap in key_seq is decided, so that it shows here, where the inputs tell whether it is the producer's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from ops.chaos.auditor.answers import Answers, Input, judge_letter
from ops.chaos.auditor.journal import Journal
from ops.chaos.auditor.log import Findings, Log


@dataclass(slots=True)
class _Key:
    """What a single thread knows of a key."""

    next: int = 0
    count: int = 0
    sum: int = 0
    hash: str = ""


def judge(log: Log, partition: int, answers: Answers, journal: Journal, findings: Findings) -> None:
    """Judge one task's decisions."""
    topic = log.workload.decided
    keys: dict[str, _Key] = {}
    for offset, one in answers.inputs[topic].items():
        wrong = _wrong(one, keys)
        judge_letter(log, partition, findings, answers, journal, topic, offset, wrong)
        if wrong is not None or (topic, offset) in answers.letters:
            continue
        assert one.value is not None
        key = keys.setdefault(one.value["key"], _Key())
        if one.value["key_seq"] > key.next:
            findings.figures["gaps in the input"] += 1
        _advance(key, one.value)
        at = answers.decided.get(offset)
        if at is not None:
            _compare(log, partition, findings, answers.decisions[at], one.value, key)
    _order(log, partition, answers, findings)
    findings.figures["keys"] += len(keys)


def _wrong(one: Input, keys: dict[str, _Key]) -> str | None:
    """Why this input must be dead-lettered, None if it must be decided."""
    if one.wrong is not None or one.value is None:
        return one.wrong
    if one.value["crash"]:
        return "crash"
    if one.value["amount"] < 0:
        return "negative"
    key = keys.get(one.value["key"])
    return "duplicate" if key is not None and one.value["key_seq"] < key.next else None


def _advance(key: _Key, value: dict[str, Any]) -> None:
    key.next = value["key_seq"] + 1
    key.count += 1
    key.sum += value["amount"]
    key.hash = hashlib.sha256((key.hash + value["sha"]).encode()).hexdigest()


def _compare(log: Log, partition: int, findings: Findings, decision: tuple[Any, dict[str, Any]], value: dict[str, Any], key: _Key) -> None:
    record, said = decision
    expected = {"key": value["key"], "key_seq": value["key_seq"], "count": key.count, "sum": key.sum, "state_hash": key.hash}
    wrong = [f"{name} {said[name]} instead of {is_}" for name, is_ in expected.items() if said[name] != is_]
    if record.key != value["key"].encode():
        wrong.append(f"record key {record.key!r}")
    if wrong:
        findings.add("I3", "state", log.workload.decisions, partition, record.offset, "; ".join(wrong))


def _order(log: Log, partition: int, answers: Answers, findings: Findings) -> None:
    """A key's decisions stand in the order of its inputs."""
    last: dict[str, int] = {}
    for record, said in answers.decisions:
        if said["offset"] <= last.get(said["key"], -1):
            findings.add(
                "I2",
                "order",
                log.workload.decisions,
                partition,
                record.offset,
                f"key {said['key']}: its input comes before the one decided before it",
            )
        last[said["key"]] = said["offset"]
