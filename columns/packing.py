"""Numbers, strings and arrays in, bytes out, and back: a JSON header, then the arrays' raw bytes. Equal content gives equal bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from columns.table import Array


def pack(magic: bytes, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """One container of ``facts`` (what JSON can hold) and one-dimensional ``arrays``, beginning with ``magic``."""
    names = [[name, array.dtype.str, len(array)] for name, array in arrays.items()]
    header = json.dumps({"facts": facts, "arrays": names}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    parts: list[Any] = [magic, len(header).to_bytes(8, "little"), header]
    parts += [np.ascontiguousarray(array).view(np.uint8) if len(array) else b"" for array in arrays.values()]
    return b"".join(parts)


def unpack(magic: bytes, data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """What was packed; the arrays are read-only views of ``data``. Raises ValueError for bytes that are no such container."""
    if not data.startswith(magic):
        raise ValueError(f"the state starts with {data[: len(magic)]!r}, not {magic!r}: it is of another agent or format")
    start = len(magic) + 8
    end = start + int.from_bytes(data[len(magic) : start], "little")
    header = json.loads(data[start:end])
    arrays: dict[str, Array] = {}
    for name, dtype, count in header["arrays"]:
        arrays[name] = np.frombuffer(data, dtype, count, end) if count else np.zeros(0, dtype)
        end += arrays[name].nbytes
    if end != len(data):
        raise ValueError(f"the state has {len(data)} bytes where its header says {end}")
    return header["facts"], arrays


def strings(name: str, values: Iterable[str]) -> dict[str, Array]:
    """Strings as two arrays: their UTF-8 bytes joined, and each one's length in characters."""
    values = list(values)
    text = "".join(values).encode()
    return {f"{name}.text": np.frombuffer(text, np.uint8), f"{name}.length": np.fromiter(map(len, values), "<u4", len(values))}


def strings_of(name: str, arrays: Mapping[str, Array]) -> list[str]:
    """The strings that ``strings`` made arrays of."""
    text = arrays[f"{name}.text"].tobytes().decode()
    ends = np.cumsum(arrays[f"{name}.length"], dtype=np.int64).tolist()
    return [text[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)] if ends else []
