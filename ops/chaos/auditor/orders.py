"""Which inputs of matching must be dead-lettered, and as what, judged from the inputs alone. Pure.

Stated rules: unreadable, without key, with another key than its market → by the runtime; absurd values → by the agent; an order whose id was accepted before →
DuplicateOrder; a driver's move that is not newer than the last one applied → OutOfOrder.
"""

from __future__ import annotations

from ops.chaos.auditor.answers import Answers, Input
from ops.chaos.auditor.journal import Journal

Source = tuple[str, int]  # topic, offset


def wrong_inputs(answers: Answers, journal: Journal) -> dict[Source, str | None]:
    """For every input of a task what is wrong with it, None where nothing is."""
    found: dict[Source, str | None] = {}
    for topic, inputs in answers.inputs.items():
        judges = {"orders": _orders, "driver-moves": _moves}.get(topic, _values)
        judges(topic, inputs, found)
    return found


def _orders(topic: str, inputs: dict[int, Input], found: dict[Source, str | None]) -> None:
    accepted: set[tuple[str, str]] = set()
    for offset, one in inputs.items():
        wrong = _wrong(one)
        if wrong is None and one.value is not None:
            order = (one.value["market"], one.value["order_id"])
            wrong = "duplicate order" if order in accepted else None
            accepted.add(order)
        found[(topic, offset)] = wrong


def _moves(topic: str, inputs: dict[int, Input], found: dict[Source, str | None]) -> None:
    latest: dict[tuple[str, str], int] = {}
    for offset, one in inputs.items():
        wrong = _wrong(one)
        if wrong is None and one.value is not None:
            driver = (one.value["market"], one.value["driver_id"])
            wrong = "late" if one.value["ts"] <= latest.get(driver, one.value["ts"] - 1) else None
            if wrong is None:
                latest[driver] = one.value["ts"]
        found[(topic, offset)] = wrong


def _values(topic: str, inputs: dict[int, Input], found: dict[Source, str | None]) -> None:
    for offset, one in inputs.items():
        found[(topic, offset)] = _wrong(one)


def _wrong(one: Input) -> str | None:
    return one.wrong or None
