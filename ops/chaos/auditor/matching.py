"""Matching's decisions of one task (I1, I6, D): every order decided once, every rejection deserved, no driver with two live orders. Pure.

The journal orders inputs and decisions exactly: a decision belongs to the entry that covers it in the output partition, and within the entry to the last
step whose ``now`` is its ``decided_at``; an input belongs to the step that stepped over it. A driver matched to a new order while no completion or
cancellation of its previous order was stepped over at or before that step holds two live orders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ops.chaos.auditor.answers import Answers, Input, judge_letter
from ops.chaos.auditor.journal import Journal
from ops.chaos.auditor.log import Findings, Log
from ops.chaos.auditor.orders import wrong_inputs

RELEASES = ("COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER")
Place = tuple[int, int]  # journal entry, step in it


@dataclass(slots=True)
class _Hold:
    """What a driver was last matched to."""

    order: str
    offset: int


@dataclass(slots=True)
class _Released:
    """By (market, order): where a change that frees its driver was first stepped over."""

    places: dict[tuple[str, str], Place] = field(default_factory=dict)


def judge(log: Log, partition: int, answers: Answers, journal: Journal, findings: Findings) -> None:
    """Judge one task's decisions."""
    for (topic, offset), wrong in wrong_inputs(answers, journal).items():
        judge_letter(log, partition, findings, answers, journal, topic, offset, wrong)
    places = [_place(log, partition, answers, journal, findings, i) for i in range(len(answers.decisions))]
    _orders(log, partition, answers, findings)
    _drivers(log, partition, answers, places, _released(answers, journal), findings)


def _place(log: Log, partition: int, answers: Answers, journal: Journal, findings: Findings, index: int) -> Place | None:
    """The entry and step that made a decision; None, with a violation, where the journal shows none."""
    record, said = answers.decisions[index]
    where = (log.workload.decisions, partition, record.offset)
    entry = journal.entry_of_output(log.workload.decisions, index)
    if entry >= len(journal.entries):
        return None  # the journal's own check has reported it
    steps = [s for s, step in enumerate(journal.entries[entry]["steps"]) if step["now"] == said["decided_at"]]
    asked = journal.step_of(log.workload.decided, said["offset"])
    if not steps or asked is None or asked > (entry, steps[-1]):
        findings.add("D", "order", *where, f"sequence {entry} has no step at {said['decided_at']} that could have decided it")
        return None
    return entry, steps[-1]


def _orders(log: Log, partition: int, answers: Answers, findings: Findings) -> None:
    """Each order has one decision, which repeats the order's own words, and names a driver exactly when it is matched."""
    topic = log.workload.decisions
    decided: set[tuple[str, str]] = set()
    for record, said in answers.decisions:
        asked = answers.inputs[log.workload.decided].get(said["offset"])
        where = (topic, partition, record.offset)
        if (said["market"], said["order_id"]) in decided:
            findings.add("D", "duplicated", *where, f"order {said['order_id']} has been decided before")
        decided.add((said["market"], said["order_id"]))
        if asked is not None and asked.value is not None:
            differs = [name for name in ("order_id", "market", "service") if said[name] != asked.value[name]]
            if differs or said["event_ts"] != asked.value["ts"] or record.key != said["order_id"].encode():
                findings.add("D", "decision", *where, f"is not about the order at its coordinates: {', '.join(differs) or 'time or key'}")
        if (said["driver_id"] is not None) != (said["outcome"] == "MATCHED"):
            findings.add("D", "decision", *where, f"{said['outcome']} with driver {said['driver_id']}")
        findings.figures["matched" if said["outcome"] == "MATCHED" else "unmatched"] += 1


def _released(answers: Answers, journal: Journal) -> _Released:
    released = _Released()
    for offset, one in answers.inputs["order-changes"].items():
        place = journal.step_of("order-changes", offset)
        if place is None or not _applied(answers, "order-changes", offset, one) or one.value is None or one.value["change"] not in RELEASES:
            continue
        order = (one.value["market"], one.value["order_id"])
        released.places[order] = min(place, released.places.get(order, place))
    return released


def _applied(answers: Answers, topic: str, offset: int, one: Input) -> bool:
    return one.wrong is None and (topic, offset) not in answers.letters


def _drivers(log: Log, partition: int, answers: Answers, places: list[Place | None], released: _Released, findings: Findings) -> None:
    holds: dict[tuple[str, str], _Hold] = {}
    for (record, said), place in zip(answers.decisions, places, strict=True):
        if said["outcome"] != "MATCHED" or said["driver_id"] is None:
            continue
        driver = (said["market"], said["driver_id"])
        held = holds.get(driver)
        if held is not None and place is not None:
            freed = released.places.get((said["market"], held.order))
            if freed is None or freed > place:
                _doubled(log, partition, findings, record.offset, said, held)
        holds[driver] = _Hold(said["order_id"], record.offset)
    findings.figures["drivers matched"] += len(holds)


def _doubled(log: Log, partition: int, findings: Findings, offset: int, said: dict[str, Any], held: _Hold) -> None:
    message = (
        f"driver {said['driver_id']} is matched to {said['order_id']} while it still holds {held.order} (decided at offset {held.offset})"
    )
    findings.add("D", "driver", log.workload.decisions, partition, offset, message)
