"""topics.yaml and schemas/ → the topic contract: what every topic is, and which schema id its records carry."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from streams.settings import settings

Schema = dict[str, Any]

_UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Topic(BaseModel):
    """One topic of the contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    writer: str
    readers: tuple[str, ...]
    key: str | None
    schema_name: str
    compatibility: Literal["BACKWARD", "FORWARD", "FULL", "NONE"]
    partitions: int
    replication: int
    cleanup: Literal["delete", "compact", "compact,delete"]
    retention: str
    table: str | None = None
    personal: bool = False  # holds what identifies people: its dead letters say where a record lies, not what is in it
    broadcast: bool = False  # every record is written to every partition: reference data that each task needs whole

    @property
    def kept_ms(self) -> int:
        """How long records are kept, ms; -1 for ever."""
        return retention_ms(self.retention)


class Contract:
    """The topics and schemas of the system; see ``contract()`` for this process's."""

    def __init__(self, topics_file: Path, schemas_dir: Path) -> None:
        doc = yaml.load(topics_file.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # libyaml's is eight times as fast
        self.topics: dict[str, Topic] = {
            name: Topic(name=name, **_renamed(doc["defaults"] | entry)) for name, entry in doc["topics"].items()
        }
        ids: Mapping[str, Any] = json.loads((schemas_dir / "registry.json").read_text())["ids"]
        self.schemas: dict[int, Schema] = {int(i): entry["schema"] for i, entry in ids.items()}
        self._latest: dict[str, int] = {}
        for i, entry in sorted(ids.items(), key=lambda item: int(item[1]["version"])):
            self._latest[entry["subject"]] = int(i)

    def topic(self, name: str) -> Topic:
        """The topic of that name. Raises KeyError with what to do for an unknown one."""
        try:
            return self.topics[name]
        except KeyError:
            raise KeyError(f"topic {name!r} is not in topics.yaml; add it there, or check the spelling") from None

    def schema_id(self, topic: str) -> int:
        """The id of the latest registered schema of a topic."""
        name = self.topic(topic).schema_name
        try:
            return self._latest[name]
        except KeyError:
            raise KeyError(f"schema {name!r} is not in schemas/registry.json; run `tripo schemas register`") from None

    def schema(self, topic: str) -> Schema:
        """The latest registered schema of a topic, parsed JSON."""
        return self.schemas[self.schema_id(topic)]


def retention_ms(text: str) -> int:
    """Milliseconds of ``30m``, ``12h``, ``7d``; -1 of ``forever``. Raises ValueError."""
    if text == "forever":
        return -1
    found = re.fullmatch(r"([1-9]\d*)([smhd])", text)
    if not found:
        raise ValueError(f"retention {text!r} is no time like 30m, 12h or 7d, nor `forever`")
    return int(found[1]) * _UNITS_MS[found[2]]


def _renamed(entry: dict[str, Any]) -> dict[str, Any]:
    return {"schema_name" if k == "schema" else k: v for k, v in entry.items()}


@lru_cache(maxsize=1)
def contract() -> Contract:
    """The contract that this process's settings name."""
    return Contract(settings().topics_file, settings().schemas_dir)
