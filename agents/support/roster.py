"""A human agent and a conversation that needs one in; whether they fit and how well, and how much of a person a partition has, out.

Who serves the service, and is a specialist in what it is about or a generalist, fits; who speaks the language comes before who speaks
English only, then specialists before generalists.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from agents.support.policy import AVAILABILITIES, CATEGORIES, INTENTS, LANGUAGES, PRIORITIES, SERVICES

AVAILABLE, BUSY, OFFLINE = AVAILABILITIES
FALLBACK = "en"  # spoken to who speaks no language of anybody free
MOST = 1000  # conversations at once

Kind = tuple[int, tuple[str | None, str | None, str | None, bool]]

_OF_SERVICE = {"RIDE": "rides", "MOTO": "rides", "FOOD": "food", "GROCERY": "grocery", "GOODS": "goods", "TRUCK_VAN": "truck_van"}
_OF_INTENT = {
    "book_or_change": ("locations", "vehicles"),
    "status_eta": ("drivers",),
    "cancel_refund": ("payment",),
    "fare_dispute": ("pricing", "payment"),
    "payment_method": ("payment",),
    "account_access": ("account", "technical"),
    "safety_incident": ("safety",),
    "lost_item": ("drivers",),
    "conduct_or_order_quality": ("drivers",),
    "general_support": ("support",),
}
_BY_SERVICE = ("book_or_change", "status_eta", "cancel_refund", "lost_item", "conduct_or_order_quality")


@dataclass(frozen=True, slots=True)
class Person:
    """A human agent, nameless. No ``specialisations`` (of CATEGORIES or INTENTS): a generalist; no ``services``: all of them."""

    agent_id: str
    languages: tuple[str, ...]
    specialisations: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    availability: str = OFFLINE
    capacity: int = 1  # conversations at once, over all partitions


@dataclass(frozen=True, slots=True)
class Need:
    """A conversation that needs a person, since ``since`` ms."""

    conversation_id: str
    priority: str
    since: int
    intent: str | None = None
    service: str | None = None
    language: str | None = None
    safety: bool = False

    @property
    def order(self) -> tuple[int, int, str]:
        """Its place among those that wait."""
        return -PRIORITIES.index(self.priority), self.since, self.conversation_id

    @property
    def kind(self) -> Kind:
        """What decides about who takes it, apart from how long it has waited: its rank, then what it needs."""
        return -PRIORITIES.index(self.priority), (self.intent, self.service, self.language, self.safety)


def share(person: Person, partition: int, partitions: int) -> int:
    """How many conversations this partition may assign to the person.

    Capacity is split evenly; the remainder goes to as many partitions from that on which the id's hash names. So the shares add up to the
    capacity whoever computes them, and a capacity that changes by one changes one partition's share.
    """
    each, rest = divmod(person.capacity, partitions)
    first = int.from_bytes(blake2b(person.agent_id.encode(), digest_size=8).digest(), "little") % partitions
    return each + ((partition - first) % partitions < rest)


def fault(person: Person) -> str | None:
    """Why there cannot be such a person; None if there can."""
    known = (
        ("language", person.languages, LANGUAGES),
        ("specialisation", person.specialisations, (*CATEGORIES, *INTENTS)),
        ("service", person.services, SERVICES),
        ("availability", (person.availability,), AVAILABILITIES),
    )
    for what, some, symbols in known:
        if strange := [one for one in some if one not in symbols]:
            return f"human agent {person.agent_id!r}: {what} {strange[0]!r} is none of {', '.join(symbols)}"
    if not person.agent_id or not person.languages:
        return f"human agent {person.agent_id!r} needs an id and a language"
    if not 1 <= person.capacity <= MOST:
        return f"human agent {person.agent_id!r}: capacity {person.capacity} is not within 1 and {MOST}"
    return None


def subjects(intent: str | None, service: str | None) -> tuple[str, ...]:
    """What a person may be a specialist in, to take a conversation with this intent in this service."""
    if intent is None:
        return ()
    return (intent, *_OF_INTENT.get(intent, ()), *((_OF_SERVICE[service],) if intent in _BY_SERVICE and service in _OF_SERVICE else ()))


def rank(person: Person, need: Need, about: tuple[str, ...]) -> int | None:
    """How well the person fits a need ``about`` these subjects, 0 best; None: not."""
    if need.service and person.services and need.service not in person.services:
        return None
    language = 0 if need.language in person.languages else 1 if FALLBACK in person.languages else None
    special = 0 if any(one in about for one in person.specialisations) else None if person.specialisations else 1
    return None if language is None or special is None else 2 * language + special
