"""What audits remember of a cluster's journals, in one SQLite file under the home folder: heads of chains, and where each decision lies.

It only makes things quicker and shows what was changed later: nothing in it is believed that the log does not bear out.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from audit.links import Head

_TABLES = """
create table if not exists head (agent text, partition int, sequence int, offset int, hash blob, primary key (agent, partition));
create table if not exists indexed (agent text, partition int, sequence int, offset int, hash blob, outputs text, first int, since int,
  until int, primary key (agent, partition));
create table if not exists decision (id text primary key, agent text, partition int, topic text, offset int, sequence int, entry int,
  start text) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a decision lies; the journal record that names it, its offset, and where that record's outputs begin, by topic."""

    id: str
    agent: str
    partition: int
    topic: str
    offset: int
    sequence: int
    entry: int
    outputs: dict[str, int]


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a task's decisions are in the index: to which journal record, and where outputs go on; from which one, and what times."""

    head: Head
    outputs: dict[str, int]
    first: int
    since_ms: int
    until_ms: int


class Index:
    """The index of a folder; made where there is none. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._db = sqlite3.connect(folder / "index.sqlite", timeout=60)
        with (folder / "index.lock").open("w") as lock:  # of two that make it at the same time SQLite lets none wait
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._db.executescript("pragma journal_mode = wal; pragma synchronous = normal;" + _TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def head(self, agent: str, partition: int) -> Head | None:
        """How far a task's journal was walked and found whole."""
        row = self._db.execute("select sequence, offset, hash from head where agent = ? and partition = ?", (agent, partition)).fetchone()
        return None if row is None else Head(*row)

    def remember(self, agent: str, partition: int, head: Head) -> None:
        """A task's journal was walked so far, and is whole."""
        with self._db:
            self._db.execute("replace into head values (?, ?, ?, ?, ?)", (agent, partition, head.sequence, head.offset, head.hash))

    def covered(self, agent: str, partition: int) -> Covered | None:
        """What of a task is in the index."""
        asked = "select sequence, offset, hash, outputs, first, since, until from indexed where agent = ? and partition = ?"
        row = self._db.execute(asked, (agent, partition)).fetchone()
        return None if row is None else Covered(Head(*row[:3]), json.loads(row[3]), *row[4:])

    def forget(self, agent: str, partition: int) -> None:
        """The task's journal is another one than was indexed."""
        with self._db:
            for table in ("indexed", "decision"):  # heads are evidence: only a walk that holds moves them
                self._db.execute(f"delete from {table} where agent = ? and partition = ?", (agent, partition))

    def add(self, agent: str, partition: int, covered: Covered, places: Iterable[Place]) -> None:
        """Further decisions of a task, and how far it is indexed by them."""
        rows = ((p.id, p.agent, p.partition, p.topic, p.offset, p.sequence, p.entry, json.dumps(p.outputs)) for p in places)
        head, outputs = covered.head, json.dumps(covered.outputs)
        span = (covered.first, covered.since_ms, covered.until_ms)
        with self._db:
            self._db.executemany("replace into decision values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            row = (agent, partition, head.sequence, head.offset, head.hash, outputs, *span)
            self._db.execute("replace into indexed values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def find(self, decision_id: str) -> Place | None:
        """Where a decision lies."""
        row = self._db.execute("select * from decision where id = ?", (decision_id,)).fetchone()
        return None if row is None else Place(*(*row[:7], json.loads(row[7])))

    def of_record(self, begin: str) -> list[str]:
        """Ids of the decisions on one record, which begin alike; the first few."""
        rows = self._db.execute("select id from decision where id >= ? and id < ? order by id limit 10", (begin, begin[:-1] + "0"))
        return [row[0] for row in rows]

    def counts(self) -> dict[str, int]:
        """Decisions in the index, by agent."""
        return dict(self._db.execute("select agent, count(*) from decision group by agent order by agent").fetchall())
