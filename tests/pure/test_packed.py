"""Packing and unpacking byte strings are inverse."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.packed import Packed


@given(st.lists(st.none() | st.binary(max_size=20)))
def test_what_is_packed_comes_out_again(strings: list[bytes | None]) -> None:
    packed = Packed.of(strings)
    assert list(packed) == strings
    assert [packed.data[a : a + max(0, n)] for a, n in zip(packed.starts().tolist(), packed.lengths.tolist(), strict=True)] == [
        s or b"" for s in strings
    ]
