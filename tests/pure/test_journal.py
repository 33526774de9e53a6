"""Journal records, snapshots and digests: what is written is read again, and any change shows."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import journal, snapshot
from streams.errors import RecoveryMismatch
from streams.journal import OutputDigest, SnapshotRef
from streams.packed import Packed

strings = st.lists(st.binary(max_size=8), min_size=1, max_size=8)


def digest(keys: list[bytes], values: list[bytes]) -> bytes:
    one = OutputDigest()
    one.add(Packed.of(keys), Packed.of(values))
    return one.digest()


@given(strings, st.integers(1, 7))
def test_the_digest_does_not_depend_on_how_records_were_split_into_steps(values: list[bytes], cut: int) -> None:
    keys = [b"k"] * len(values)
    parts = OutputDigest()
    for some in (slice(0, cut), slice(cut, None)):
        parts.add(Packed.of(keys[some]), Packed.of(values[some]))
    assert parts.digest() == digest(keys, values)
    assert parts.count == len(values)


@given(strings, strings)
def test_different_records_have_different_digests(ours: list[bytes], others: list[bytes]) -> None:
    same = ours == others
    assert (digest([b""] * len(ours), ours) == digest([b""] * len(others), others)) == same


def test_the_digest_is_the_documented_one() -> None:
    lengths, keys, values = (hashlib.sha256(part).digest() for part in (b"\3\0\0\0\2\0\0\0", b"k1k2", b"onetw"))
    assert digest([b"k1", b"k2"], [b"one", b"tw"]) == hashlib.sha256(lengths + keys + values).digest()


@pytest.mark.parametrize("size", [0, 1, snapshot.CHUNK_BYTES, 2 * snapshot.CHUNK_BYTES + 5])
def test_a_snapshot_is_the_state_again(size: int) -> None:
    data = random.Random(7).randbytes(size)
    chunks = list(snapshot.chunks("matching", 3, 17, 1, "abc", data, slot=5))
    ref: SnapshotRef = {"sequence": 17, "offset": 0, "chunks": len(chunks), "journal_offset": 0}
    pieces = [journal.decode("matching.snapshots", value) for _, value in chunks]
    assert [key for key, _ in chunks] == [f"5/{i}".encode() for i in range(len(chunks))]
    assert snapshot.join(pieces, ref) == data
    with pytest.raises(RecoveryMismatch):
        snapshot.join(pieces[:-1], ref)
    flipped = pieces[0] | {"data": bytes([(pieces[0]["data"] or b"\0")[0] ^ 1]) + pieces[0]["data"][1:]}
    with pytest.raises(RecoveryMismatch, match="damaged"):
        snapshot.join([flipped, *pieces[1:]], ref)
    other = pieces[0] | {"digest": hashlib.sha256(data + b".").digest()}
    with pytest.raises(RecoveryMismatch, match="damaged"):
        snapshot.join([other, *pieces[1:]], ref)


def test_a_snapshot_is_compressed_and_one_from_before_that_is_read() -> None:
    data = b"0123456789" * 10_000
    chunks = [value for _, value in snapshot.chunks("matching", 3, 17, 1, "abc", data, slot=5)]
    assert sum(map(len, chunks)) < len(data) / 10
    piece = journal.decode("matching.snapshots", chunks[0])
    ref: SnapshotRef = {"sequence": 17, "offset": 0, "chunks": 1, "journal_offset": 0}
    assert snapshot.join([piece | {"data": data, "compression": "none"}], ref) == data


def test_an_hour_of_snapshots_has_a_place_of_its_own_for_as_long_as_the_inputs_are_kept() -> None:
    day = [snapshot.hour_slot(("orders", "driver-moves"), hour * snapshot.HOUR_MS + 5) for hour in range(49)]
    assert len(set(day)) == 49, "driver-moves are kept for two days"
    week = [snapshot.hour_slot(("escalation-rules",), hour * snapshot.HOUR_MS) for hour in range(2000)]
    assert len(set(week)) == 7 * 24 + 2, "a year of rules is no reason to keep a year of states"
