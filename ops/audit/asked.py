"""What a command line asks an audit for → the agent, its partitions, times and folder; or a plain error."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException

from audit.faults import DamagedError
from audit.log import Log
from audit.restoring import GoneError
from audit.verify import UnknownDecisionError
from ops.importing import imported
from ops.reading import LogError, admin, away, partitions
from ops.summary import fail
from ops.worker import AGENTS, NAMED
from streams.agent import Agent
from streams.contract import contract, retention_ms
from streams.errors import AccessError, WorkerStop
from streams.settings import settings

AWAY = (KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE)


@contextmanager
def readable() -> Iterator[None]:
    """What keeps a command from answering, as its exit code and a plain error."""
    try:
        yield
    except (UnknownDecisionError, AccessError) as error:
        fail(str(error), 2)
    except GoneError as error:
        fail(f"it cannot be stepped again: {error}", 3)
    except DamagedError as error:
        fail(f"DIFFERS: {error}", 1)
    except KafkaException as error:
        fail(f"the log cannot be read: {unreadable(error)}", 3)
    except (LogError, WorkerStop) as error:
        fail(f"the log cannot be read: {error}", 3)


def unreadable(error: KafkaException) -> str:
    """What keeps Kafka from being read, in words."""
    return str(away(error) if error.args[0].code() in AWAY else error.args[0].str())


def span(since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """A range of times in ms. Leaves with exit code 2 for what is no time, or no range."""
    begin, end = moment_ms(since), moment_ms(until)
    if begin is not None and end is not None and begin >= end:
        fail(f"--from {since} is not before --to {until}", 2)
    return begin, end


def place_for(path: Path, option: str) -> None:
    """A file can be written there: known before the work, not after it. Leaves with exit code 2."""
    if not path.parent.is_dir():
        fail(f"{option} {path}: there is no folder {path.parent}", 2)


def agent(name: str) -> Agent:
    """The agent of that name, as this code has it. Leaves with exit code 2 for an unknown one."""
    if name not in AGENTS:
        fail(f"there is no agent {name!r}; there are {NAMED}", 2)
    found: Agent = imported(AGENTS[name]).AGENT
    return found


def with_journals() -> list[str]:
    """The agents whose journals are on the broker. Raises LogError."""
    found = []
    client = admin()
    for name in AGENTS:
        if f"{name}.journal" not in contract().topics:
            continue
        try:
            partitions(client, f"{name}.journal")
        except LogError as error:
            if "does not exist" not in str(error):
                raise
            continue
        found.append(name)
    return found


def tasks(name: str, partition: int | None) -> list[int]:
    """The partitions of an agent, or the one asked for. Leaves with exit code 2 for one that there is not. Raises LogError."""
    there = partitions(admin(), f"{name}.journal")
    if partition is not None and partition not in there:
        fail(f"{name} has no partition {partition}; it has {len(there)}, from 0 on", 2)
    return list(there) if partition is None else [partition]


def moment_ms(text: str | None) -> int | None:
    """A time as ms since the epoch: ISO 8601 (UTC where it names no zone), ms themselves, or how long ago, as 30m or 2h."""
    if text is None:
        return None
    if re.fullmatch(r"\d{12,}", text):
        return int(text)
    try:
        return time.time_ns() // 1_000_000 - retention_ms(text)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no time: give it as 2026-11-21T21:00, as milliseconds, or as how long ago (30m, 2h)", 2)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def folder(log: Log) -> Path:
    """Where audits of this cluster and namespace keep what they remember."""
    return settings().home / "audit" / log.cluster() / (settings().namespace.strip(".") or "all")


def read_from(tasks: Iterable[Mapping[str, Mapping[str, int]]]) -> str:
    """What was read, from where, in words: ``tasks`` say it topic by topic."""
    records: dict[str, int] = {}
    for task in tasks:
        for topic, read in task.items():
            name = topic.partition("[")[0]
            records[name] = records.get(name, 0) + read["records"]
    said = ", ".join(f"{count} records of {settings().topic(name)}" for name, count in records.items() if count)
    return f"read from {settings().brokers}: {said or 'nothing'}"
