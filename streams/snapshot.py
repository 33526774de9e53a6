"""A task's state ↔ chunks on the agent's compacted snapshot topic, written in the transaction whose offsets they stand for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from streams import faults, journal
from streams.errors import RecoveryMismatch
from streams.journal import SnapshotRef

CHUNK_BYTES = 768 * 1024


def topic_of(agent: str) -> str:
    """The snapshot topic of an agent."""
    return f"{agent}.snapshots"


def chunks(agent: str, partition: int, sequence: int, state_format: int, code_version: str, data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a state's chunks; a key is the chunk's index, so that compaction keeps the latest snapshot only."""
    count = max(1, -(-len(data) // CHUNK_BYTES))
    digest = hashlib.sha256(data).digest()
    for index in range(count):
        if index:
            faults.point("in-snapshot")
        piece = {
            "agent": agent,
            "partition": partition,
            "sequence": sequence,
            "state_format": state_format,
            "code_version": code_version,
            "index": index,
            "count": count,
            "digest": digest,
            "data": data[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES],
        }
        yield str(index).encode(), journal.encode(topic_of(agent), piece)


def join(pieces: list[dict[str, Any]], ref: SnapshotRef) -> bytes:
    """The state of a snapshot's chunks. Raises RecoveryMismatch when they are not the whole of it."""
    data = b"".join(piece["data"] for piece in pieces)
    if len(pieces) != ref["chunks"] or any(piece["sequence"] != ref["sequence"] for piece in pieces):
        raise RecoveryMismatch(f"the snapshot of journal sequence {ref['sequence']} is incomplete: {len(pieces)} of {ref['chunks']} chunks")
    if hashlib.sha256(data).digest() != pieces[0]["digest"]:
        raise RecoveryMismatch(f"the snapshot of journal sequence {ref['sequence']} does not match its digest: the log is damaged")
    return data
