"""Namespace and table name → the names of a table's keys in Redis. Shared by the mirror, which writes, and the look-ups, which read.

A row of table ``decisions`` with key ``o-1`` is the Redis hash ``tripo:{namespace}decisions:o-1``. Its fields are partition numbers and
its values JSON: ``{"topic", "partition", "offset", "timestamp", "row"}``. One field is the rule; a key that two partitions hold (a driver
who changed market) has two, and the one with the later timestamp is the current one. Beside the rows, per partition:
``tripo:{namespace}decisions#3`` (hash: which log, next offset, whether a rebuild is on) and ``tripo:{namespace}decisions#3:keys``
(sorted set: the keys the partition holds, by their records' offsets).
"""

from __future__ import annotations

from dataclasses import dataclass

from streams.contract import contract
from streams.settings import settings


class UnknownTableError(KeyError):
    """No topic of the contract has a table of this name."""

    def __init__(self, table: str, known: list[str]) -> None:
        super().__init__(table)
        self.table = table
        self.known = known

    def __str__(self) -> str:
        return f"there is no table {self.table!r}; the tables are: {', '.join(self.known)}"


@dataclass(frozen=True, slots=True)
class Layout:
    """The Redis keys of one table."""

    namespace: str
    table: str

    @property
    def rows(self) -> str:
        """What every row's key begins with."""
        return f"tripo:{self.namespace}{self.table}:"

    @property
    def marks(self) -> str:
        """What every position's and index's key begins with."""
        return f"tripo:{self.namespace}{self.table}#"

    def row(self, key: str | bytes) -> bytes:
        """The key of one row's hash. A key that is no UTF-8 is a str with surrogate escapes."""
        return self.rows.encode() + (key.encode(errors="surrogateescape") if isinstance(key, str) else key)

    def position(self, partition: int) -> str:
        """The key of the hash with a partition's log, next offset, rebuild target and the time it was last level with the log."""
        return f"{self.marks}{partition}"

    def index(self, partition: int) -> str:
        """The key of the sorted set of a partition's keys by offset."""
        return f"{self.marks}{partition}:keys"


def tables() -> dict[str, str]:
    """The contract's tables: name → topic (without namespace)."""
    return {topic.table: name for name, topic in contract().topics.items() if topic.table is not None}


def layout(table: str) -> Layout:
    """The layout of a table in this process's namespace. Raises UnknownTableError."""
    if table not in tables():
        raise UnknownTableError(table, sorted(tables()))
    return Layout(settings().namespace, table)
