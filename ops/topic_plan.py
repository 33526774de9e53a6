"""The topic contract and a broker's topics → what differs between them, and which of it would lose data if changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from streams.clients import LARGEST_MESSAGE
from streams.contract import Contract, Topic
from streams.settings import Settings

Kind = Literal["missing", "partitions", "replication", "config", "unknown"]

_OWN = (".journal", ".snapshots", ".dead-letters")  # what an agent keeps for itself; a dead letter wraps a record of any size


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as the contract says, by its physical name."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as it is on the broker; ``config`` holds at least what is compared."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``destructive`` ones can lose records; ``possible`` is false where Kafka cannot change it in place."""

    topic: str
    kind: Kind
    what: str
    now: str
    wanted: str
    destructive: bool = False
    possible: bool = True


def wanted(contract: Contract, settings: Settings, names: Iterable[str] | None = None, partitions: int | None = None) -> list[Wanted]:
    """The contract's topics, or those named, for a namespace; ``partitions`` replaces the contract's numbers."""
    chosen = [contract.topic(name) for name in (contract.topics if names is None else names)]
    return [Wanted(settings.topic(t.name), partitions or t.partitions, t.replication, config_of(t)) for t in chosen]


def config_of(topic: Topic) -> dict[str, str]:
    """The topic's configuration on a broker."""
    config: dict[str, str] = {"cleanup.policy": topic.cleanup}
    if "delete" in topic.cleanup:
        config["retention.ms"] = str(topic.kept_ms)
    if "compact" in topic.cleanup:  # roll and clean often enough that readers from the start read little more than the last values
        config |= {"min.cleanable.dirty.ratio": "0.1", "segment.ms": "3600000"}
    if topic.replication > 2:
        config["min.insync.replicas"] = str(topic.replication - 1)
    if topic.name.endswith(_OWN):
        config["max.message.bytes"] = str(LARGEST_MESSAGE)
    return config


def differences(topics: Iterable[Wanted], found: Mapping[str, Found], unknown: Iterable[str] = ()) -> list[Change]:
    """What must change for the broker's topics (by name) to be as wanted; ``unknown`` are those that the contract lacks."""
    changes: list[Change] = []
    for topic in topics:
        now = found.get(topic.name)
        if now is None:
            changes.append(Change(topic.name, "missing", "topic", "missing", f"{topic.partitions} partitions"))
        else:
            changes += [*_size(topic, now), *_config(topic, now)]
    return changes + [Change(name, "unknown", "topic", "exists", "not in the contract", destructive=True) for name in sorted(unknown)]


def _size(topic: Wanted, now: Found) -> Iterable[Change]:
    if now.partitions != topic.partitions:
        shrinks = now.partitions > topic.partitions
        yield Change(topic.name, "partitions", "partitions", str(now.partitions), str(topic.partitions), shrinks, not shrinks)
    if now.replication != topic.replication:
        fewer = now.replication > topic.replication
        yield Change(topic.name, "replication", "replication", str(now.replication), str(topic.replication), fewer, possible=False)


def _config(topic: Wanted, now: Found) -> Iterable[Change]:
    for key, value in topic.config.items():
        current = now.config.get(key, "")
        if _normal(current) != _normal(value):
            yield Change(topic.name, "config", key, current, value, _loosens(key, current, value))


def _normal(value: str) -> object:
    try:
        return float(value)
    except ValueError:
        return frozenset(value.split(","))


def _loosens(key: str, now: str, wanted: str) -> bool:
    """Whether a change of configuration removes records, refuses ones that were taken, or keeps them less safely."""
    if key == "cleanup.policy":
        return bool(set(wanted.split(",")) - set(now.split(",")))
    if key in ("retention.ms", "max.message.bytes", "min.insync.replicas"):
        before, after = (float("inf") if text in ("-1", "") else float(text) for text in (now, wanted))
        return after < before
    return False
