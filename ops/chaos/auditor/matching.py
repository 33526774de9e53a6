"""Matching's decisions of one task (I1, I6, D): every order decided once, every rejection deserved, no driver with two live orders. Pure.

The journal orders inputs and decisions: a decision belongs to the entry that covers it in the output partition, and within the entry to a
step whose ``now`` is its ``decided_at``; an input belongs to the step that saw it. Within a step, changes of orders come before matching.
So a driver may be matched to a new order only if a completion or cancellation of its previous order was stepped over after that order's
decision, and at or before the new one's step. (The agent also ends a live order by itself after four hours of event time, which no run
lasts.)
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from ops.chaos.auditor.answers import Task
from ops.chaos.auditor.orders import wrong_inputs

RELEASES = ("COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER")
REMEMBERED_MS = 300_000  # a change that comes before its order is kept for longer than this
Step = tuple[int, int]  # journal entry, step in it
Order = tuple[str, str]  # market, order id


class Place(NamedTuple):
    """Where a decision was made: one of the steps first … last of an entry (several only if they share their ``now``)."""

    first: Step
    last: Step


@dataclass(slots=True)
class _Hold:
    """What a driver was last matched to, and where."""

    order: str
    offset: int
    place: Place


def judge(task: Task) -> None:
    """Judge one task's decisions."""
    for topic, offset, wrong in wrong_inputs(task.answers, task.journal):
        task.letter(topic, offset, wrong)
    _orders(task)
    places = [_place(task, i) for i in range(len(task.answers.decisions))]
    changes = _changes(task)
    _closed(task, places, changes)
    _drivers(task, places, changes)


def _place(task: Task, index: int) -> Place | None:
    """Where a decision was made; None, with a violation, where the journal shows no step for it."""
    record, said = task.answers.decisions[index]
    journal, workload = task.journal, task.log.workload
    entry = journal.entry_of_output(workload.decisions, index)
    if entry >= len(journal.entries):
        return None  # the journal's own check has reported it
    asked = journal.step_of(workload.decided, said["offset"])
    steps = [(entry, s) for s, step in enumerate(journal.entries[entry]["steps"]) if step["now"] == said["decided_at"]]
    steps = [step for step in steps if asked is not None and asked <= step]
    if not steps:
        message = f"sequence {entry} has no step at {said['decided_at']} that could have decided it"
        task.findings.add("D", "order", workload.decisions, task.partition, record.offset, message)
        return None
    return Place(steps[0], steps[-1])


def _orders(task: Task) -> None:
    """Each order has one decision, which repeats the order's own words, and names a driver exactly when it is matched."""
    workload, findings = task.log.workload, task.findings
    decided: set[Order] = set()
    for record, said in task.answers.decisions:
        where = (workload.decisions, task.partition, record.offset)
        if (said["market"], said["order_id"]) in decided:
            findings.add("D", "duplicated", *where, f"order {said['order_id']} has been decided before")
        decided.add((said["market"], said["order_id"]))
        asked = task.answers.inputs[workload.decided].get(said["offset"])
        if asked is not None and asked.value is not None:
            differs = [name for name in ("order_id", "market", "service") if said[name] != asked.value[name]]
            differs += ["event_ts"] if said["event_ts"] != asked.value["ts"] else []
            differs += ["key"] if record.key != said["order_id"].encode() else []
            if differs:
                findings.add("D", "decision", *where, f"is not about the order at its coordinates: {', '.join(differs)}")
        if (said["driver_id"] is not None) != (said["outcome"] == "MATCHED"):
            findings.add("D", "decision", *where, f"{said['outcome']} with driver {said['driver_id']}")
        findings.figures[said["outcome"].lower()] += 1


def _changes(task: Task) -> dict[Order, list[tuple[Step, str]]]:
    """By order: the changes that were stepped over and accepted, in order, with their steps."""
    found: dict[Order, list[tuple[Step, str]]] = defaultdict(list)
    for offset, one in task.answers.inputs["order-changes"].items():
        step = task.journal.step_of("order-changes", offset)
        if step is not None and one.value is not None and not one.wrong and ("order-changes", offset) not in task.answers.letters:
            found[(one.value["market"], one.value["order_id"])].append((step, one.value["change"]))
    return {order: sorted(changes) for order, changes in found.items()}


def _closed(task: Task, places: list[Place | None], changes: dict[Order, list[tuple[Step, str]]]) -> None:
    """An order that had been cancelled, or was already served, when it was decided is not matched."""
    for (record, said), place in zip(task.answers.decisions, places, strict=True):
        if said["outcome"] != "MATCHED" or place is None:
            continue
        earlier = [step for step, _ in changes.get((said["market"], said["order_id"]), []) if step <= place.first]
        if earlier and said["decided_at"] - _time(task, earlier[0]) < REMEMBERED_MS:
            message = f"order {said['order_id']} is matched, though a change that ends it was stepped over before"
            task.findings.add("D", "closed", task.log.workload.decisions, task.partition, record.offset, message)


def _time(task: Task, step: Step) -> int:
    return int(task.journal.entries[step[0]]["steps"][step[1]]["now"])


def _drivers(task: Task, places: list[Place | None], changes: dict[Order, list[tuple[Step, str]]]) -> None:
    """No driver is matched while it holds a live order."""
    releases = {order: [step for step, change in found if change in RELEASES] for order, found in changes.items()}
    holds: dict[tuple[str, str], _Hold] = {}
    for (record, said), place in zip(task.answers.decisions, places, strict=True):
        if said["driver_id"] is None or place is None:
            continue
        driver = (said["market"], said["driver_id"])
        held = holds.get(driver)
        if held is not None and not _freed(releases.get((said["market"], held.order), []), held.place, place):
            _doubled(task, record.offset, said, held)
        holds[driver] = _Hold(said["order_id"], record.offset, place)
    task.findings.figures["drivers matched"] += len(holds)


def _freed(releases: list[Step], matched: Place, again: Place) -> bool:
    """Whether one of the releases, in order, came after the match and not after the new match."""
    after = bisect_right(releases, matched.first)
    return after < len(releases) and releases[after] <= again.last


def _doubled(task: Task, offset: int, said: dict[str, Any], held: _Hold) -> None:
    message = f"driver {said['driver_id']} is matched to {said['order_id']} while it holds {held.order} (decided at offset {held.offset})"
    task.findings.add("D", "driver", task.log.workload.decisions, task.partition, offset, message)
