"""The probe's decisions of one task against a single-threaded recomputation (I2, I3, I6). Pure.

Per key: count, sum and ``h = sha256(h_prev + sha)`` in hex over what was decided. A negative amount and a key_seq that is not above the
key's last decided one are dead-lettered; a gap in key_seq is decided, so that it shows here, where the inputs tell whether it is the
producer's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from ops.chaos.auditor.answers import Answers, Input, Task, Wrong
from ops.chaos.auditor.log import Findings, Record


@dataclass(slots=True)
class _Key:
    """What a single thread knows of a key."""

    next: int = 0
    count: int = 0
    sum: int = 0
    hash: str = ""


def judge(task: Task) -> None:
    """Judge one task's decisions."""
    topic, answers, findings = task.log.workload.decided, task.answers, task.findings
    keys: dict[str, _Key] = {}
    for offset, one in answers.inputs[topic].items():
        wrong = _wrong(one, keys)
        task.letter(topic, offset, Wrong(wrong))
        if wrong or one.value is None or (topic, offset) in answers.letters:
            continue
        key = keys.setdefault(one.value["key"], _Key())
        findings.figures["gaps in the input"] += one.value["key_seq"] > key.next
        _advance(key, one.value)
        at = answers.decided.get(offset)
        if at is not None:
            _compare(task, answers.decisions[at], one.value, key)
    _order(task.log.workload.decisions, task.partition, answers, findings)
    findings.figures["keys"] += len(keys)


def _wrong(one: Input, keys: dict[str, _Key]) -> frozenset[str]:
    """As what this input must be dead-lettered; empty if it must be decided."""
    if one.wrong or one.value is None:
        return one.wrong
    if one.value["crash"]:
        return frozenset({"StepFailed"})
    if one.value["amount"] < 0:
        return frozenset({"NegativeAmount"})
    key = keys.get(one.value["key"])
    return frozenset({"Duplicate"} if key is not None and one.value["key_seq"] < key.next else ())


def _advance(key: _Key, value: dict[str, Any]) -> None:
    key.next = value["key_seq"] + 1
    key.count += 1
    key.sum += value["amount"]
    key.hash = hashlib.sha256((key.hash + value["sha"]).encode()).hexdigest()


def _compare(task: Task, decision: tuple[Record, dict[str, Any]], value: dict[str, Any], key: _Key) -> None:
    record, said = decision
    expected = {"key": value["key"], "key_seq": value["key_seq"], "count": key.count, "sum": key.sum, "state_hash": key.hash}
    wrong = [f"{name} {said[name]} instead of {right}" for name, right in expected.items() if said[name] != right]
    if record.key != value["key"].encode():
        wrong.append(f"record key {record.key!r}")
    if wrong:
        task.findings.add("I3", "state", task.log.workload.decisions, task.partition, record.offset, "; ".join(wrong))


def _order(topic: str, partition: int, answers: Answers, findings: Findings) -> None:
    """A key's decisions stand in the order of its inputs."""
    last: dict[str, int] = {}
    for record, said in answers.decisions:
        if said["offset"] <= last.get(said["key"], -1):
            message = f"key {said['key']}: its input comes before the one decided before it"
            findings.add("I2", "order", topic, partition, record.offset, message)
        last[said["key"]] = said["offset"]
