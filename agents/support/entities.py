"""A customer's message and its language in; the orders, amounts, times, places, people and other things that it names, out.

A finder for each kind tells them by their form or by words around them (shapes, quantities, persons, addresses, places). Where two overlap
the longer one is kept; parts of a bank account's number are none.
"""

from __future__ import annotations

from agents.support import quantities, shapes
from agents.support.addresses import addresses
from agents.support.persons import persons
from agents.support.places import NOUNS, places, services
from agents.support.policy import LANGUAGES
from agents.support.view import Entity, view

__all__ = ["PRECEDENCE", "Entity", "find"]

PRECEDENCE = (
    "card",
    "email",
    "order_id",
    "amount",
    "phone",
    "datetime",
    "address",
    "plate",
    "person",
    "place",
    "service",
)  # of equally long


def find(text: str, language: str) -> list[Entity]:
    """What ``text`` names, in its order, none overlapping. ``text``: as text.cleaned has it; ``language``: one of policy.LANGUAGES.

    >>> [(e.kind, e.value) for e in find("Order #99120: charged $12.50 at 8 pm", "en")]
    [('order_id', '99120'), ('amount', '12.50 USD'), ('datetime', '8 pm')]
    """
    v = view(text, language if language in LANGUAGES else "en")
    found = _houses_first(_people_first([entity for finder in FINDERS for entity in finder(v)]))
    accounts = [v.entity(ACCOUNT, start, end) for start, end in shapes.accounts(v.seen)] if v.numbers else []
    if not accounts:
        return _apart(found, len(text))
    return [entity for entity in _apart(found + accounts, len(text)) if entity.kind != ACCOUNT]


def _people_first(found: list[Entity]) -> list[Entity]:
    """Without places that may be people: those that overlap with one and have no noun of place."""
    people = [entity for entity in found if entity.kind == "person"]
    if not people:
        return found
    return [
        entity
        for entity in found
        if entity.kind != "place"
        or entity.value[0] > "\u0600"
        or not NOUNS.isdisjoint(entity.value.lower().split())
        or not any(person.start < entity.end and entity.start < person.end for person in people)
    ]


def _houses_first(found: list[Entity]) -> list[Entity]:
    """Without places that end within an address: a house is told more surely."""
    homes = [entity for entity in found if entity.kind == "address"]
    if not homes:
        return found
    return [e for e in found if e.kind != "place" or not any(home.start < e.end <= home.end for home in homes)]


def _apart(found: list[Entity], length: int) -> list[Entity]:
    """The longest of those that overlap, then by PRECEDENCE, then the first."""
    if len(found) < 2:
        return found
    taken = bytearray(length)
    kept = []
    for entity in sorted(found, key=lambda e: (e.start - e.end, _RANK[e.kind], e.start)):
        if taken.find(1, entity.start, entity.end) < 0:
            taken[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
            kept.append(entity)
    return sorted(kept, key=lambda e: e.start)


ACCOUNT = "account"  # no kind of entity: what is found within one is none
_RANK = {kind: rank for rank, kind in enumerate((*PRECEDENCE, ACCOUNT))}
FINDERS = (*shapes.FINDERS, *quantities.FINDERS, persons, addresses, places, services)
