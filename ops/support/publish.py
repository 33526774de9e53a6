"""`tripo support publish`: the knowledge base, the rules and the people of support in; the records on their topics, out."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from agents.support.escalation import DEFAULTS
from agents.support.roster import Person, fault
from ops.summary import fail, summarise
from ops.support.knowledge import entries
from streams.avro_schema import polars_schema
from streams.contract import contract
from streams.publish import Publisher, PublishError

Row = dict[str, Any]
PEOPLE = 'a JSON list such as [{"agent_id": "anna", "languages": ["en", "de"], "specialisations": ["safety"], "capacity": 4}]'
QUIET: dict[str, Any] = {"log_level": 0}  # what is wrong is told once, by who asked
KINDS = {str: "text", list: "list", int: "number"}
TEAM = [  # of `tripo dev`
    {"agent_id": "person-1", "languages": ["en", "es", "pt", "it"], "capacity": 40},
    {"agent_id": "person-2", "languages": ["en", "de", "nl", "pl", "sv"], "capacity": 40},
    {"agent_id": "person-3", "languages": ["en", "fr", "ar", "ru", "no"], "capacity": 40},
    {"agent_id": "person-4", "languages": ["en", "zh", "ja", "ko"], "capacity": 40},
    {"agent_id": "person-5", "languages": ["en", "sv", "no"], "specialisations": ["safety"], "capacity": 40},
]


def publish(people: Path | None, *, seed: int, brokers: str | None, as_json: bool) -> int:
    """Write all reference data of support; entries, rules and people that are there already are replaced. → 0."""
    try:
        counts = publish_all(people_rows(people) if people is not None else (), seed=seed, brokers=brokers)
    except PublishError as error:
        fail(str(error))
    summarise("published, to every partition", counts, as_json=as_json)
    return 0


def publish_all(people: Sequence[Row] = (), *, seed: int = 0, brokers: str | None = None) -> dict[str, int]:
    """Write it. → how many records by topic. Raises PublishError."""
    rows = {"knowledge-entries": knowledge_rows(seed), "escalation-rules": rule_rows(), "human-agents": people}
    with Publisher(brokers, **QUIET) as publisher:
        for topic, each in rows.items():
            if each:
                publisher.publish(topic, framed(topic, each))
    return {topic: len(each) for topic, each in rows.items()}


def knowledge_rows(seed: int) -> list[Row]:
    """The entries as records of knowledge-entries."""
    upper = [each | {"category": each["category"].upper(), "intents": [name.upper() for name in each["intents"]]} for each in entries(seed)]
    return [each | {"ts": now_ms()} for each in upper]


def rule_rows() -> list[Row]:
    """The default rules as records of escalation-rules."""
    same = {"deleted": False, "ts": now_ms()}
    names = ("name", "condition", "threshold", "action", "priority", "active")
    lists = ("services", "languages")
    return [
        {name: getattr(rule, name) for name in names}
        | {name: list(getattr(rule, name)) for name in lists}
        | {"intents": [name.upper() for name in rule.intents]}
        | same
        for rule in DEFAULTS
    ]


def people_rows(path: Path) -> list[Row]:
    """A JSON list of people as records of human-agents: agent_id and languages; if it matters, specialisations, services, availability and
    capacity. Ends the command where somebody cannot be."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path}: {getattr(error, 'strerror', None) or error}: {PEOPLE} is wanted", 2)
    if not isinstance(given, list) or not given:
        fail(f"{path}: {PEOPLE} is wanted", 2)
    return [_person_row(path, number, each) for number, each in enumerate(given, 1)]


def _person_row(path: Path, number: int, given: object) -> Row:
    where = f"{path}: person {number}"
    if not isinstance(given, dict):
        fail(f"{where}: {PEOPLE} is wanted", 2)
    usual: Row = {"specialisations": [], "services": [], "availability": "AVAILABLE", "capacity": 4}
    row = usual | given
    if strange := [name for name in row if name not in ("agent_id", "languages", *usual)]:
        fail(f"{where}: {strange[0]!r} is none of agent_id, languages, {', '.join(usual)}", 2)
    for name, kind in {"agent_id": str, "languages": list, "specialisations": list, "services": list, "capacity": int}.items():
        if not isinstance(row.get(name), kind):
            fail(f"{where}: {name} is wanted, a {KINDS[kind]}, not {row.get(name)!r}", 2)
    lists = {name: tuple(map(str, row[name])) for name in ("languages", "specialisations", "services")}
    if reason := fault(Person(row["agent_id"], availability=row["availability"], capacity=row["capacity"], **lists)):
        fail(f"{where}: {reason}", 2)
    return row | {"deleted": False, "ts": now_ms()}


def person_rows(people: Sequence[Row]) -> list[Row]:
    """People as records of human-agents: generalists for all services, and free, unless they say otherwise."""
    usual = {"specialisations": [], "services": [], "availability": "AVAILABLE", "capacity": 4, "deleted": False}
    return [usual | each | {"ts": now_ms()} for each in people]


def framed(topic: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows as a frame of the topic's schema; fields that are missing are null."""
    schema = polars_schema(contract().schema(topic))
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")


def now_ms() -> int:
    """Now, ms since the epoch."""
    return time.time_ns() // 1_000_000
