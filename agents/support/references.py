"""Records of reference data, which come before all others, in; the knowledge, the rules and the persons as they are now, out."""

from __future__ import annotations

from agents.support.escalation import rule_of
from agents.support.reading import KNOWLEDGE, PEOPLE, RULES, Read, Rejection, Row
from agents.support.roster import Person
from agents.support.staff import Staff
from agents.support.state import SupportState

REFERENCES = (KNOWLEDGE, RULES, PEOPLE)


def refer(state: SupportState, staff: Staff, record: Read, rejected: list[Rejection]) -> None:
    """An entry, a rule or a person is new, has changed or is gone. One that cannot be is rejected: then the former stays."""
    try:
        if record.topic == KNOWLEDGE:
            _entry(state, record.row)
        elif record.topic == RULES:
            _rule(state, record.row)
        else:
            _person(state, staff, record.row)
    except ValueError as error:
        rejected.append(Rejection(record.topic, record.offset, "InvalidReference", str(error)))


def _entry(state: SupportState, row: Row) -> None:
    lower = {"category": row["category"].lower(), "intents": [name.lower() for name in row["intents"]]}
    state.entries.take(dict(row) | lower)


def _rule(state: SupportState, row: Row) -> None:
    if row["deleted"]:
        state.rules.delete(row["name"])
    else:
        state.rules.apply(rule_of(row))


def _person(state: SupportState, staff: Staff, row: Row) -> None:
    if row["deleted"]:
        waiting = state.people.delete(row["agent_id"])
    else:
        lists = {name: tuple(row[name]) for name in ("languages", "specialisations", "services")}
        waiting = state.people.apply(Person(row["agent_id"], availability=row["availability"], capacity=row["capacity"], **lists))
    staff.left(row["agent_id"], waiting)
