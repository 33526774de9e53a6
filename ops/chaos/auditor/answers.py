"""Which answers each input record got: decisions and dead letters, joined by source coordinates (I1 and I6). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ops.chaos.auditor.journal import Journal
from ops.chaos.auditor.log import Findings, Log, Record, Workload
from ops.chaos.auditor.wire import Schemas, UnreadableError

UNREADABLE = frozenset({"EmptyValue", "NotAvro", "UnknownSchema", "IncompatibleSchema", "Truncated", "TrailingBytes", "InvalidAvro"})
NOTHING: frozenset[str] = frozenset()
# Dead-lettered by the runtime: the journal says that no step saw them. All else is rejected by the step itself.
RUNTIME = UNREADABLE | {"MissingKey", "KeyMismatch", "StepFailed"}


class Wrong(NamedTuple):
    """What is wrong with an input: the error classes its dead letter may carry; not ``must``: deciding it is right, too."""

    errors: frozenset[str] = NOTHING
    must: bool = True


@dataclass(slots=True)
class Input:
    """One input record: decoded, or what is wrong with it before any state is asked."""

    record: Record
    value: dict[str, Any] | None
    wrong: frozenset[str]


@dataclass(slots=True)
class Answers:
    """A task's decisions and dead letters; the order of ``decisions`` is that of the log."""

    inputs: dict[str, dict[int, Input]] = field(default_factory=dict)  # topic → offset →
    decisions: list[tuple[Record, dict[str, Any]]] = field(default_factory=list)  # decoded
    decided: dict[int, int] = field(default_factory=dict)  # offset in the decided topic → index in decisions, the first
    letters: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)  # (topic, offset) → the first dead letter

    def letter(self, topic: str, offset: int) -> str | None:
        """The error class with which a record was dead-lettered."""
        found = self.letters.get((topic, offset))
        return None if found is None else str(found["error"])


def join(log: Log, partition: int, schemas: Schemas, findings: Findings) -> Answers:
    """Decode a task's topics and join them: every record of the decided input has exactly one answer, others at most a dead letter."""
    answers = Answers()
    for topic in log.workload.inputs:
        records = log.at(topic, partition).records
        answers.inputs[topic] = {r.offset: _input(r, topic, log.workload.keys.get(topic), schemas) for r in records}
        findings.figures["inputs"] += len(records)
    _decisions(log, partition, schemas, findings, answers)
    _letters(log, partition, schemas, findings, answers)
    _lost(log, partition, findings, answers)
    return answers


def _input(record: Record, topic: str, key: str | None, schemas: Schemas) -> Input:
    try:
        value = schemas.decode(topic, record.value)
    except UnreadableError:
        return Input(record, None, UNREADABLE)
    if key is not None and record.key is None:
        return Input(record, value, frozenset({"MissingKey"}))
    if key is not None and record.key != value[key].encode():
        return Input(record, value, frozenset({"KeyMismatch"}))
    return Input(record, value, NOTHING)


def _decisions(log: Log, partition: int, schemas: Schemas, findings: Findings, answers: Answers) -> None:
    topic, source = log.workload.decisions, log.workload.decided
    for record in log.at(topic, partition).records:
        where = (topic, partition, record.offset)
        try:
            value = schemas.decode(topic, record.value)
        except UnreadableError as error:
            findings.add("I1", "decision", *where, f"unreadable: {error}")
            continue
        findings.figures["decisions"] += 1
        answers.decisions.append((record, value))
        place = tuple(value[name] for name in log.workload.place)
        offset = place[2]
        if place[:2] != (source, partition) or offset not in answers.inputs[source]:
            findings.add("I1", "invented", *where, f"decides {place[0]}[{place[1]}]@{offset}, which is no input of this task")
        elif offset in answers.decided:
            findings.add("I1", "duplicated", source, partition, offset, "has more than one decision")
        else:
            answers.decided[offset] = len(answers.decisions) - 1
            _named(log, findings, where, value)


def _named(log: Log, findings: Findings, where: tuple[str, int, int], value: dict[str, Any]) -> None:
    topic, partition, offset = (value[name] for name in log.workload.place)
    stem = f"{log.workload.agent}/{topic}/{partition}/{offset}/"
    if not value["decision_id"].startswith(stem):
        findings.add("I1", "decision", *where, f"its id {value['decision_id']!r} does not name its input {stem}")


