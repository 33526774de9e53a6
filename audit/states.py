"""States that audits stepped to, as files under the home folder: the next audit begins at the nearest one instead of a snapshot.

A state is this machine's own work. It names the journal record that it stands after by its hash, so that it is never used for another
chain, and the code that made it. The oldest files go when there are too many bytes of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

LIMIT_BYTES = 1 << 30

_NAME = re.compile(r"(\d{12})-([\w.-]+)\.state")


@dataclass(frozen=True, slots=True)
class Kept:
    """A state after the journal record ``sequence``, which lies at ``offset`` and has ``hash``; where the outputs after it begin."""

    sequence: int
    offset: int
    hash: bytes
    outputs: dict[str, int]
    data: bytes


@dataclass(frozen=True, slots=True)
class States:
    """The kept states of one task."""

    folder: Path  # of the task
    code_version: str

    def save(self, state: Kept) -> None:
        """Keep a state."""
        self.folder.mkdir(parents=True, exist_ok=True)
        head = {"sequence": state.sequence, "offset": state.offset, "hash": state.hash.hex(), "outputs": state.outputs}
        path = self.folder / f"{state.sequence:012d}-{self.code_version}.state"
        part = path.with_suffix(f".{os.getpid()}.part")  # others may keep the same one
        part.write_bytes(orjson.dumps(head) + b"\n" + state.data)
        part.rename(path)

    def best(self, below: int) -> Iterator[Kept]:
        """Kept states before the journal record ``below``, latest first."""
        for sequence in sorted((s for s in self._sequences() if s < below), reverse=True):
            try:
                head, _, data = (self.folder / f"{sequence:012d}-{self.code_version}.state").read_bytes().partition(b"\n")
                fields = orjson.loads(head)
                yield Kept(fields["sequence"], fields["offset"], bytes.fromhex(fields["hash"]), fields["outputs"], data)
            except (OSError, ValueError, KeyError):  # another audit tidied up, or the file was cut off
                continue

    def _sequences(self) -> list[int]:
        names = [_NAME.fullmatch(path.name) for path in self.folder.glob("*.state")] if self.folder.is_dir() else []
        return [int(name[1]) for name in names if name is not None and name[2] == self.code_version]


def tidy(folder: Path, limit: int = LIMIT_BYTES) -> None:
    """Delete the oldest states under a folder beyond so many bytes."""
    files = []
    for path in folder.rglob("*.state"):
        with suppress(FileNotFoundError):  # another audit tidies up, too
            files.append((path.stat().st_mtime, path.stat().st_size, path))
    left = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if left <= limit:
            return
        path.unlink(missing_ok=True)
        left -= size
