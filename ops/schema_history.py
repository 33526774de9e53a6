"""schemas/registry.json and schemas/*.avsc: the committed history of every schema, its rules, and its next version."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastavro

from ops.schema_resolution import Compatibility, Schema, incompatibilities
from streams.avro import UnsupportedSchemaError
from streams.avro_schema import compile_schema
from streams.contract import Topic

FILE = "registry.json"


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version of a schema; ``schema_id`` is what records carry."""

    schema_id: int
    subject: str
    version: int
    schema: Schema


@dataclass(frozen=True, slots=True)
class Refused:
    """A schema that cannot become the next version, and why."""

    subject: str
    reasons: list[str]


class History:
    """The registered versions by subject, oldest first, and the schemas as they are in the folder now."""

    def __init__(self, folder: Path, topics: Mapping[str, Topic]) -> None:
        """``topics`` give each schema its rules. Raises ValueError for files that are no JSON."""
        self.folder = folder
        self.rules: dict[str, set[Compatibility]] = {}
        for topic in topics.values():
            self.rules.setdefault(topic.schema_name, set()).add(topic.compatibility)
        self.versions: dict[str, list[Version]] = {}
        for text, entry in _load(folder / FILE)["ids"].items():
            version = Version(int(text), entry["subject"], int(entry["version"]), entry["schema"])
            self.versions.setdefault(version.subject, []).append(version)
        for versions in self.versions.values():
            versions.sort(key=lambda version: version.version)
        self.current: dict[str, Schema] = {path.stem: _load(path) for path in sorted(folder.glob("*.avsc"))}

    def problems(self) -> list[str]:
        """Everything that is wrong with the schemas and their history. Empty when all is well."""
        found = [f"{subject}: {problem}" for subject, schema in self.current.items() for problem in unfit(schema)]
        for subject, schema in self.current.items():
            versions = self.versions.get(subject, [])
            if not versions:
                found.append(f"{subject}: is not registered; run `tripo schemas register`")
            elif versions[-1].schema != schema:
                found.append(f"{subject}: differs from its version {versions[-1].version}; run `tripo schemas register`")
        for subject, versions in self.versions.items():
            found += [f"{subject}: {problem}" for problem in self._history_problems(subject, versions)]
        return found

    def _history_problems(self, subject: str, versions: list[Version]) -> Iterator[str]:
        numbers = [version.version for version in versions]
        if numbers != list(range(1, len(versions) + 1)):
            yield f"its versions are {numbers}, not 1 to {len(versions)}"
        if subject not in self.current:
            yield f"there is no schemas/{subject}.avsc"
        for old, new in pairwise(versions):
            for problem in self._incompatible(subject, old.schema, new.schema):
                yield f"version {new.version} is not compatible with version {old.version}: {problem}"

    def _incompatible(self, subject: str, old: Schema, new: Schema) -> list[str]:
        found = [p for rule in sorted(self.rules.get(subject, {"BACKWARD"})) for p in incompatibilities(old, new, rule)]
        return list(dict.fromkeys(found))

    def next_versions(self) -> tuple[list[Version], list[Refused]]:
        """The versions that the folder's schemas add to the history, and those that may not become one."""
        fresh: list[Version] = []
        refused: list[Refused] = []
        free = max((v.schema_id for versions in self.versions.values() for v in versions), default=0) + 1
        for subject, schema in self.current.items():
            versions = self.versions.get(subject, [])
            if versions and versions[-1].schema == schema:
                continue
            reasons = unfit(schema) or (self._incompatible(subject, versions[-1].schema, schema) if versions else [])
            if reasons:
                refused.append(Refused(subject, reasons))
            else:
                fresh.append(Version(free + len(fresh), subject, len(versions) + 1, schema))
        return fresh, refused

    def register(self, fresh: list[Version]) -> None:
        """Adds versions to registry.json, at once or not at all."""
        if not fresh:
            return
        path = self.folder / FILE
        body = _load(path)
        for v in fresh:
            body["ids"][str(v.schema_id)] = {"subject": v.subject, "version": v.version, "schema": v.schema}
            self.versions.setdefault(v.subject, []).append(v)
        aside = path.with_suffix(".json.new")
        aside.write_text(json.dumps(body, indent=1) + "\n")
        aside.replace(path)


def unfit(schema: Schema) -> list[str]:
    """Why a schema is no schema of a topic. Empty when it is."""
    try:
        fastavro.parse_schema(json.loads(json.dumps(schema)))
        compile_schema(schema)
    except UnsupportedSchemaError as error:
        return [str(error)]
    except Exception as error:  # fastavro raises many kinds
        return [f"is no Avro schema: {type(error).__name__}: {error}"]
    return []


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