def _letters(log: Log, partition: int, schemas: Schemas, findings: Findings, answers: Answers) -> None:
    topic = log.workload.dead_letters
    for record in log.at(topic, partition).records:
        where = (topic, partition, record.offset)
        try:
            value = schemas.decode(topic, record.value)
        except UnreadableError as error:
            findings.add("I6", "dead letter", *where, f"unreadable: {error}")
            continue
        findings.figures["dead letters"] += 1
        findings.letters[value["error"]] += 1
        source = (value["topic"], value["offset"])
        found = answers.inputs.get(value["topic"], {}).get(value["offset"])
        if found is None or value["partition"] != partition or value["agent"] != log.workload.agent:
            findings.add(
                "I6", "invented", *where, f"of {value['topic']}[{value['partition']}]@{value['offset']}, which is no input of this task"
            )
            continue
        if source in answers.letters or (value["topic"] == log.workload.decided and value["offset"] in answers.decided):
            findings.add("I1", "duplicated", value["topic"], partition, value["offset"], "has a dead letter besides another answer")
        answers.letters.setdefault(source, value)
        if not _faithful(log.workload, value, found, schemas):
            findings.add("I6", "dead letter", *where, "does not carry the original's key, value, headers and timestamp")
        if not value["message"]:
            findings.add("I6", "dead letter", *where, "says no reason")


def _faithful(workload: Workload, letter: dict[str, Any], found: Input, schemas: Schemas) -> bool:
    """Whether a dead letter carries its record: whole, without what is personal, or of one that waited what was kept of it."""
    topic, record = letter["topic"], found.record
    value = None if topic in workload.personal else record.value
    headers = () if topic in workload.personal else record.headers
    said = (letter["key"], letter["value"], tuple((h["key"], h["value"]) for h in letter["headers"]), letter["timestamp"])
    if said == (record.key, value, headers, record.timestamp):
        return True
    if topic not in workload.waiting or found.value is None or found.wrong:
        return False
    same = said[1] == value or (said[1] is not None and value is not None and schemas.decode(topic, said[1]) == found.value)
    return same and said[0] == record.key and said[2:] == ((), found.value["ts"])


def _lost(log: Log, partition: int, findings: Findings, answers: Answers) -> None:
    topic = log.workload.decided
    for offset, one in answers.inputs[topic].items():
        if one.value is not None and any(one.value[name] != said for name, said in log.workload.asking.items()):
            continue
        if offset not in answers.decided and (topic, offset) not in answers.letters:
            findings.add("I1", "lost", topic, partition, offset, "has neither a decision nor a dead letter")


@dataclass(frozen=True, slots=True)
class Task:
    """All that is known of one task when its dead letters are judged."""

    log: Log
    partition: int
    schemas: Schemas
    answers: Answers
    journal: Journal
    findings: Findings

    def letter(self, topic: str, offset: int, wrong: Wrong) -> None:
        """A record is dead-lettered exactly when something is wrong with it, as that; what the runtime refused, no step saw."""
        error = self.answers.letter(topic, offset)
        where = (topic, self.partition, offset)
        self.findings.figures["poison"] += bool(wrong.errors and wrong.must)
        if error is None:
            if wrong.errors and wrong.must:
                self.findings.add("I6", "poison", *where, f"should be dead-lettered as {' or '.join(sorted(wrong.errors))}, and is not")
            return
        if error not in wrong.errors and not (error in UNREADABLE and self._doubtful(topic, offset)):
            due = f"as {' or '.join(sorted(wrong.errors))}" if wrong.errors else "not at all"
            self.findings.add("I6", "dead letter", *where, f"is dead-lettered as {error}, should be {due}")
        if (error in RUNTIME) != ((topic, offset) in self.journal.skipped):
            self.findings.add("J", "journal", *where, f"is dead-lettered as {error}, and the journal is wrong on whether a step saw it")

    def _doubtful(self, topic: str, offset: int) -> bool:
        """Whether a strict reader may refuse what this one can read."""
        return not self.schemas.canonical(topic, self.answers.inputs[topic][offset].record.value)
