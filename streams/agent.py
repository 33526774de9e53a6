"""What an agent is to the runtime: names of its topics, and a pure step over a state that can be dumped and loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from streams.batch import Batch, Decisions


@runtime_checkable
class Agent(Protocol):
    """One kind of decision. Implementations hold no state of their own: everything learnt is in ``state``.

    The step **must** be deterministic: no wall clock (``now`` is given), no unseeded randomness, no I/O, no set order.
    It may change ``state`` in place. It sees the inputs in the order of ``inputs``: reference data first.
    """

    name: str  # "matching": names the consumer group and the journal, snapshot and dead-letter topics
    inputs: tuple[str, ...]  # topics read, co-partitioned; reference data first, requests last
    outputs: tuple[str, ...]  # topics written, journal, snapshots and dead letters not counted
    tick_ms: int | None  # step at least this often, also without records; None: only with records
    code_version: str  # changes whenever a step could decide differently
    state_format: int  # changes whenever dumped state cannot be loaded by older code

    def start(self, partition: int) -> Any:
        """The state of a task that has seen nothing."""
        ...

    def due(self, state: Any, now: int) -> bool:
        """Whether a step without records could change anything; asked when a tick is due."""
        ...

    def step(self, state: Any, batches: Mapping[str, Batch], now: int) -> Decisions:
        """Decide: ``batches`` by topic (only topics with records), ``now`` in ms since the epoch."""
        ...

    def dump(self, state: Any) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        ...

    def load(self, data: bytes) -> Any:
        """The state that was dumped."""
        ...


@runtime_checkable
class Warms(Protocol):
    """An agent that makes its tables before it has anything to decide: otherwise the first records wait for them."""

    def warm(self) -> None:
        """Called once, before the worker joins its group."""
        ...


@runtime_checkable
class Prepares(Protocol):
    """An agent some of whose work depends on the records alone, and costs least for those of all tasks at once."""

    def prepare(self, batches: Sequence[Mapping[str, Batch]], now: int) -> None:
        """Called before the steps of a cycle over these batches, and perhaps before with what was there of them already; not in recovery.
        No step may decide otherwise for it."""
        ...


STEPPING = (
    "avro*",
    "batch",
    "contract",
    "dead_letters",
    "journal",
    "packed",
    "records",
    "rows",
    "task",
)  # what a step's bytes pass through


def source_version(*folders: Path) -> str:
    """Twelve hex digits of the SHA-256 over Python files by name: an agent's folders, and the runtime's that read, step and write.

    What else the runtime does (when it commits, how it recovers) changes no byte of a decision, and no version.
    """
    digest = hashlib.sha256()
    own = Path(__file__).parent
    files = [(folder, path) for folder in folders for path in sorted(folder.rglob("*.py"))]
    files += [(own, path) for name in STEPPING for path in sorted(own.glob(f"{name}.py"))]
    for folder, path in files:
        digest.update(str(path.relative_to(folder.parent)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
