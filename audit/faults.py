"""What an audit finds wrong, in one shape for all of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

CHANGED, DROPPED, INSERTED, REORDERED, UNREADABLE = "changed", "dropped", "inserted", "reordered", "unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: of which kind, where it lies, in the outputs of which journal record, and in plain words."""

    what: str
    topic: str
    partition: int
    offset: int | None  # of the record, or of the first one in question
    sequence: int | None  # of the journal record concerned
    said: str

    def __str__(self) -> str:
        at = "" if self.offset is None else f" offset {self.offset}"
        of = "" if self.sequence is None else f" (journal sequence {self.sequence})"
        return f"{self.what}: {self.topic}[{self.partition}]{at}{of}: {self.said}"

    def fields(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


class DamagedError(Exception):
    """A record that is needed cannot be read; ``fault`` names it, ``offset`` is where it lies."""

    def __init__(self, topic: str, partition: int, offset: int, said: str) -> None:
        self.offset, self.fault = offset, Fault(UNREADABLE, topic, partition, offset, None, said)
        super().__init__(str(self.fault))

    def __reduce__(self) -> tuple[type[DamagedError], tuple[str, int, int, str]]:
        """So that a process can tell another one."""
        return DamagedError, (self.fault.topic, self.fault.partition, self.offset, self.fault.said)
