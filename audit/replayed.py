"""What a replay of one task came to; and the file that says it of one that was cut off, so that the next goes on with all that it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import orjson

from audit.differences import Difference
from audit.faults import Fault
from audit.log import Stream, joined
from audit.walk import Task as Walk


@dataclass(slots=True)
class Replayed:
    """What a replay of one task came to."""

    agent: str
    partition: int
    began_at: str = ""  # the state it began at, in words
    sequences: tuple[int, int] = (0, -1)  # first and last journal record compared
    events: int = 0  # input records stepped over in them
    decisions: int = 0  # compared
    records: int = 0  # compared, decisions and all others
    unseen: int = 0  # records that compaction or retention took from their topics; they are held to the journal's digest
    different: int = 0  # records that differ, journal records included
    only_versions: int = 0  # of them, those that differ in nothing but versions
    codes: dict[str, int] = field(default_factory=dict)  # journal records by the code that wrote them
    running: str = ""  # the code that stepped again
    schemas: dict[str, str] = field(default_factory=dict)  # topics whose records were written by another schema version than this code's
    first_now: int = 0
    last_now: int = 0
    seconds: float = 0.0
    step_s: float = 0.0  # processor time of the steps over them, without reading the log and comparing
    warmed_events: int = 0  # stepped over before the range, to get there
    resumed_at: int | None = None  # sequence
    fields: dict[str, int] = field(default_factory=dict)  # names of fields that differ
    differences: list[Difference] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    read: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def live_s(self) -> float:
        """How long the range took when it was live."""
        return (self.last_now - self.first_now) / 1000

    @property
    def holds(self) -> bool:
        """Everything compared is the same."""
        return not self.different and not self.faults

    def fields_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self) | {"live_s": self.live_s, "holds": self.holds}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Replayed:
        """Of ``fields_dict``. Raises KeyError, TypeError, ValueError for anything else."""
        found = cls(**{one.name: told[one.name] for one in fields(cls)})
        found.sequences = (int(told["sequences"][0]), int(told["sequences"][1]))
        found.differences = [Difference(**one) for one in told["differences"]]
        found.faults = [Fault(**one) for one in told["faults"]]
        return found

    def went_on(self, walk: Walk, inputs: Mapping[str, Stream]) -> Replayed:
        """This, and what a walk over its journal and outputs, and reading its inputs, came to so far."""
        read = {f"{topic}[{self.partition}]": {"from": one.start, "to": one.end, "records": one.read} for topic, one in inputs.items()}
        return replace(
            self,
            faults=[*self.faults, *(fault for fault in walk.faults if fault not in self.faults)],
            missing=list(dict.fromkeys([*self.missing, *walk.missing()])),
            read=joined(self.read, walk.read | read),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """The file of a replay that goes on."""

    path: Path

    def load(self) -> Replayed | None:
        """How far a replay that was cut off had come; None where there was none, or its file was cut off, too."""
        try:
            return Replayed.of(orjson.loads(self.path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, found: Replayed) -> None:
        """Note how far it is: the whole of it, or what was noted before."""
        part = self.path.with_suffix(".part")
        part.write_bytes(orjson.dumps(found.fields_dict(), default=repr))
        part.rename(self.path)

    def done(self) -> None:
        """It came to its end."""
        self.path.unlink(missing_ok=True)
