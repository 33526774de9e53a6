"""A task's state ↔ chunks on the agent's compacted snapshot topic, written in the transaction whose offsets they stand for.

A chunk's key names its hour and its index, so compaction keeps the last snapshot of each hour: ranges of the journal can be stepped
again for as long as their inputs are kept (docs/decisions/016). Hours come round in a ring, which bounds what is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import zstandard

from streams import faults, journal
from streams.contract import contract
from streams.errors import RecoveryMismatch
from streams.journal import SnapshotRef

CHUNK_BYTES = 768 * 1024
LEVEL = 1  # of zstd: 2 ms a megabyte, to a fifth (growth) or two fifths (pricing) of it
HOUR_MS = 3_600_000
LONGEST_HISTORY_MS = 7 * 24 * HOUR_MS


def topic_of(agent: str) -> str:
    """The snapshot topic of an agent."""
    return f"{agent}.snapshots"


def hour_slot(inputs: Sequence[str], now: int) -> int:
    """Which place in the ring of hours a snapshot taken at ``now``, ms, has: as many as the inputs are kept, seven days at most."""
    kept = min((ms for name in inputs if (ms := contract().topic(name).kept_ms) >= 0), default=LONGEST_HISTORY_MS)
    return now // HOUR_MS % (min(kept, LONGEST_HISTORY_MS) // HOUR_MS + 2)


def chunks(
    agent: str, partition: int, sequence: int, state_format: int, code_version: str, data: bytes, slot: int
) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a state's chunks; ``slot`` as of hour_slot."""
    digest = hashlib.sha256(data).digest()
    packed = zstandard.ZstdCompressor(LEVEL).compress(data)  # a snapshot holds up the commit it is in
    count = -(-len(packed) // CHUNK_BYTES)
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
            "data": packed[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES],
            "compression": "zstd",
        }
        yield chunk_key(slot, index), journal.encode(topic_of(agent), piece)


def chunk_key(slot: int, index: int) -> bytes:
    """The key of a snapshot's chunk."""
    return f"{slot}/{index}".encode()


def join(pieces: list[dict[str, Any]], ref: SnapshotRef) -> bytes:
    """The state of a snapshot's chunks. Raises RecoveryMismatch when they are not the whole of it."""
    data = b"".join(piece["data"] for piece in pieces)
    if len(pieces) != ref["chunks"] or any(piece["sequence"] != ref["sequence"] for piece in pieces):
        raise RecoveryMismatch(f"the snapshot of journal sequence {ref['sequence']} is incomplete: {len(pieces)} of {ref['chunks']} chunks")
    try:
        state = zstandard.ZstdDecompressor().decompress(data) if pieces[0]["compression"] == "zstd" else data
    except zstandard.ZstdError as error:
        raise RecoveryMismatch(f"the snapshot of journal sequence {ref['sequence']} is not zstd ({error}): the log is damaged") from error
    if hashlib.sha256(state).digest() != pieces[0]["digest"]:
        raise RecoveryMismatch(f"the snapshot of journal sequence {ref['sequence']} does not match its digest: the log is damaged")
    return state
