"""`tripo support publish`: the knowledge base, the rules and the people of support in; the records on their topics, out."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from agents.support.escalation import DEFAULTS
from ops.summary import fail, summarise
from ops.support.knowledge import entries
from streams.avro_schema import polars_schema
from streams.contract import contract
from streams.publish import Publisher, PublishError

Row = dict[str, Any]
TEAM = [  # of `tripo dev`
    {"agent_id": "person-1", "languages": ["en", "es", "pt", "it"], "capacity": 40},
    {"agent_id": "person-2", "languages": ["en", "de", "nl", "pl"], "capacity": 40},
    {"agent_id": "person-3", "languages": ["en", "fr", "ar", "ru"], "capacity": 40},
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
    with Publisher(brokers) as publisher:
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
    """A JSON list of people (agent_id, languages; specialisations, services, availability, capacity) as records of human-agents."""
    try:
        return person_rows(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        fail(f"{path}: {error}: a JSON list of objects with agent_id and languages is wanted", 2)


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
